package identity

import (
	"context"
	"errors"
	"sync"
	"time"

	"okno/internal/fault"
)

// together has what is asked at the same time done as one: while one commit syncs, the next gathers. One that comes alone is done
// at once.
type together[T any] struct {
	// write does a batch in one transaction.
	write func(ctx context.Context, batch []T) error
	// key, where given, is what no two of a batch may have in common.
	key func(T) string
	// abreast is how many batches are done at the same time; most is how many share one.
	abreast, most int

	mu      sync.Mutex
	waiting []asked[T]
	running int
}

// asked is one that waits for its answer.
type asked[T any] struct {
	ctx    context.Context
	one    T
	answer chan error
}

// do gives what came of one. When ctx ends first nobody knows whether it is in force: [fault.ErrUncertain].
func (g *together[T]) do(ctx context.Context, one T) error {
	a := asked[T]{ctx, one, make(chan error, 1)}
	g.mu.Lock()
	g.waiting = append(g.waiting, a)
	begin := g.running < g.abreast
	if begin {
		g.running++
	}
	g.mu.Unlock()
	if begin {
		go g.run()
	}
	select {
	case err := <-a.answer:
		return err
	case <-ctx.Done():
		return errors.Join(fault.ErrUncertain, ctx.Err())
	}
}

// run does batches until nobody waits.
func (g *together[T]) run() {
	for {
		g.mu.Lock()
		batch := g.gather()
		if len(batch) == 0 {
			g.running--
			g.mu.Unlock()
			return
		}
		g.mu.Unlock()
		g.settle(batch)
	}
}

// gather takes a batch of those that wait, the longest first.
func (g *together[T]) gather() (batch []asked[T]) {
	taken := map[string]bool{}
	rest := g.waiting[:0]
	for _, a := range g.waiting {
		key := ""
		if g.key != nil {
			key = g.key(a.one)
		}
		if len(batch) == g.most || g.key != nil && taken[key] {
			rest = append(rest, a)
			continue
		}
		taken[key] = true
		batch = append(batch, a)
	}
	clear(g.waiting[len(rest):])
	g.waiting = rest
	return batch
}

// batchLimit is how long a batch may take: as long as a statement, whoever asked for it.
const batchLimit = 30 * time.Second

// settle does a batch. Where that fails they go one by one, so that a bad one spoils only itself; but not where nobody knows whether the
// batch is in force.
func (g *together[T]) settle(batch []asked[T]) {
	ones := make([]T, len(batch))
	for i, a := range batch {
		ones[i] = a.one
	}
	err := g.writeFor(batch[0].ctx, ones)
	for _, a := range batch {
		alone := err
		if err != nil && len(batch) > 1 && !errors.Is(err, fault.ErrUncertain) {
			alone = g.writeFor(a.ctx, []T{a.one})
		}
		a.answer <- alone
	}
}

// writeFor writes on behalf of one who asked, and who may be gone while the others are not.
func (g *together[T]) writeFor(ctx context.Context, ones []T) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), batchLimit)
	defer cancel()
	return g.write(ctx, ones)
}
