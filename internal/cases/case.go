// Package cases is the durable matter between a citizen and an agency: an application, an appeal, an inquiry, a callback.
// It knows the states and their moves; it knows nothing of channels or storage.
//
//	registered → accepted → in_progress ⇄ awaiting_citizen → ready → closed
//	     any state before ready → rejected, withdrawn
package cases

import (
	"errors"
	"slices"
	"time"

	"okno/internal/message"
)

// Kind tells what a case is.
type Kind string

// The kinds.
const (
	Application Kind = "application" // an agency decides it
	Appeal      Kind = "appeal"
	Inquiry     Kind = "inquiry"
	Callback    Kind = "callback"
	Appointment Kind = "appointment"
	QueuePlace  Kind = "queue_place" // a place in a long queue, in which the agency says how far it has come
)

// Kinds lists them.
var Kinds = []Kind{Application, Appeal, Inquiry, Callback, Appointment, QueuePlace}

// State is where a case stands.
type State string

// The states.
const (
	Registered      State = "registered"
	Accepted        State = "accepted"
	InProgress      State = "in_progress"
	AwaitingCitizen State = "awaiting_citizen"
	Ready           State = "ready"
	Closed          State = "closed"
	Rejected        State = "rejected"
	Withdrawn       State = "withdrawn"
)

// States lists them.
var States = []State{Registered, Accepted, InProgress, AwaitingCitizen, Ready, Closed, Rejected, Withdrawn}

var moves = map[State][]State{
	Registered:      {Accepted, InProgress, Closed, Rejected, Withdrawn},
	Accepted:        {InProgress, AwaitingCitizen, Ready, Closed, Rejected, Withdrawn},
	InProgress:      {AwaitingCitizen, Ready, Closed, Rejected, Withdrawn},
	AwaitingCitizen: {InProgress, Ready, Closed, Rejected, Withdrawn},
	Ready:           {Closed},
}

// Next lists the states that a case may go to.
func (s State) Next() []State { return moves[s] }

// May says whether a case may go from s to another state.
func (s State) May(to State) bool { return slices.Contains(moves[s], to) }

// Settled says that nothing more is due: there is no date to tell.
func (s State) Settled() bool {
	return s == Ready || s == Closed || s == Rejected || s == Withdrawn
}

// The errors of case work.
var (
	ErrUnknown = errors.New("no such case")
	ErrMove    = errors.New("a case cannot go there from where it is")
	ErrMoved   = errors.New("the case has moved meanwhile")
)

// Case is one durable matter.
type Case struct {
	ID        int64
	Number    string
	Kind      Kind
	State     State
	Service   string // code, or ""
	Agency    string // code, or ""
	CitizenID int64  // 0 when nobody knows whose it is
	Contact   string // E.164 number on which it was opened, or ""
	Subject   string
	Body      string    // the whole text, or "": the subject is all that was said
	DueOn     time.Time // zero when nothing is due
	OpenedAt  time.Time
	UpdatedAt time.Time

	DuplicateOf int64  // id of the case that goes on in its place, or 0
	Duplicates  bool   // it goes on in the place of others
	Client      string // of the API that opened it, or ""
}

// Followed says whether clients of the API may have to be told when the case moves: it stands for a case that a client opened. What becomes of a
// duplicate tells nobody anything.
func (c Case) Followed() bool { return c.DuplicateOf == 0 && (c.Client != "" || c.Duplicates) }

// BelongsTo says whether a case is somebody's: the citizen's, or, if nobody knows whose it is, that of the number that opened it. A case
// of a citizen stays the citizen's when the number has gone to somebody else.
func (c Case) BelongsTo(citizen int64, number string) bool {
	if c.CitizenID == 0 {
		return number != "" && c.Contact == number
	}
	return c.CitizenID == citizen
}

// Opening is a case to be opened.
type Opening struct {
	Kind      Kind
	Service   string
	Agency    string
	CitizenID int64
	Contact   string
	Subject   string
	Body      string // the whole text, or ""
	DueOn     time.Time
	By        string // who opens it: "citizen", "agent:7", "client:portal", "okno"
	Client    string // that opens it by the API, or ""
}

// Applied is a move that has been decided: the caller keeps the case locked.
type Applied struct {
	Case   int64 // id
	Number string
	From   State
	To     State
	DueOn  time.Time // zero: none
	By     string
	Why    string
	Told   Told

	Followed bool // [Case.Followed]
}

// Told is what a citizen was told of a case by SMS.
type Told struct {
	Text string // "": nobody was told
	MT   int64  // the message
}

// Move is a step of a case, as it was recorded.
type Move struct {
	ID       int64
	Case     int64
	From     State // "" when it was opened
	To       State
	At       time.Time
	By       string
	Name     string // of an agent
	Why      string
	Told     string           // what the citizen was told
	Delivery message.Delivery // of what the citizen was told
}

// Note is what a colleague has noted about a case.
type Note struct {
	At   time.Time
	By   string
	Name string // of an agent
	Text string // "" once the citizen was erased
}

// Place is a place in a long queue.
type Place struct {
	Number  int // 1 is next
	MovedUp int // this month; less than 0: others went before
}
