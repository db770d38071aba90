package sms

import (
	"sync"
	"time"
)

// Ailment is why a link is not fit: a closed catalogue.
type Ailment string

// The catalogue.
const (
	NotBound     Ailment = "not_bound"     // no bind that sends is up
	Errors       Ailment = "errors"        // at least half of the last submits failed by the operator's fault
	LateReceipts Ailment = "late_receipts" // at least half of the receipts that are due have not come
)

// healthTuning is how a link's health is judged.
type healthTuning struct {
	grace  time.Duration // of a link without a bind: a reconnect is no failure
	window time.Duration // that errors and receipts are looked at over
	rest   time.Duration // of a link that failed, before it is tried again
	step   time.Duration // how long a link that comes back keeps each share
}

const (
	enough   = 5   // errors, or late receipts, to judge by
	tallied  = 512 // seconds remembered: more than the longest window and wait for receipts
	firstFit = 1.0 / 16
)

// health judges a link by what this node's binds of it meet with. An ailing link rests; then its fitness grows by doubling, a
// step at a time, to 1.
//
//	fit ──ailment──► ailing ──rest, and no ailment──► coming back: 1/16, 1/8 … 1 ──► fit
//	                   ▲────────────────ailment──────────────┘
type health struct {
	healthTuning
	receipts time.Duration // within which they should come; 0: whenever they like

	mu      sync.Mutex
	fitness float64
	ailment Ailment   // while fitness is 0
	ailedAt time.Time // last
	steppedAt,
	upAt time.Time // when it was last seen bound, or made
	bound   bool
	since   time.Time // what was before does not count
	seconds [tallied]tally
	late    int // receipts, at the last look
}

// tally is what became of the submits of a second.
type tally struct{ unix, taken, faults int }

func newHealth(t healthTuning, receipts time.Duration, now time.Time) *health {
	return &health{healthTuning: t, receipts: receipts, fitness: 1, upAt: now, since: now}
}

// settled notes the end of a submit. What is the message's own fault says nothing of the link.
func (h *health) settled(f Failure, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !f.ofLink() && f != "" {
		return
	}
	unix := int(now.Unix())
	s := &h.seconds[unix%tallied]
	if s.unix != unix {
		*s = tally{unix: unix}
	}
	if f == "" {
		s.taken++
	} else {
		s.faults++
	}
}

// ofLink says whether a failure speaks against the link rather than the message.
func (f Failure) ofLink() bool {
	return f.Retryable() || f == Unanswered || f == Refused || f == InvalidSource
}

// due gives the time of the submits whose receipts should all be there; false where nobody minds.
func (h *health) due(now time.Time) (from, before time.Time, mind bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	from, before = h.dueLocked(now)
	return from, before, h.receipts > 0 && from.Before(before)
}

func (h *health) dueLocked(now time.Time) (from, before time.Time) {
	before = now.Add(-h.receipts)
	from = before.Add(-h.window)
	if from.Before(h.since) {
		from = h.since
	}
	return from, before
}

// look judges the link anew: with whether it is bound, and how many receipts of the time that due gave are late.
func (h *health) look(bound bool, late int, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.bound, h.late = bound, late
	if bound {
		h.upAt = now
	}
	if a := h.ails(now); a != "" {
		h.fitness, h.ailment, h.ailedAt = 0, a, now
		h.since, h.seconds, h.late = now, [tallied]tally{}, 0
		return
	}
	switch {
	case h.fitness == 1:
	case h.fitness == 0 && (!bound || h.ailment != NotBound && now.Sub(h.ailedAt) < h.rest):
	case h.fitness == 0:
		h.fitness, h.ailment, h.steppedAt = firstFit, "", now
	case now.Sub(h.steppedAt) >= h.step+h.receipts: // so long that late receipts would have shown
		h.fitness, h.steppedAt = min(1, 2*h.fitness), now
	}
}

func (h *health) ails(now time.Time) Ailment {
	if !h.bound {
		if h.fitness > 0 && now.Sub(h.upAt) >= h.grace {
			return NotBound
		}
		return ""
	}
	taken, faults := h.count(now.Add(-h.window), now)
	if faults >= enough && faults >= taken {
		return Errors
	}
	if h.receipts > 0 && h.late >= enough {
		from, before := h.dueLocked(now)
		if taken, _ = h.count(from, before); 2*h.late >= taken {
			return LateReceipts
		}
	}
	return ""
}

func (h *health) count(from, to time.Time) (taken, faults int) {
	for _, s := range h.seconds {
		if s.unix >= int(from.Unix()) && s.unix <= int(to.Unix()) {
			taken, faults = taken+s.taken, faults+s.faults
		}
	}
	return taken, faults
}

// stands tells how the link is.
func (h *health) stands() (fitness float64, a Ailment, bound bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.fitness, h.ailment, h.bound
}
