package smstest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"okno/sms/smpp"
)

// receipt is on its way to an ESME.
type receipt struct {
	smpp.Message
	due time.Time
}

// receipts are those of the SMSC, in the order in which they are due. Whichever bind has room takes the next.
type receipts struct {
	mu      sync.Mutex
	waiting []receipt
	more    chan struct{} // there may be some
}

func newReceipts() *receipts { return &receipts{more: make(chan struct{}, 1)} }

func (r *receipts) add(one receipt) {
	r.mu.Lock()
	defer r.mu.Unlock()
	at := len(r.waiting)
	for at > 0 && r.waiting[at-1].due.After(one.due) { // hardly ever: all are delayed alike
		at--
	}
	r.waiting = slices.Insert(r.waiting, at, one)
	r.ring()
}

func (r *receipts) ring() {
	select {
	case r.more <- struct{}{}:
	default:
	}
}

// next takes the first that is due, and wakes another for the rest. Without one it says when to come back.
func (r *receipts) next(now time.Time) (one receipt, ok bool, wait time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.waiting) == 0 {
		return one, false, time.Hour
	}
	if wait = r.waiting[0].due.Sub(now); wait > 0 {
		return one, false, wait
	}
	one = r.waiting[0]
	if r.waiting = r.waiting[1:]; len(r.waiting) > 0 {
		r.ring()
	}
	return one, true, 0
}

// sendReceipts has a bind take receipts, as many at once as its window holds, until it ends.
func (s *SMSC) sendReceipts(ctx context.Context, session *smpp.Session) {
	later := time.NewTimer(0)
	defer later.Stop()
	defer s.receipts.ring() // for those that it meant to come back for
	for {
		one, ok, wait := s.receipts.next(time.Now())
		if ok {
			err := session.Post(ctx, smpp.DeliverSM, one.Message, func(_ string, err error) { s.receiptSent(one, err) })
			if err != nil {
				s.receiptSent(one, err)
			}
			if errors.Is(err, smpp.ErrNotSent) && !errors.Is(err, smpp.ErrTooLong) {
				return // it takes no more
			}
			continue
		}
		later.Reset(wait)
		select {
		case <-s.receipts.more:
		case <-later.C:
		case <-session.Done():
			return
		}
	}
}

// receiptSent has a receipt sent again unless it was acknowledged, or refused for good.
func (s *SMSC) receiptSent(one receipt, err error) {
	switch {
	case err == nil && s.conf.Told != nil:
		s.conf.Told(one.Message)
	case err == nil:
	case worthAnother(err):
		one.due = time.Now().Add(s.conf.RetryEvery)
		s.receipts.add(one)
	default:
		s.conf.Log.Warn().Err(err).Msg("receipt refused")
	}
}
