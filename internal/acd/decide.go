package acd

import (
	"cmp"
	"slices"
	"time"
)

// Snapshot is what stands at a moment, as far as a decision needs it. Times are the store's.
type Snapshot struct {
	Now     time.Time
	Waiting []Waiting
	Agents  []Candidate
	Queues  map[string]QueueState
	Offers  []OpenOffer
	WrapUps []OpenWrapUp // whose time is over, or soon will be
	Absent  []Absent
	Orders  []string // orders to calls that nobody took in time, or answered
}

// Waiting is a contact that waits.
type Waiting struct {
	Contact  int64
	Version  int64
	Queue    string
	Language string
	Cost     int // points of an agent's capacity
	Priority int // higher goes first: a contact that came back to the front of its queue
	QueuedAt time.Time
	Declined []int64 // agents who declined it within [DeclinedFor]
}

// Candidate is an agent who could take a contact: available, and connected to a desk.
type Candidate struct {
	Agent     int64
	Version   int64
	Languages []string
	Queues    []string
	Room      int // points of capacity that are free
	IdleSince time.Time
}

// QueueState is a queue's rules, and whether anyone is on duty for it.
type QueueState struct {
	Rules
	OnDuty     bool
	LeftDutyAt time.Time // when the last agent went off duty; zero when no agent serves the queue at all
}

// OpenOffer is an offer without an answer.
type OpenOffer struct {
	Contact, Agent int64
	ExpiresAt      time.Time
}

// OpenWrapUp is a wrap-up without an outcome.
type OpenWrapUp struct {
	Contact int64
	Until   time.Time
}

// Absent is an agent who holds contacts and whose desk is not connected since a time.
type Absent struct {
	Agent int64
	Since time.Time // the end of the desk's lease, which is [Reconnect] after the desk was last seen
}

// Decision is what is to be done. Each part is committed by itself, and expects what the snapshot saw.
type Decision struct {
	Offers []Offer
	Expire []OpenOffer // answers that did not come in time: the agent is paused as not responding
	File   []int64     // contacts whose wrap-up ends without an outcome
	GiveUp []int64     // contacts that wait for nobody
	Absent []int64     // agents whose contacts go back
	Orders []string    // orders to calls that are over without an answer
}

// Offer proposes a contact to an agent.
type Offer struct {
	Contact, ContactVersion int64
	Agent, AgentVersion     int64
	Ring                    time.Duration
}

// Decide gives what is to be done. A deadline that passed while the store was away is not held against anybody: until graceUntil, only
// offers are made. Who has waited longest is served first, by the agent who has been idle longest among those who speak the language,
// serve the queue, have room, and did not decline it lately.
func Decide(s Snapshot, graceUntil time.Time) Decision {
	var d Decision
	if !s.Now.Before(graceUntil) {
		for _, o := range s.Offers {
			if !o.ExpiresAt.After(s.Now) {
				d.Expire = append(d.Expire, o)
			}
		}
		for _, w := range s.WrapUps {
			if !w.Until.After(s.Now) {
				d.File = append(d.File, w.Contact)
			}
		}
		for _, a := range s.Absent {
			if !a.Since.After(s.Now) {
				d.Absent = append(d.Absent, a.Agent)
			}
		}
		d.Orders = s.Orders
	}
	waiting := slices.Clone(s.Waiting)
	slices.SortFunc(waiting, func(a, b Waiting) int {
		return cmp.Or(cmp.Compare(b.Priority, a.Priority), a.QueuedAt.Compare(b.QueuedAt), cmp.Compare(a.Contact, b.Contact))
	})
	agents := slices.Clone(s.Agents)
	slices.SortFunc(agents, func(a, b Candidate) int {
		return cmp.Or(a.IdleSince.Compare(b.IdleSince), cmp.Compare(a.Agent, b.Agent))
	})
	for _, w := range waiting {
		queue := s.Queues[w.Queue]
		if given(queue, s.Now, graceUntil) {
			d.GiveUp = append(d.GiveUp, w.Contact)
			continue
		}
		i := slices.IndexFunc(agents, func(a Candidate) bool { return a.fits(w) })
		if i < 0 {
			continue
		}
		// An agent gets one offer a round: the version that the next one would have to expect is not known yet.
		d.Offers = append(d.Offers, Offer{Contact: w.Contact, ContactVersion: w.Version, Agent: agents[i].Agent,
			AgentVersion: agents[i].Version, Ring: queue.Ring})
		agents = slices.Delete(agents, i, i+1)
	}
	return d
}

func (a Candidate) fits(w Waiting) bool {
	return a.Room >= w.Cost && slices.Contains(a.Queues, w.Queue) && slices.Contains(a.Languages, w.Language) &&
		!slices.Contains(w.Declined, a.Agent)
}

// given says whether a queue is given up: nobody has been on duty for too long.
func given(q QueueState, now, graceUntil time.Time) bool {
	return !q.OnDuty && !now.Before(graceUntil) && !q.LeftDutyAt.Add(q.GiveUp).After(now)
}
