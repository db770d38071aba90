package acd

import (
	"slices"
	"time"
)

// A contact may be addressed to one agent: one who knows the citizen, one to whom a colleague or a supervisor gives it, one who has promised to
// call back. That agent alone is offered it, before what has waited longer, as long as the agent is there and has not declined, and up to a
// limit. After that it is the queue's like any other, at the place of its wait.

// AddressedFor is how long a contact waits for the agent to whom it is addressed. Whoever is on the line waits for the queue's Address. Whoever
// writes, or is called at a time, waits as long as the queue counts on an agent who is on a pause.
func (r Rules) AddressedFor(onTheLine bool) time.Duration {
	if onTheLine {
		return r.Address
	}
	return max(r.Address, r.Pause)
}

// addressed gives the agent to whom alone a contact is offered now; 0: to any of the queue.
func (p presence) addressed(w Waiting) int64 {
	if w.AddressedTo == 0 || !p.s.Now.Before(w.AddressedUntil) || slices.Contains(w.Declined, w.AddressedTo) {
		return 0
	}
	i := slices.IndexFunc(p.s.Staff, func(a Staff) bool { return a.Agent == w.AddressedTo })
	if i < 0 || !p.s.Staff[i].thereUntil(p.s.Queues[w.Queue]).After(p.s.Now) {
		return 0
	}
	return w.AddressedTo
}
