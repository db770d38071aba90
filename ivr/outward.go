package ivr

import (
	"context"
	"slices"
	"time"

	"okno/internal/call"
)

// Outward bounds the calls to citizens that an Asterisk makes: callbacks, and calls that agents place. Calls that are passed on to telephones
// outside are not counted. The zero value sets no bound.
type Outward struct {
	Most      int     // at once
	PerSecond float64 // begun

	KeepMachines bool // an answering machine is put through as a person is
}

// callCitizens begins the calls to citizens that orders make, as far as the bounds let it. What is left begins later, in the order of asking; an
// order that runs out meanwhile, or is cancelled, is refused by the floor when its turn comes.
func (l *Line) callCitizens(ctx context.Context, orders ...call.Order) {
	l.mu.Lock()
	for _, o := range orders {
		if l.channels[o.ID] == nil && !slices.ContainsFunc(l.toCall, func(other call.Order) bool { return other.ID == o.ID }) {
			l.toCall = append(l.toCall, o)
		}
	}
	bounds, now, room := l.config.Asterisk.Outward, time.Now(), len(l.toCall)
	if bounds.Most > 0 {
		room = min(room, bounds.Most-l.outwardCalls())
	}
	var begin []call.Order
	for len(begin) < room && !now.Before(l.nextCall) {
		begin, l.toCall = append(begin, l.toCall[0]), l.toCall[1:]
		if bounds.PerSecond > 0 {
			l.nextCall = now.Add(time.Duration(float64(time.Second) / bounds.PerSecond))
		}
	}
	l.mu.Unlock()
	for _, o := range begin {
		l.callBack(ctx, o)
	}
}

// outwardCalls is how many calls to citizens go on. The line's lock is held.
func (l *Line) outwardCalls() (n int) {
	for _, c := range l.calls {
		if c.outward {
			n++
		}
	}
	return n
}

// nextTurn tells when the next call may begin that waits for its turn. One that waits for another to end is looked at with the orders.
func (l *Line) nextTurn() <-chan time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	if wait := time.Until(l.nextCall); len(l.toCall) > 0 && wait > 0 {
		return time.After(wait)
	}
	return nil
}
