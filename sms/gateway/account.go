package gateway

import (
	"slices"
	"sync"
	"time"

	"okno/internal/smppaccount"
)

// account is an agency's account while it is bound: what all its binds share.
type account struct {
	mu     sync.Mutex
	now    smppaccount.Account
	bucket bucket
	binds  []*bind
}

// current is the account as the database last gave it.
func (a *account) current() smppaccount.Account {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.now
}

// take says if so many segments may be submitted now.
func (a *account) take(segments int, now time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.bucket.rate = a.now.Rate
	return a.bucket.take(segments, now)
}

// enter adds a bind to an account, unless it has as many as it may.
func (g *Gateway) enter(b *bind, known smppaccount.Account) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	a := g.accounts[known.SystemID]
	if a == nil {
		a = &account{}
		g.accounts[known.SystemID] = a
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.now = known
	if len(a.binds) >= known.Binds {
		return false
	}
	a.binds = append(a.binds, b)
	b.account = a
	g.metrics.binds.WithLabelValues(known.SystemID).Set(float64(len(a.binds)))
	return true
}

// leave takes a bind out. The account stays, so that binding again fills no bucket.
func (g *Gateway) leave(b *bind) {
	a := b.account
	a.mu.Lock()
	defer a.mu.Unlock()
	a.binds = slices.DeleteFunc(a.binds, func(other *bind) bool { return other == b })
	g.metrics.binds.WithLabelValues(a.now.SystemID).Set(float64(len(a.binds)))
}

// renew takes over what has changed in the accounts, and ends the binds of those that are suspended.
func (g *Gateway) renew(known []smppaccount.Account) {
	for _, k := range known {
		g.mu.Lock()
		a := g.accounts[k.SystemID]
		g.mu.Unlock()
		if a == nil {
			continue
		}
		a.mu.Lock()
		a.now = k
		binds := slices.Clone(a.binds)
		a.mu.Unlock()
		if k.Suspended {
			for _, b := range binds {
				b.end()
			}
		}
	}
}

// wakeBinds hints that there may be receipts to tell.
func (g *Gateway) wakeBinds() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, a := range g.accounts {
		a.mu.Lock()
		for _, b := range a.binds {
			ring(b.wake)
		}
		a.mu.Unlock()
	}
}

// ring leaves one hint, however often it is called before somebody looks.
func ring(bell chan struct{}) {
	select {
	case bell <- struct{}{}:
	default:
	}
}
