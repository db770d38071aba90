package message

import "time"

// Dialled is what a citizen did in a USSD session.
type Dialled struct {
	Number  string // E.164
	Session string // what the operator calls it, or ""
	Text    string // what was keyed; as the session began, the code that was dialled
	Began   bool   // the citizen has dialled the code
	Left    bool   // the citizen has ended the session

	Bind        string // the SMPP session that the request came over
	Fingerprint []byte // what a redelivery repeats
	ReceivedAt  time.Time
}

// Page is what a phone shows next.
type Page struct {
	Text string
	Last bool // nothing is awaited: the session ends with it
}
