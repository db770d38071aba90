// Package desk is what an operator sees: the desk as it stands, what a contact shows, and the events that change both. It
// knows no socket and no storage.
package desk

import (
	"encoding/json"
	"time"

	"okno/internal/acd"
	"okno/internal/call"
	"okno/internal/cases"
	"okno/internal/citizen"
	"okno/internal/contact"
	"okno/internal/message"
	"okno/internal/recording"
	"okno/internal/transcript"
)

// Event is a change in a stream that desks follow. Numbers rise by one within a stream, in the order of commits.
type Event struct {
	Stream string          `json:"stream"` // "agent:7", "contact:31"
	Seq    int64           `json:"seq"`
	At     time.Time       `json:"at"`
	Kind   string          `json:"kind"`
	Data   json.RawMessage `json:"data"`
}

// Snapshot is an agent's whole desk at one moment, and the numbers of the streams that it goes with.
type Snapshot struct {
	Agent    acd.Agent
	Contacts []Held
	Queues   []Queue
	Streams  map[string]int64
	ForYou   []Addressed // what waits for this agent alone

	Unanswered int // evaluations of the agent's work to which the agent has not replied
	Memos      int // of colleagues, which the agent has not read
}

// Addressed is a contact that waits, and is addressed to an agent.
type Addressed struct {
	Contact    int64
	Channel    string
	Language   string
	Reason     string            // the key of a text
	QueueTitle map[string]string // by language
	QueuedAt   time.Time
	DueAt      time.Time // of a callback
	Until      time.Time // it is the queue's after that
}

// Held is a contact that is offered to an agent, or in the agent's hands.
type Held struct {
	contact.Contact
	Name       string            // the citizen's, or ""
	OfferUntil time.Time         // when the offer expires; zero when there is none
	QueueTitle map[string]string // by language: the queue may be none of the agent's own
	Parties    []Party           // of a call that is connected
	Answered   bool              // a citizen who was called is on the line, and the agent's phone does not ring yet
	AutoAccept bool              // the page accepts the offer by itself
	MustFile   bool              // its wrap-up ends with a disposition only

	Recording   recording.State // of a call that is connected: going; failed, of one that should be recorded and is not; "" of any other
	PausedUntil time.Time       // the recording is silent until then
}

// Recent is a contact that an agent has served lately.
type Recent struct {
	contact.Contact
	Name       string            // the citizen's, or ""
	QueueTitle map[string]string // by language
	EndedAt    time.Time
	Cases      []string // the numbers of those that it was about
}

// Party is somebody in a call.
type Party struct {
	Leg    string
	Role   call.Role
	Name   string // an agent's
	Number string // of a telephone outside
	State  call.LegState
	Held   bool
	Poor   bool // it sounds poor now
}

// Talk is a call with an agent, as a supervisor sees it.
type Talk struct {
	Contact int64
	Queue   string
	Agent   int64
	Name    string // the agent's
	Since   time.Time
	Mode    call.Mode // how the supervisor takes part in it; "" if not
}

// Looker is somebody who has a case open.
type Looker struct {
	Agent  int64
	Name   string
	Typing bool // writes in it
}

// Queue is how a queue stands.
type Queue struct {
	Name    string
	Title   map[string]string // by language
	Waiting int
	Oldest  time.Time // when the one who waits longest came; zero when nobody waits
	Opens   time.Time // when it opens whose hours are over; zero: it is open, or nobody knows
}

// View is what an agent sees of a contact.
type View struct {
	Contact  contact.Contact
	Citizen  Citizen
	Timeline []Entry // newest first, on all channels
	Cases    []Case
	Moves    []cases.Move             // of the citizen's own cases, the oldest first
	Drafts   map[contact.Field]string // what the agent has written in it, and neither sent nor filed

	Recordings []Recorded // of the talks in the timeline, the oldest first
	Heard      []Heard    // how the legs of these talks sounded, by interaction
}

// OutgoingCall is a call that an agent has placed about a case.
type OutgoingCall struct {
	At      time.Time
	Name    string // the agent's
	Outcome string // "answered"; "" while it rings; else what the contact came to
}

// Heard is how a leg of a talk sounded.
type Heard struct {
	call.Quality
	Interaction int64
	At          time.Time // of its end, or since when it is up
	Role        call.Role
	Name        string // an agent's
}

// Recorded is a talk that was recorded, or is.
type Recorded struct {
	recording.Recording
	Own           bool               // the agent had a part in it
	Transcript    transcript.State   // "": it is not written down
	Untranscribed transcript.Failure // why, of one that has failed
}

// Case is a case in the view of a contact: the citizen's own, or one that the citizen asked about.
type Case struct {
	cases.Case
	Theirs bool
}

// Citizen is who a contact is with.
type Citizen struct {
	ID             int64 // 0 when nobody knows
	Name           string
	NationalNumber string
	Language       string
	Number         string
	Verification   citizen.Verification
}

// Entry is a line of the timeline.
type Entry struct {
	ID          int64
	Interaction int64
	Channel     string
	At          time.Time
	Speaker     string // citizen, okno, agent:7
	Name        string // of the agent
	Kind        string
	Body        string
	Delivery    message.Delivery // of an agent's message
}

// Deliveries are what became of the messages of a view that were sent by somebody: of replies, by the ids of their entries, and of steps of cases, by the
// ids of the moves.
type Deliveries struct {
	Entries map[int64]message.Delivery
	Moves   map[int64]message.Delivery
}
