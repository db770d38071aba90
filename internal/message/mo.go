package message

import (
	"time"
)

// MO is an SMS from a citizen, or as much of it as has come.
type MO struct {
	ID          int64
	Link        string
	Source      string // E.164, or the short code or name of what is no telephone
	Destination string // as the operator addressed it: the short number
	Text        string
	Parts       int  // segments that it came in
	Incomplete  bool // some of them never came
	Flood       bool // the first over the limit: it is to be answered by asking the citizen to slow down
	ReceivedAt  time.Time
	Attempts    int // earlier ones to process it
}

// Arrival is a message, or a part of a long one, as a link delivered it.
type Arrival struct {
	Link        string
	Bind        string // the session that it came over
	Source      string
	Destination string
	Text        string // of a message that came whole
	Raw         []byte // its octets, where the text is not all that they say; else nil
	Part        Part   // of one that did not
	Fingerprint []byte // what a redelivery repeats
	Identified  bool   // the fingerprint holds the SMSC's own message id, which no other message has
	ReceivedAt  time.Time
	// DeferredAt is when it first came and was deferred with ErrUncertain: it may have been kept then, or since. Zero: it was not.
	DeferredAt time.Time
	// RefusedAt is set for a part: when a message of the link was deferred last. A part that was deferred comes after the others.
	RefusedAt time.Time
}

// PartsApart is how far apart in time the parts of one message may come: an SMSC sends them one after another, and a reference of
// 8 bits comes again soon. Those that may have been sent again come later than that, and are one message all the same.
const PartsApart = 2 * time.Minute

// Limit is how much a link takes in of one citizen.
type Limit struct {
	Messages int // that are heard within a time; what is over it is kept, and not answered. 0: no limit
	// Thread is how many are heard within the time from a citizen who waits for an operator or is in a thread with one, who may have
	// more to say. 0: as many as Messages.
	Thread int
	Within time.Duration          // the time; an episode is over when no message was over the limit for as long
	Spare  func(text string) bool // what is heard all the same; nil: nothing is
	// Deaf says of whom nothing is heard, by number and the number written to: their messages are kept. nil: of nobody.
	Deaf  func(source, destination string) bool
	Parts int // of long messages that wait for their siblings; beyond, the oldest message goes on without. 0: no limit
}

// Most is the larger of the limits: so many messages are worth counting.
func (l Limit) Most() int { return max(l.Messages, l.Thread) }

// Part is one segment of a long message, not yet decoded: a character may lie across two.
type Part struct {
	Reference int
	Total     int // 0: the message came whole
	Number    int // from 1
	Coding    int // data_coding, and above its octet the tables that the header shifts to
	Payload   []byte
}

// Poison is a PDU that could not be read, kept as it came.
type Poison struct {
	Link   string
	Raw    []byte
	Status uint32 // SMPP command_status that it was answered with
	Reason string
	At     time.Time
}

// Bind is a session of a link, from one bind to the next in the same slot.
type Bind struct {
	ID   string
	Slot string // "operator-a/0@node-1": what the next bind takes over
	Link string
}

// Alive is what is known of a bind that lives, or has just ended.
type Alive struct {
	Bind string
	// ConfirmedUntil is when the oldest message came whose answer the SMSC may not have read: from then on it may send
	// again what it has sent. Zero: there is none, and the bind has ended.
	ConfirmedUntil time.Time
}
