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
func (b *Budget) Matches(ctx context.Context, encoded, password string) (bool, error) {
	select {
	case b.queued <- struct{}{}:
		defer func() { <-b.queued }()
	default:
		return false, ErrBusy
	}
	wait := time.NewTimer(queueTime)
	defer wait.Stop()
	select {
	case b.atOnce <- struct{}{}:
		defer b.release()
	case <-wait.C:
		return false, ErrBusy
	case <-ctx.Done():
		return false, ctx.Err()
	}
	return Matches(encoded, password), nil
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
