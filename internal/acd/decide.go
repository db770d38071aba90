package acd

import (
	"slices"
	"time"
)

// Snapshot is what stands at a moment, as far as a decision needs it. Times are the store's.
type Snapshot struct {
	Now     time.Time
	Waiting []Waiting
	Agents  []Candidate
	Staff   []Staff // whoever is on duty, or was an hour ago
	Queues  map[string]Rules
	Offers  []OpenOffer
	WrapUps []OpenWrapUp // whose time is over, or soon will be
	Absent  []Absent
	Orders  []string // orders to calls that nobody took in time, or answered
}

// Waiting is a contact that waits.
type Waiting struct {
	Contact    int64
	Version    int64
	Queue      string
	Language   string
	Cost       int // points of an agent's capacity
	Priority   int // higher goes first: a contact that came back to the front of its queue
	QueuedAt   time.Time
	Declined   []int64   // agents who declined it within [DeclinedFor]
	DeclinedAt time.Time // the last time that one did; zero: none has
	// AddressedTo is the one agent who is asked, or 0: until a moment, and as long as that agent is there.
	AddressedTo    int64
	AddressedUntil time.Time
	Callback       bool // the citizen is not on the line, and is called once an agent has accepted
	Promised       bool // the citizen wrote while the queue was closed, and was told to be answered once it is open
}

// Candidate is an agent who could take a contact: available, and connected to a desk.
type Candidate struct {
	Agent     int64
	Version   int64
	Languages []string
	Queues    []string
	Room      int // points of capacity that are free
	IdleSince time.Time
	Login     string
	OfferedAt time.Time      // the last offer that was made; zero: never
	Occupied  float64        // the share of the last hour on duty that went into contacts, where a queue asks for it
	Skills    map[string]int // levels
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
	GiveUp []int64     // contacts that wait for nobody: none who could take it is there, or soon will be; or the queue has closed
	Absent []int64     // agents whose contacts go back
	Orders []string    // orders to calls that are over without an answer
}

// Offer proposes a contact to an agent.
type Offer struct {
	Contact, ContactVersion int64
	Agent, AgentVersion     int64
	Ring                    time.Duration
	Via                     string // the queue as whose agent the agent is asked; "": the contact's own
}

// Decide gives what is to be done. A deadline that passed while the store was away is not held against anybody: until graceUntil, only
// offers are made. Who comes first by the rules of the queues is served first, by the agent whom the queue's strategy asks first among those who
// speak the language, serve the queue, have the skills, have room, and did not decline it lately; where the queue overflows, by one of the other
// queue if there is none.
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
	there := presence{s: s, last: map[[3]string]time.Time{}}
	alone := map[int64]int64{} // the agent to whom alone a contact is offered
	for _, w := range s.Waiting {
		if to := there.addressed(w); to != 0 {
			alone[w.Contact] = to
		}
	}
	waiting := slices.Clone(s.Waiting)
	slices.SortFunc(waiting, func(a, b Waiting) int { return s.compare(a, b, alone) })
	waiting = waiting[:min(len(waiting), mostDecided)]
	// An agent gets one offer a round: the version that the next one would have to expect is not known yet.
	free := pool{s: s, taken: map[int64]bool{}, order: map[string][]Candidate{}}
	closed := map[string]bool{} // to those who wait
	for name, rules := range s.Queues {
		closed[name] = rules.AtClosing == Tell && !rules.Open(s.Now)
	}
	for _, w := range waiting {
		queue := s.Queues[w.Queue]
		if w.Callback && !queue.NextCall(s.Now).Equal(s.Now) {
			continue
		}
		if !w.Callback && !s.Now.Before(graceUntil) && (closed[w.Queue] || !w.Promised && alone[w.Contact] == 0 && there.waitsForNobody(w)) {
			d.GiveUp = append(d.GiveUp, w.Contact)
			continue
		}
		only, via := alone[w.Contact], ""
		a, found := free.pick(w.Queue, func(a Candidate) bool {
			if only != 0 { // whoever addressed it knows whether the agent speaks the language, and can do it
				return a.Agent == only && a.Room >= w.Cost
			}
			return s.fits(a, w, w.Queue)
		})
		if !found && only == 0 {
			if via = there.overflow(w); via != "" {
				a, found = free.pick(via, func(a Candidate) bool { return s.fits(a, w, via) })
			}
		}
		if found {
			d.Offers = append(d.Offers, Offer{Contact: w.Contact, ContactVersion: w.Version, Agent: a.Agent, AgentVersion: a.Version,
				Ring: queue.Ring, Via: via})
		}
	}
	return d
}

// mostDecided bounds a round: who stands behind so many is decided about in a later one.
const mostDecided = 500

func (s Snapshot) fits(a Candidate, w Waiting, queue string) bool {
	return a.Room >= w.Cost && s.serves(a, w, queue) && s.Queues[w.Queue].skilled(a.Skills, s.Now.Sub(w.QueuedAt))
}

// serves says whether an agent of a queue could take a contact, now or once there is room and the wait is long enough for the skills.
func (s Snapshot) serves(a Candidate, w Waiting, queue string) bool {
	return s.Queues[w.Queue].everSkilled(a.Skills) && slices.Contains(a.Queues, queue) && slices.Contains(a.Languages, w.Language) && !slices.Contains(w.Declined, a.Agent)
}
