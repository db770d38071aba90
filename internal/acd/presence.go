package acd

import (
	"slices"
	"time"
)

// Staff is an agent as far as it matters whether a contact waits for anybody: free or not.
type Staff struct {
	Agent          int64
	Languages      []string
	Queues         []string
	Status         Status
	StatusReason   string
	StatusAt       time.Time
	ConnectedUntil time.Time // the page's lease
	Skills         map[string]int
}

// thereUntil is how long an agent counts as there for a queue of these rules. A talk or a wrap-up changes nothing: it ends.
func (s Staff) thereUntil(r Rules) time.Time {
	until := s.StatusAt
	switch s.Status {
	case Available:
		return s.ConnectedUntil
	case Paused:
		if s.StatusReason != NotResponding {
			until = until.Add(r.Pause)
		}
	}
	if s.ConnectedUntil.Before(until) {
		return s.ConnectedUntil
	}
	return until
}

// presence says who is there, for each queue and language.
type presence struct {
	s    Snapshot
	last map[[3]string]time.Time // by queue of the contact, queue of the agents and language
}

// until is when the last of a queue's agents who could take a contact was there; it lies ahead while one is.
func (p presence) until(w Waiting, queue string) time.Time {
	if len(w.Declined) > 0 { // who declined was there for this contact until then
		return later(p.lastOf(w, queue, w.Declined), w.DeclinedAt)
	}
	key := [3]string{w.Queue, queue, w.Language}
	at, ok := p.last[key]
	if !ok {
		at = p.lastOf(w, queue, nil)
		p.last[key] = at
	}
	return at
}

func (p presence) lastOf(w Waiting, queue string, but []int64) (last time.Time) {
	rules := p.s.Queues[w.Queue]
	for _, a := range p.s.Staff {
		if slices.Contains(a.Queues, queue) && slices.Contains(a.Languages, w.Language) && !slices.Contains(but, a.Agent) &&
			rules.everSkilled(a.Skills) {
			last = later(last, a.thereUntil(rules))
		}
	}
	return last
}

// overflow gives the queue whose agents are asked for a contact, too; "" while those of its own are.
func (p presence) overflow(w Waiting) string {
	rules := p.s.Queues[w.Queue]
	if p.s.Now.Sub(w.QueuedAt) < rules.OverflowAfter && p.until(w, w.Queue).After(p.s.Now) {
		return ""
	}
	return rules.Overflow
}

// waitsForNobody says whether nobody has been there for a contact for too long, of its queue or of the one that this overflows to.
func (p presence) waitsForNobody(w Waiting) bool {
	since := later(p.until(w, w.Queue), w.QueuedAt)
	if to := p.s.Queues[w.Queue].Overflow; to != "" {
		since = later(since, p.until(w, to))
	}
	return !since.Add(p.s.Queues[w.Queue].GiveUp).After(p.s.Now)
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
