// Package call is a live call as Okno keeps it: a room, its legs, and the orders that others give it, so that a process that comes
// after a crash finds its way back into it. It knows no telephone system and no storage.
package call

import (
	"errors"
	"slices"
	"time"
)

// State is where a call stands: ringing → live → ended. With whom the citizen talks is the contact's fact, not the call's.
type State string

// The states.
const (
	Ringing State = "ringing" // not answered yet
	Live    State = "live"
	Ended   State = "ended"
)

// Stage is what a live call is busy with. It is read from the contact of the call and kept nowhere else.
type Stage string

// The stages.
const (
	InDialogue Stage = "in_dialogue"
	Waiting    Stage = "waiting"    // for an operator: the contact waits, is offered or was accepted
	Connecting Stage = "connecting" // the operator's phone rings
	Talking    Stage = "talking"    // with an operator
	Passed     Stage = "passed"     // to somebody outside; no operator has it any more
)

// AwayPatience is how long the page of an agent who talks may be away, which is loaded anew, before the citizen goes back to the queue.
const AwayPatience = 20 * time.Second

// ErrOver says that a call has ended, or never was.
var ErrOver = errors.New("the call is over")

// Call is a citizen's call. Ids are made by Okno, or known to it, before anything is done with them.
type Call struct {
	Interaction int64
	Asterisk    string // by its name in the configuration
	Number      string // the caller's, E.164; "" when withheld
	Vouched     bool   // the trunk vouches for the number
	State       State
	Stage       Stage
	Room        string    // the bridge in Asterisk; "" while there is none
	AwayAt      time.Time // since when the agent's page is away from the talk; zero: it is there
	Legs        []Leg     // that have not ended
	Recording   Recording
}

// Role is what a leg is there for.
type Role string

// The roles.
const (
	Citizen    Role = "citizen"
	Agent      Role = "agent"
	Consulted  Role = "consulted"  // an agent who is asked during a talk
	Outside    Role = "outside"    // a telephone number outside Okno
	Supervisor Role = "supervisor" // listens, whispers or barges in
)

// Mode is how a supervisor takes part in a talk.
type Mode string

// The modes.
const (
	Listen  Mode = "listen"  // hears everybody, is heard by nobody
	Whisper Mode = "whisper" // is heard by the agent alone
	Barge   Mode = "barge"   // is heard by everybody
)

// Modes are all of them.
var Modes = []Mode{Listen, Whisper, Barge}

// LegState is where a leg stands: ringing → up → ended.
type LegState string

// The states of a leg.
const (
	LegRinging LegState = "ringing"
	LegUp      LegState = "up"
	LegEnded   LegState = "ended"
)

// Leg is one side of a call.
type Leg struct {
	ID       string // the channel in Asterisk; an outbound leg has the id of the order that made it
	Role     Role
	Outbound bool
	Endpoint string // what was dialled: "PJSIP/agent-7"; "" of an inbound leg
	AgentID  int64  // 0 of a leg that is no agent's
	State    LegState
	Held     bool // apart from the room, with music
	Mode     Mode // of a supervisor's; "" of any other
	Since    time.Time
}

// Leg gives the leg of a role that has not ended.
func (c Call) Leg(r Role) (Leg, bool) {
	i := slices.IndexFunc(c.Legs, func(l Leg) bool { return l.Role == r && l.State != LegEnded })
	if i < 0 {
		return Leg{}, false
	}
	return c.Legs[i], true
}

// Hears says whether the person at a leg hears an agent of the call. A supervisor's leg does not count.
func (l Leg) Hears(agent int64) bool {
	return l.AgentID != agent && l.Role != Supervisor && l.State == LegUp && !l.Held
}

// Aside gives the leg, if there is one, of whoever an agent has brought into the call: an agent or a telephone outside.
func (c Call) Aside() (Leg, bool) {
	if leg, ok := c.Leg(Consulted); ok {
		return leg, true
	}
	return c.Leg(Outside)
}

// Channel is the citizen's channel in Asterisk, or "".
func (c Call) Channel() string {
	leg, _ := c.Leg(Citizen)
	return leg.ID
}
