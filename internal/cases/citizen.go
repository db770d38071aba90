package cases

import "time"

// What citizens may do to their own cases, and how long after the end.
const (
	ReopenWithin = 30 * 24 * time.Hour
	RateWithin   = 14 * 24 * time.Hour
)

// MayWithdraw says whether the citizen may still withdraw a case.
func (c Case) MayWithdraw() bool { return c.State.May(Withdrawn) }

// Reopened gives the state to which the citizen may open a case anew: one that was closed goes on, one that was withdrawn begins anew. False:
// it is not at its end, or for too long, or it is a duplicate: then the case is opened anew that goes on in its place.
func (c Case) Reopened(now time.Time) (State, bool) {
	if now.Sub(c.UpdatedAt) > ReopenWithin || c.DuplicateOf != 0 || c.Kind == Appointment { // its place has gone to somebody else
		return "", false
	}
	switch c.State {
	case Closed, Ready:
		return InProgress, true
	case Withdrawn:
		return Registered, true
	}
	return "", false
}
