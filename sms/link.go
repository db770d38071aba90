package sms

import (
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"okno/internal/message"
	"okno/sms/smpp"
)

// link is a configured link at work: what its binds have in common.
type link struct {
	Link
	limiter *rate.Limiter // nil: no limit
	health  *health
	delays  *delays
	binds   []*bind

	notation  *notation
	refusedAt atomic.Int64 // when a message of it was deferred last, by the clock of the channel (Unix ns); 0: never

	mu      sync.Mutex
	ordered message.Order // "": not known yet
	changed chan struct{} // closed and replaced with ordered
}

func newLink(c *Channel, conf Link) *link {
	return &link{
		Link: conf, notation: newNotation(conf.ReceiptIDs), limiter: newLimiter(conf.Rate), delays: &delays{}, changed: make(chan struct{}),
		health: newHealth(c.tune.healthTuning, conf.ReceiptsWithin, c.Clock()),
	}
}

// order gives what is ordered of the link, and what is closed when that changes.
func (l *link) order() (message.Order, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ordered, l.changed
}

func (l *link) setOrder(o message.Order) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if o != l.ordered {
		l.ordered = o
		close(l.changed)
		l.changed = make(chan struct{})
	}
}

// bound says whether a bind is up, of a link that sends one that does.
func (l *link) bound() bool {
	for _, b := range l.binds {
		if (b.mode != smpp.Receiver || !l.sends()) && b.why() == (down{}) {
			return true
		}
	}
	return false
}

func (l *link) slots() []string {
	var slots []string
	for _, b := range l.binds {
		slots = append(slots, b.slot)
	}
	return slots
}

func (l *link) standing() standing {
	order, _ := l.order()
	fitness, _, bound := l.health.stands()
	return standing{
		name: l.Name, prefixes: l.routes(), priority: l.Priority, cost: l.Cost, weight: l.weight(),
		open: order == message.Open, bound: bound, fitness: fitness,
	}
}

// answerTimeout is the SMSC's time for an answer.
func (b *bind) answerTimeout() time.Duration {
	if b.link.AnswerTimeout > 0 {
		return b.link.AnswerTimeout
	}
	return b.channel.tune.answer
}

// lease is how long a claim lasts: the time for an answer, and what it takes to write the outcome down.
func (b *bind) lease() time.Duration {
	return b.channel.tune.lease + max(0, b.answerTimeout()-b.channel.tune.answer)
}
