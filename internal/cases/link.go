package cases

import (
	"time"

	"okno/internal/fault"
)

// LinkKind is how a case belongs to another.
type LinkKind string

// The kinds of links.
const (
	Related   LinkKind = "related"
	Duplicate LinkKind = "duplicate"  // the case is closed, and stands where the other stands
	SplitFrom LinkKind = "split_from" // the case is a part of the other's matter
)

// Link is a case as seen from another to which it belongs.
type Link struct {
	Kind   LinkKind
	To     bool // from the case that one looks at to this one; else the other way
	Number string
	State  State
	By     string // who linked them
	At     time.Time
}

// UndoWithin is how long whoever merged two cases may take it back.
const UndoWithin = 10 * time.Minute

// Undoable says whether somebody may take a merge back.
func (l Link) Undoable(by string, now time.Time) bool {
	return l.Kind == Duplicate && l.To && l.By == by && now.Sub(l.At) < UndoWithin
}

// The refusals of links and merges.
var (
	ErrLinkItself     error = &fault.Error{Kind: fault.Invalid, Field: "other", Text: "that is the same case"}
	ErrLinked         error = &fault.Error{Kind: fault.Conflict, Field: "other", Text: "these cases belong together already"}
	ErrNotLinked      error = &fault.Error{Kind: fault.Conflict, Field: "other", Text: "these cases are not related"}
	ErrDuplicate      error = &fault.Error{Kind: fault.Conflict, Text: "this case is a duplicate already"}
	ErrOtherDuplicate error = &fault.Error{Kind: fault.Conflict, Field: "other", Text: "that case is a duplicate itself: name the case that goes on"}
	ErrWithdrawn      error = &fault.Error{Kind: fault.Conflict, Field: "other", Text: "the citizen has withdrawn that case: nothing goes on in it"}
	ErrUndo           error = &fault.Error{Kind: fault.Conflict, Text: "only whoever merged the cases takes it back, within 10 minutes"}
	ErrMergeOthers    error = &fault.Error{Kind: fault.Forbidden, Text: "these are cases of two citizens, or of two agencies: a supervisor merges them"}
)

// CheckMerge says what is against closing c as a duplicate of other, whose state counts for both from then on. anyones is the right to merge
// cases of two citizens or of two agencies. [ErrLinkItself], [ErrDuplicate], ErrMove when c is settled, [ErrWithdrawn], [ErrMergeOthers], and
// [ErrOtherDuplicate]: so nothing goes in a circle.
func (c Case) CheckMerge(other Case, anyones bool) error {
	switch {
	case c.ID == other.ID:
		return ErrLinkItself
	case c.DuplicateOf != 0:
		return ErrDuplicate
	case c.State.Settled() || !c.State.May(Closed):
		return ErrMove
	case other.DuplicateOf != 0:
		return ErrOtherDuplicate
	case other.State == Withdrawn:
		return ErrWithdrawn
	case !anyones && (!c.SameCitizen(other) || c.Agency != other.Agency):
		return ErrMergeOthers
	}
	return nil
}

// SameCitizen says whether two cases are of one citizen, or, where nobody knows whose they are, were opened on one number.
func (c Case) SameCitizen(other Case) bool {
	if c.CitizenID != 0 || other.CitizenID != 0 {
		return c.CitizenID == other.CitizenID
	}
	return c.Contact != "" && c.Contact == other.Contact
}
