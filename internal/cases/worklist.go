package cases

import "time"

// View is a list of cases that an agent works from.
type View string

// The views.
const (
	Mine    View = "mine"    // given to the agent
	Queued  View = "queued"  // given to a queue of the agent's, and to nobody
	Overdue View = "overdue" // past their term
	DueSoon View = "due"     // the next ones by term
	AllOpen View = "all"     // all that are open, the newest first
)

// Views lists them.
var Views = []View{Mine, Queued, Overdue, DueSoon, AllOpen}

// Line is a case in a list: nothing of it says whose it is or what it is about.
type Line struct {
	ID       int64
	Number   string
	Kind     Kind
	State    State
	Service  string
	Agency   string
	Priority int
	Queue    string
	Assignee string    // login, or ""
	DueAt    time.Time // zero: no term
	OpenedAt time.Time
}

// After is the last line of the page before: a page goes on behind it.
type After struct {
	DueAt time.Time
	ID    int64
}

// Assignment is to whom a case is given.
type Assignment struct {
	Agent int64  // 0: nobody
	Login string // of the agent
	Queue string // "": the queue stays
}

// Assigned is a case with whose it is to work on.
type Assigned struct {
	Case
	Agent    int64
	Queue    string
	Priority int
	DueAt    time.Time // zero: no term
}
