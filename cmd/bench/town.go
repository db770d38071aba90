package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"okno/sms/smpp"
	"okno/sms/smstest"
)

// town is many citizens with phones. Each writes and then waits for the reply, and no number writes twice while another
// has not written.
type town struct {
	smsc     *smstest.SMSC
	question func(int) string
	next     atomic.Int64 // whose turn it is to write

	mu      sync.Mutex
	waiting map[string]chan time.Time // by number, for the first segment of a reply
	drain   drain                     // the last one
}

// drain is how a backlog of notices comes.
type drain struct {
	segments, receipts int // still to come, and to be acknowledged
	began, ended       chan time.Time
}

// heard notes a segment.
func (d *drain) count(now time.Time) {
	if d.segments == 0 {
		return
	}
	d.segments--
	if d.began != nil {
		d.began <- now
		d.began = nil
	}
	d.end(now)
}

// acknowledged notes a receipt.
func (d *drain) acknowledged(now time.Time) {
	if d.receipts > 0 {
		d.receipts--
		d.end(now)
	}
}

func (d *drain) end(now time.Time) {
	if d.segments+d.receipts == 0 {
		d.ended <- now
	}
}

const (
	citizens = 50_000
	patience = 30 * time.Second
)

func newTown() *town { return &town{waiting: map[string]chan time.Time{}} }

func numberOf(i int) string { return fmt.Sprintf("7701%07d", i%citizens) }

// judge takes each submit_sm: it is the SMSC's Judge.
func (t *town) judge(m smpp.Message) smstest.Verdict {
	now := time.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	number := strings.TrimPrefix(m.Dest.Number, "+")
	if reply, ok := t.waiting[number]; ok {
		delete(t.waiting, number)
		reply <- now
		return smstest.Verdict{}
	}
	t.drain.count(now)
	return smstest.Verdict{}
}

// told counts each receipt that the gateway has acknowledged.
func (t *town) told(smpp.Message) {
	now := time.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.drain.acknowledged(now)
}

// write has the next citizen write, and gives how long the reply took.
func (t *town) write(ctx context.Context) (time.Duration, error) {
	i := int(t.next.Add(1))
	number := numberOf(i)
	reply := make(chan time.Time, 1)
	t.mu.Lock()
	t.waiting[number] = reply
	t.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	began := time.Now()
	if err := t.smsc.Send(ctx, number, "1414", t.question(i)); err != nil {
		return 0, fmt.Errorf("citizen %d: %w", i, err)
	}
	select {
	case at := <-reply:
		return at.Sub(began), nil
	case <-ctx.Done():
		return 0, fmt.Errorf("citizen %d waits for a reply: %w", i, ctx.Err())
	}
}

// warmUp waits for the first reply, and fills pools and caches.
func (t *town) warmUp(ctx context.Context) error {
	if _, err := t.write(ctx); err != nil {
		return err
	}
	_, err := t.talk(ctx, 2000)
	return err
}

// talk has n messages written, flight at once, and gives the replies a second.
func (t *town) talk(ctx context.Context, n int) (float64, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	began := time.Now()
	var writers sync.WaitGroup
	var left atomic.Int64
	left.Store(int64(n))
	for range flight {
		writers.Go(func() {
			for left.Add(-1) >= 0 {
				if _, err := t.write(ctx); err != nil {
					cancel(err)
					return
				}
			}
		})
	}
	writers.Wait()
	return float64(n) / time.Since(began).Seconds(), context.Cause(ctx)
}

// talkAt has messages written at a rate, whether replies come or not.
func (t *town) talkAt(ctx context.Context, rate int, during time.Duration) (latency, error) {
	var mu sync.Mutex
	var took []time.Duration
	var failed error
	var writers sync.WaitGroup
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	began := time.Now()
	for sent := 0; ; {
		for due := int(time.Since(began).Seconds() * float64(rate)); sent < due; sent++ {
			writers.Go(func() {
				d, err := t.write(ctx)
				mu.Lock()
				defer mu.Unlock()
				took, failed = append(took, d), errors.Join(failed, err)
			})
		}
		if time.Since(began) > during {
			break
		}
		<-tick.C
	}
	writers.Wait()
	if failed != nil {
		return latency{}, failed
	}
	return latencyOf(took)
}

// drained is how fast a backlog went: from the first segment heard to the last, or to the last receipt acknowledged where there
// are any. The processor time is of that span: what it takes to take the backlog in before is not in it.
type drained struct {
	perSecond float64
	cpu       time.Duration
}

// listen has a gateway send n notices.
func (t *town) listen(ctx context.Context, n int, receipts bool, g gateway) (drained, error) {
	ctx, stop := context.WithTimeout(ctx, 2*time.Minute+time.Duration(n)*time.Millisecond)
	defer stop()
	ctx, cancel := context.WithCancelCause(ctx)
	began, ended := make(chan time.Time, 1), make(chan time.Time, 1)
	t.mu.Lock()
	t.drain = drain{segments: n, began: began, ended: ended}
	if receipts {
		t.drain.receipts = n
	}
	t.mu.Unlock()
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		if err := g.send(ctx, n, numberOf); err != nil {
			cancel(err)
		}
	}()
	defer func() { cancel(nil); <-sent }()
	from, err := t.await(ctx, began)
	if err != nil {
		return drained{}, err
	}
	before, err := g.cpu()
	if err != nil {
		return drained{}, err
	}
	to, err := t.await(ctx, ended)
	if err != nil {
		return drained{}, err
	}
	after, err := g.cpu()
	if err != nil {
		return drained{}, err
	}
	<-sent
	return drained{float64(n) / to.Sub(from).Seconds(), after - before}, context.Cause(ctx)
}

func (t *town) await(ctx context.Context, moment <-chan time.Time) (time.Time, error) {
	select {
	case at := <-moment:
		return at, nil
	case <-ctx.Done():
		t.mu.Lock()
		defer t.mu.Unlock()
		return time.Time{}, fmt.Errorf("%d segments and %d receipts never came: %w", t.drain.segments, t.drain.receipts, context.Cause(ctx))
	}
}
