package acd

import (
	"maps"
	"time"

	"okno/internal/calendar"
)

// AtClosing is what becomes of those who wait when their queue closes.
type AtClosing string

// The ways.
const (
	Serve AtClosing = "serve" // they are served to the end
	Tell  AtClosing = "tell"  // they are told when the queue opens, and offered another way than to wait
)

// Open says whether a moment is within the hours of a queue.
func (r Rules) Open(at time.Time) bool {
	opens, ok := r.Opens(at)
	return ok && opens.Equal(at)
}

// Opens gives the first moment, not before at, within the hours of a queue: in the zone of its calendar, unless it is at itself. ok is false
// where the calendar has no such moment.
func (r Rules) Opens(at time.Time) (opens time.Time, ok bool) {
	if r.Hours == nil {
		return at, true
	}
	opens, err := withoutGaps(*r.Hours, at).NextOpen(at)
	return opens, err == nil
}

// withoutGaps gives a calendar with this year and the next. One that it lacks has no holidays: a queue does not close for ever because nobody
// imported a year.
func withoutGaps(c calendar.Calendar, at time.Time) calendar.Calendar {
	this := at.In(c.Zone).Year()
	if _, ok := c.Years[this]; ok {
		if _, ok := c.Years[this+1]; ok {
			return c
		}
	}
	c.Years = maps.Clone(c.Years)
	for _, year := range []int{this, this + 1} {
		if _, ok := c.Years[year]; !ok {
			c.Years[year] = calendar.Year{}
		}
	}
	return c
}

// mostLooks bounds the search for a moment at which a queue is open and citizens are called: one a day.
const mostLooks = 30

// NextCall gives the first moment, not before at, when a citizen may be called back: in the hours of calls, and within those of the queue if the
// two ever meet.
func (r Rules) NextCall(at time.Time) time.Time {
	next := r.Calls.Next(at)
	for range mostLooks {
		opens, ok := r.Opens(next)
		if !ok {
			break
		}
		if next = r.Calls.Next(opens); next.Equal(opens) {
			return next
		}
	}
	return r.Calls.Next(at)
}
