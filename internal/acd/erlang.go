package acd

import (
	"math"
	"time"
)

// Load is what a queue has to bear: calls that come at random, each independent of the others, and take their time.
type Load struct {
	PerHour float64       // calls, on average
	Handle  time.Duration // of one, on average: talk, hold and wrap-up
	Agents  int
	Target  time.Duration // within which a call is to be answered
}

// Erlangs is how many agents are busy at a time, on average.
func (l Load) Erlangs() float64 { return l.PerHour * l.Handle.Hours() }

// ErlangC gives the share of calls that are answered within the target where nobody hangs up (A. K. Erlang, 1917): 0 where the agents can
// never keep up.
func (l Load) ErlangC() float64 {
	a, n := l.Erlangs(), float64(l.Agents)
	if n <= a {
		return 0
	}
	blocked := 1.0 // Erlang B, by its recursion over the number of agents: no factorial overflows
	for i := 1.0; i <= n; i++ {
		blocked = a * blocked / (i + a*blocked)
	}
	waits := blocked / (1 - a/n*(1-blocked))
	return 1 - waits*math.Exp(-(n-a)*l.Target.Seconds()/l.Handle.Seconds())
}

// Staff gives the fewest agents with whom a share of calls is answered within the target.
func (l Load) Staff(share float64) int {
	for l.Agents = max(1, int(l.Erlangs())); l.ErlangC() < share; l.Agents++ {
	}
	return l.Agents
}
