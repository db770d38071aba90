package acd

import (
	"cmp"
	"slices"
)

// Strategy says which of the agents who could take a contact is asked.
type Strategy string

// The strategies. Whoever has been idle longest goes first among equals.
const (
	LongestIdle   Strategy = "longest_idle"
	LeastOccupied Strategy = "least_occupied" // whose last hour went least into contacts
	RoundRobin    Strategy = "round_robin"    // one after the other, however long each was busy
	Linear        Strategy = "linear"         // the first of the queue's line who is free
)

// Strategies are all strategies.
var Strategies = []Strategy{LongestIdle, LeastOccupied, RoundRobin, Linear}

// compare puts agents into the order in which a queue asks them.
func (r Rules) compare(a, b Candidate) int {
	first := 0
	switch r.Strategy {
	case LeastOccupied:
		first = cmp.Compare(a.Occupied, b.Occupied)
	case RoundRobin:
		first = a.OfferedAt.Compare(b.OfferedAt)
	case Linear:
		first = cmp.Compare(r.place(a.Login), r.place(b.Login))
	}
	return cmp.Or(first, a.IdleSince.Compare(b.IdleSince), cmp.Compare(a.Agent, b.Agent))
}

// place is where an agent stands in the line of a queue: behind it, if not in it.
func (r Rules) place(login string) int {
	if i := slices.Index(r.Line, login); i >= 0 {
		return i
	}
	return len(r.Line)
}

// pool is the agents of a round who have got no offer yet, in the order of each queue that asks for them.
type pool struct {
	s     Snapshot
	taken map[int64]bool
	order map[string][]Candidate // by strategy; of one with a line by queue
}

// pick takes the first agent of a queue who is free for a contact that such an agent fits; found is false where there is none.
func (p pool) pick(queue string, fits func(Candidate) bool) (c Candidate, found bool) {
	rules := p.s.Queues[queue]
	key := string(rules.Strategy)
	if rules.Strategy == Linear {
		key += " " + queue
	}
	agents, ok := p.order[key]
	if !ok {
		agents = slices.SortedFunc(slices.Values(p.s.Agents), rules.compare)
		p.order[key] = agents
	}
	for _, a := range agents {
		if !p.taken[a.Agent] && fits(a) {
			p.taken[a.Agent] = true
			return a, true
		}
	}
	return c, false
}
