// Package contact is the life of a contact: an interaction that waits for an operator, is with one, or has been. It says which
// events a contact knows, and what each makes of it. It is pure: no clock, no storage, no channel.
package contact

import (
	"errors"
	"time"
)

// Contact is an interaction in the hands of the distribution.
type Contact struct {
	ID          int64
	Interaction int64
	Channel     string
	Queue       string
	Language    string
	Reason      string            // the key of a text: why the citizen wants an operator
	Context     map[string]string // what the dialogue knows: case, service
	Number      string            // E.164, or ""
	State       State
	AgentID     int64 // 0 while no agent has it
	// ByCall says that an agent who accepts is connected by a telephone call; else the two are connected at once.
	ByCall      bool
	Version     int64 // rises with every move
	QueuedAt    time.Time
	ConnectedAt time.Time
	WrapUpUntil time.Time
	Outcome     Outcome
	Disposition string
}

// Arrival is an interaction that joins a queue.
type Arrival struct {
	Interaction int64
	Channel     string
	Number      string // E.164, or "" when withheld
	Queue       string
	Language    string
	Reason      string
	Context     map[string]string
	Effect      string // the dialogue's effect: the idempotency key of joining
}

// Admission is what a queue says to whoever wants to join it. The values are the outcomes of a queue in a dialogue.
type Admission string

// The admissions.
const (
	Joined Admission = "joined"
	Closed Admission = "closed" // nobody serves the queue now
	Busy   Admission = "busy"   // too many wait, or too many came from the same number
)

// Live says whether the contact is neither ended nor in its wrap-up: the citizen is there, or is expected.
func (c Contact) Live() bool { return c.State != WrapUp && c.State != Ended }

// The errors of contacts. Their texts are safe to show.
var (
	ErrUnknown     = errors.New("no such contact")
	ErrGone        = errors.New("the offer is no longer open")
	ErrState       = errors.New("the contact is not in a state for that")
	ErrDisposition = errors.New("choose an outcome first")
)

// Dispositions are the outcomes that an agent can file.
var Dispositions = []string{"resolved", "informed", "case_opened", "forwarded", "callback", "no_answer", "other"}
