package acd

import (
	"cmp"
	"time"
)

// neverBehind is the longest wait behind anybody who came later, whatever the priorities: whoever has waited so long goes after those alone who
// have waited longer. Half an hour is what citizens are told to come back in when a queue is full.
const neverBehind = 30 * time.Minute

// points are the priority that a contact of a queue has after a wait, in points of a nanosecond each, so that nothing is rounded.
func (r Rules) points(waited time.Duration) int64 {
	return int64(r.Priority)*int64(time.Minute) + int64(r.Ageing)*int64(waited)
}

// compare puts contacts that wait into the order in which they are served: those that came back to the front; those that have waited for too
// long, by when they came; those that are offered to one agent alone, who hold up nobody but at that agent; the others by their points.
func (s Snapshot) compare(a, b Waiting, alone map[int64]int64) int {
	if a.Priority != b.Priority {
		return cmp.Compare(b.Priority, a.Priority)
	}
	waited, other := s.Now.Sub(a.QueuedAt), s.Now.Sub(b.QueuedAt)
	byTime := cmp.Or(a.QueuedAt.Compare(b.QueuedAt), cmp.Compare(a.Contact, b.Contact))
	switch late, otherLate := waited >= neverBehind, other >= neverBehind; {
	case late && otherLate:
		return byTime
	case late:
		return -1
	case otherLate:
		return 1
	}
	if one := alone[a.Contact] != 0; one != (alone[b.Contact] != 0) {
		if one {
			return -1
		}
		return 1
	}
	return cmp.Or(cmp.Compare(s.Queues[b.Queue].points(other), s.Queues[a.Queue].points(waited)), byTime)
}
