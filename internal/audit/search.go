package audit

import "time"

// Search is what somebody looks for in the journal. Empty fields ask for nothing.
type Search struct {
	Actor   string // agent:7, cli
	Subject string // agent:7, contact:31
	Action  string // contact.view; with a dot at its end how it begins: contact.
	From    time.Time
	To      time.Time // not included
	Before  int64     // the id that the entries come before: for the next page
}
