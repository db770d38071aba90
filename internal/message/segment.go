package message

import "time"

// SegmentState is where a segment is on its way. A queued one may be claimed; a submitted one is in the hands of a link,
// which is to say that it is of a claim.
type SegmentState string

// The states: queued → submitted → accepted → delivered, undeliverable or expired; failed when the operator refused it for
// good or the citizen wants no notices, unknown when the link broke between the submit and its answer.
const (
	Queued        SegmentState = "queued"
	Submitted     SegmentState = "submitted"
	Accepted      SegmentState = "accepted"
	Delivered     SegmentState = "delivered"
	Undeliverable SegmentState = "undeliverable"
	Expired       SegmentState = "expired"
	Unknown       SegmentState = "unknown"
	Failed        SegmentState = "failed"
)

// RepeatsUnknown says if a message of this lane is sent once more when it is unknown whether the operator has it. A citizen
// who asked can bear a second answer better than none; nobody asked for a notice.
func (l Lane) RepeatsUnknown() bool { return l == OTP || l == Reply }

// Claim asks for segments to submit over a link.
type Claim struct {
	Link     string
	Slot     string   // of the bind; when the slot is bound anew, what it still holds has lapsed
	Routes   []Route  // that the link serves now
	Prefixes []string // every link's, "+7701", or "" for the rest; a destination goes by the longest that it begins with
	Limit    int
	Notices  int  // how many of them may be notices
	Awaited  bool // it matters that receipts come: DB.Awaited and ClaimQueries tell of these only
	Now      time.Time
	LeaseEnd time.Time // when the claim lapses, if nothing is heard of it
}

// Segment is a claimed segment with what is needed to submit it.
type Segment struct {
	ID          int64
	MT          int64
	Lane        Lane
	Number      int // from 1
	Destination string
	Text        string // of the whole message
	Sender      string // "": the short number
	ExpiresAt   time.Time
	Claim       int64 // that it is of
	Attempt     int   // from 1; an outcome names the attempt that it is of
	Repeats     int   // earlier submits that were never answered, and may have reached the operator
}

// Outcome is what became of a claimed segment.
type Outcome struct {
	Segment    int64
	Claim      int64
	Attempt    int
	State      SegmentState // Accepted, Failed, Expired or Unknown; Queued to try again at DueAt
	MessageID  string       // as the SMSC gave it
	MessageKey string       // in the notation in which receipts are matched
	Failure    string       // out of the channel's catalogue; "" for Accepted
	Unanswered bool         // counts towards Repeats
	DueAt      time.Time
	At         time.Time
}

// Receipt is an SMSC's final word on a segment.
type Receipt struct {
	Link string
	ID   string // as the SMSC wrote it
	// Keys under which the message id may be known, the likeliest first: they name a segment to Destination. Where none does, the
	// first names one by itself; "" says that none may.
	Keys        []string
	Destination string // E.164, of the segment; as it came where it is no number
	Whose       []byte // blind index of the destination, where that is all that is known of it
	State       SegmentState
	Failure     string
	At          time.Time
	Queried     bool // it is an answer to our question, and says nothing of how fast receipts come
	// When its segment was submitted. The store sets it as it commits; zero where the receipt names no segment yet.
	SubmittedAt time.Time
	// The key that named a segment to Destination. The store sets it as it commits; "" where none did.
	Key string
}

// Ledger is what a channel has to write down in one transaction.
type Ledger struct {
	Arrivals []Arrival
	Receipts []Receipt
	Outcomes []Outcome
	Poisons  []Poison
	Ended    []Alive // binds that have ended, and may not be noted as such: what the arrivals repeat may have come over them
	Grants   []Grant // for the replies to the arrivals
	Limit    Limit   // of the arrivals of one citizen
}

// Sweep is the periodic upkeep of messages.
type Sweep struct {
	Now             time.Time
	Alive           []Alive   // the binds that live
	IncompleteSince time.Time // parts that have waited since before are all that will come
	Limit           Limit     // as of a ledger
}

// Swept is what a sweep found.
type Swept struct {
	Expired    int // segments that nobody could send in time
	Lapsed     int // claims that nobody answered for
	Incomplete int // long messages given up waiting for
}
