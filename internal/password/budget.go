package password

import (
	"context"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"okno/internal/fault"
)

// ErrBusy says that too many passwords are being checked already.
var ErrBusy error = &fault.Error{Kind: fault.Unavailable, Text: "too many log in at once; try again"}

// The budget of a process: a hash takes 19 MiB and a core, and whoever waits longer than a person would comes again.
const (
	checksAtOnce = 2
	checksQueued = 32
	queueTime    = 3 * time.Second
	// collectEvery hashes garbage is collected: the collector, tuned for small heaps, would wait for five times as much.
	collectEvery = 4
	// idleTime is how long the budget is unused before its memory goes back to the system.
	idleTime = time.Second
)

// Budget bounds the memory that checking passwords takes in a process, whoever asks.
type Budget struct {
	queued chan struct{}
	atOnce chan struct{}

	mu     sync.Mutex
	hashes int
	idle   *time.Timer
}

// NewBudget is for one process.
func NewBudget() *Budget {
	return &Budget{queued: make(chan struct{}, checksAtOnce+checksQueued), atOnce: make(chan struct{}, checksAtOnce)}
}

// Matches is the function, within the budget. ErrBusy when many wait already, or it took too long.
func (b *Budget) Matches(ctx context.Context, encoded, password string) (matches bool, err error) {
	err = b.within(ctx, func() { matches = Matches(encoded, password) })
	return matches, err
}

// Hash is the function, within the budget. ErrBusy, ErrShort.
func (b *Budget) Hash(ctx context.Context, password string) (encoded string, err error) {
	busy := b.within(ctx, func() { encoded, err = Hash(password) })
	if busy != nil {
		return "", busy
	}
	return encoded, err
}

// HashPIN is the function, within the budget. ErrBusy.
func (b *Budget) HashPIN(ctx context.Context, pin string) (encoded string, err error) {
	busy := b.within(ctx, func() { encoded, err = HashPIN(pin) })
	if busy != nil {
		return "", busy
	}
	return encoded, err
}

// within runs work that hashes once there is room for it.
func (b *Budget) within(ctx context.Context, work func()) error {
	select {
	case b.queued <- struct{}{}:
		defer func() { <-b.queued }()
	default:
		return ErrBusy
	}
	wait := time.NewTimer(queueTime)
	defer wait.Stop()
	select {
	case b.atOnce <- struct{}{}:
		defer b.release()
	case <-wait.C:
		return ErrBusy
	case <-ctx.Done():
		return ctx.Err()
	}
	work()
	return nil
}

// release gives the room back, and now and then the memory.
func (b *Budget) release() {
	b.mu.Lock()
	b.hashes++
	collect := b.hashes%collectEvery == 0
	if b.idle == nil {
		b.idle = time.AfterFunc(idleTime, debug.FreeOSMemory)
	} else {
		b.idle.Reset(idleTime)
	}
	b.mu.Unlock()
	if collect {
		runtime.GC()
	}
	<-b.atOnce
}
