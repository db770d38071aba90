// Package group commits what many have to say together: while one commit
// syncs, the next gathers. It knows nothing of what is committed, or where.
package group

import (
	"context"
	"errors"

	"okno/internal/fault"
)

// Limit is how many entries share a commit, unless their owner says otherwise.
const Limit = 200

// giveUpAfter singles that fail in a row: then it is not one of them that is bad.
const giveUpAfter = 3

// Entries wait to be committed. One goroutine commits them.
type Entries[E any] struct {
	// Waiting are those that nobody has gathered yet.
	Waiting chan E
	// Limit is how many share a commit. It is set before any are gathered.
	Limit  int
	write  func(context.Context, []E) error
	settle func(batch []E, err error)
}

// New makes room for so many entries to wait. write commits a batch in one
// transaction; settle hears of every entry once, with what came of it.
func New[E any](room int, write func(context.Context, []E) error, settle func([]E, error)) *Entries[E] {
	return &Entries[E]{Waiting: make(chan E, room), Limit: Limit, write: write, settle: settle}
}

// Offer takes an entry, or refuses it when far too many wait. It never blocks.
func (g *Entries[E]) Offer(e E) bool {
	select {
	case g.Waiting <- e:
		return true
	default:
		return false
	}
}

// Gather gives a batch of what waits, behind its first.
func (g *Entries[E]) Gather(first E) []E {
	batch := []E{first}
	for len(batch) < g.Limit {
		select {
		case e := <-g.Waiting:
			batch = append(batch, e)
		default:
			return batch
		}
	}
	return batch
}

// Commit writes a batch down. Where that fails the entries go one by one, so
// that a bad one spoils only itself. A batch of which nobody knows whether it is
// in force ([fault.ErrUncertain]) is not tried again: its entries would be
// committed twice, and it is no entry's fault. Each of them hears of it.
func (g *Entries[E]) Commit(ctx context.Context, batch []E) {
	if len(batch) == 0 {
		return
	}
	err := g.write(ctx, batch)
	if err == nil || len(batch) == 1 || errors.Is(err, fault.ErrUncertain) {
		g.settle(batch, err)
		return
	}
	failed := 0
	for i, e := range batch {
		if failed == giveUpAfter {
			g.settle(batch[i:], err) // of the whole batch, which is not in force: these were not tried alone
			return
		}
		alone := g.write(ctx, []E{e})
		if alone != nil {
			failed++
		} else {
			failed = 0
		}
		g.settle([]E{e}, alone)
	}
}

// Rest commits all that waits.
func (g *Entries[E]) Rest(ctx context.Context) {
	for {
		select {
		case first := <-g.Waiting:
			g.Commit(ctx, g.Gather(first))
		default:
			return
		}
	}
}
