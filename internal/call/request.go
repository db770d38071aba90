package call

import "time"

// Request is a callback that a caller asked for while Okno was away, as an Asterisk has kept it.
type Request struct {
	Asterisk string
	ID       string // no other request of that Asterisk has it
	Number   string // E.164
	Language string // in which the caller asked
	At       time.Time
}
