// Package contact is the life of a contact: an interaction that waits for an operator, is with one, or has been. It says which
// events a contact knows, and what each makes of it. It is pure: no clock, no storage, no channel.
package contact

import (
	"errors"
	"time"

	"okno/internal/fault"
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
	ByCall  bool
	Version int64 // rises with every move
	// Helps is the contact for which the agent of this one is consulted; 0 of any other. A contact that helps is never in a queue.
	Helps       int64
	QueuedAt    time.Time
	ConnectedAt time.Time
	WrapUpUntil time.Time
	Outcome     Outcome
	Disposition string
	Attempts    int       // of a callback: how often the citizen did not answer
	PromisedAt  time.Time // of a callback: the time that the citizen has chosen; else zero
	AddressedTo int64     // the agent whom it is offered to first; 0: to any of the queue
}

// Ref is which contact, and of which interaction.
type Ref struct{ ID, Interaction int64 }

// The channels of contacts whose citizen is called: a callback waits until an agent accepts it; an outgoing call is placed by an agent, who has it
// from the first moment.
const (
	Callback = "callback"
	Outgoing = "outgoing"
)

// MostAttempts is how often a citizen is called back who does not answer.
const MostAttempts = 2

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
	// Kept is the place that the citizen had when asking for another way than to wait; the queue admits whoever has one.
	Kept *Place
	// Knows is the agent who knows the citizen, to whom the contact is addressed for a moment; 0: nobody.
	Knows int64
	// DueAt is when a citizen wants to be called back; zero: as soon as the turn comes.
	DueAt time.Time
	// Later says that the citizen waits for the queue to open, if its hours are over.
	Later bool
}

// Promise is a call that an agent promises to the citizen of a number.
type Promise struct {
	Number   string
	Language string
	Queue    string
	At       time.Time // in the citizens' zone; zero: as soon as the turn comes
	Now      time.Time // when that was promised
}

// Thread is a talk in writing that an agent had.
type Thread struct {
	Queue    string
	Language string
	AgentID  int64
}

// Place is a contact's place in its queue: of a higher priority, or of the same and queued earlier, others go first.
type Place struct {
	Priority int
	QueuedAt time.Time
}

// Admission is what a queue says to whoever wants to join it. The values are the outcomes of a queue in a dialogue.
type Admission string

// The admissions.
const (
	Joined     Admission = "joined"
	Closed     Admission = "closed"      // nobody serves the queue now
	AfterHours Admission = "after_hours" // its hours are over, and it opens again
	Busy       Admission = "busy"        // too many wait, or too many came from the same number
)

// Opening is when a queue opens whose hours are over.
type Opening struct {
	Now time.Time // when that was asked
	At  time.Time // in the zone of the queue's calendar; zero: the queue is open, or nobody knows
}

// Live says whether the contact is neither ended nor in its wrap-up: the citizen is there, or is expected.
func (c Contact) Live() bool { return c.State != WrapUp && c.State != Ended }

// The errors of contacts. Their texts are safe to show.
var (
	ErrUnknown     = errors.New("no such contact")
	ErrGone        = errors.New("the offer is no longer open")
	ErrState       = errors.New("the contact is not in a state for that")
	ErrDisposition = error(&fault.Error{Kind: fault.Invalid, Field: "disposition", Text: "choose an outcome first"})
	ErrBusyAgent   = errors.New("the agent is not free")
	ErrClosed      = errors.New("nobody serves the queue now")
	ErrFull        = errors.New("too many wait in the queue")
	ErrNowhere     = errors.New("no such queue, agent or number")
	ErrInCall      = errors.New("the agent has a call already, or is off duty")
	ErrCallHours   = errors.New("nobody is called at this hour")
)

// NotGiven is the disposition of a contact whose agent filed none in time, where the queue requires one.
const NotGiven = "not_given"

// Dispositions are the outcomes that an agent can file.
var Dispositions = []string{"resolved", "informed", "case_opened", "forwarded", "callback", "no_answer", "other"}
