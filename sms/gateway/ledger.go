package gateway

import (
	"context"
	"time"

	"okno/internal/smppaccount"
	"okno/sms/group"
)

// entry is something to be committed: a submit, whose done hears once that it
// is, or why not; or what came of a receipt, which is told again if it cannot be.
type entry struct {
	submit *smppaccount.Submit
	done   func(id int64, err error)
	id     int64 // of the submit, once committed

	told *smppaccount.Told
}

const (
	ledgerBacklog = 10_000 // entries
	commitTimeout = 5 * time.Second
)

// ledger commits what the binds have to say in groups.
type ledger struct {
	*group.Entries[*entry]
	gateway *Gateway
}

func newLedger(g *Gateway) *ledger {
	l := &ledger{gateway: g}
	l.Entries = group.New(ledgerBacklog, l.write, l.settle)
	return l
}

// run commits until ctx ends, and then what is left; what it is at by then is not broken off.
func (l *ledger) run(ctx context.Context) {
	lasting := context.WithoutCancel(ctx)
	for {
		select {
		case first := <-l.Waiting:
			l.Commit(lasting, l.Gather(first))
		case <-ctx.Done():
			l.Rest(lasting)
			return
		}
	}
}

func (l *ledger) write(ctx context.Context, batch []*entry) error {
	var page smppaccount.Page
	var submits []*entry
	for _, e := range batch {
		if e.submit != nil {
			page.Submits = append(page.Submits, *e.submit)
			submits = append(submits, e)
		} else {
			page.Told = append(page.Told, *e.told)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, commitTimeout)
	defer cancel()
	ids, err := l.gateway.Store.CommitGateway(ctx, page, l.gateway.texts)
	if err != nil {
		return err
	}
	for i, e := range submits {
		e.id = ids[i]
	}
	return nil
}

func (l *ledger) settle(batch []*entry, err error) {
	for _, e := range batch {
		if e.done != nil {
			e.done(e.id, err)
		}
	}
	if err != nil {
		l.gateway.Log.Error().Err(err).Int("entries", len(batch)).Msg("gateway commit")
	}
}
