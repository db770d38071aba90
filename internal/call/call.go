// Package call is a live call as Okno keeps it, so that a process that comes after a crash finds its way back into it. It
// knows no telephone system and no storage.
package call

import "errors"

// State is where a call stands.
//
//	ringing → in_dialogue ⇄ waiting → connected → ended
//	              ▲                       │
//	              └───────────────────────┘  the operator has left
type State string

// The states.
const (
	Ringing    State = "ringing"
	InDialogue State = "in_dialogue"
	Waiting    State = "waiting"   // for an operator
	Connected  State = "connected" // with an operator
	Ended      State = "ended"
)

// ErrOver says that a call has ended, or never was.
var ErrOver = errors.New("the call is over")

// Call is a citizen's call. Its ids are made by Okno, or known to it, before anything is done with them.
type Call struct {
	Interaction int64
	Asterisk    string // by its name in the configuration
	Channel     string // the citizen's channel there
	Number      string // the caller's, E.164; "" when withheld
	State       State
	Leg         Leg
}

// Leg is the operator's side of a call; the zero Leg while there is none.
type Leg struct {
	Bridge   string
	Channel  string
	Endpoint string // "PJSIP/agent-7"
}
