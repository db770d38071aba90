package call

import "time"

// Recording is what is to be recorded of a call now; Name "" is nothing.
type Recording struct {
	Name        string    // in the telephone system
	PausedUntil time.Time // it is silent until then
}

// Paused says whether it is silent at a moment.
func (r Recording) Paused(now time.Time) bool { return now.Before(r.PausedUntil) }
