package sms

import (
	"context"
	"time"

	"okno/internal/message"
	"okno/sms/content"
	"okno/sms/group"
)

// entry is something to be committed. done hears once that it is, or why not;
// without done it is tried again until it is.
type entry struct {
	arrival *message.Arrival
	receipt *message.Receipt
	poison  *message.Poison
	outcome *message.Outcome
	done    func(error)
}

const (
	ledgerBacklog = 10_000 // entries
	commitTimeout = 5 * time.Second
)

// ledger commits what the binds have to say in groups.
type ledger struct {
	*group.Entries[entry]
	channel *Channel
	owed    []entry // outcomes that could not be committed yet
}

func newLedger(c *Channel) *ledger {
	l := &ledger{channel: c}
	l.Entries = group.New(ledgerBacklog, l.write, l.settle)
	return l
}

// owe takes an outcome.
func (l *ledger) owe(o message.Outcome) { l.Waiting <- entry{outcome: &o} }

// run commits until ctx ends, and then what is left; what it is at by then is no failure, and is not broken off. The upkeep, where it is
// given, is done in between, so that no claim is found lapsed while its outcome
// waits here.
func (l *ledger) run(ctx context.Context, sweep func(ctx context.Context, count bool)) {
	upkeep := time.NewTicker(l.channel.tune.poll)
	defer upkeep.Stop()
	lasting := context.WithoutCancel(ctx)
	rounds := 0
	for {
		select {
		case first := <-l.Waiting:
			l.commit(lasting, l.Gather(first))
		case <-upkeep.C:
			if len(l.owed) > 0 {
				l.commit(lasting, nil)
			}
			if len(l.owed) == 0 && sweep != nil {
				sweep(ctx, rounds%5 == 0)
				rounds++
			}
		case <-ctx.Done():
			l.Rest(lasting)
			l.commit(lasting, nil)
			return
		}
	}
}

// commit writes a batch down, together with what is owed.
func (l *ledger) commit(ctx context.Context, batch []entry) {
	batch = append(l.owed, batch...)
	l.owed = nil
	l.Commit(ctx, batch)
}

func (l *ledger) write(ctx context.Context, batch []entry) error {
	page := message.Ledger{Limit: l.channel.limit()}
	for _, e := range batch {
		switch {
		case e.arrival != nil:
			page.Arrivals = append(page.Arrivals, *e.arrival)
		case e.receipt != nil:
			page.Receipts = append(page.Receipts, *e.receipt)
		case e.outcome != nil:
			page.Outcomes = append(page.Outcomes, *e.outcome)
		case e.poison != nil:
			page.Poisons = append(page.Poisons, *e.poison)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, commitTimeout)
	defer cancel()
	if len(page.Arrivals) > 0 {
		page.Grants, page.Ended = l.channel.grants(), l.channel.unbinds.all()
	}
	committed, err := l.channel.Store.CommitSMS(ctx, page, content.Join)
	if err != nil {
		return err
	}
	if committed.Doubtful > 0 {
		l.channel.Log.Warn().Int("parts", committed.Doubtful).Msg("parts of a long message came minutes after the others: joined, for the smsc may have sent them again")
	}
	l.channel.unbinds.noted(page.Ended)
	l.channel.dispatch(committed.Granted)
	if committed.Waiting {
		ring(l.channel.unanswered)
	}
	for _, r := range page.Receipts {
		l.channel.timed(r)
	}
	return nil
}

func (l *ledger) settle(batch []entry, err error) {
	for _, e := range batch {
		switch {
		case e.done != nil:
			e.done(err)
		case err != nil && e.outcome != nil:
			l.owed = append(l.owed, e)
		}
	}
	if err != nil {
		l.channel.Log.Error().Err(err).Int("entries", len(batch)).Int("owed", len(l.owed)).Msg("sms commit")
	}
}

func (l *ledger) sweep(ctx context.Context, count bool) {
	c := l.channel
	bounded, cancel := context.WithTimeout(ctx, commitTimeout)
	defer cancel()
	now := c.Clock()
	swept, err := c.Store.SweepSMS(bounded, message.Sweep{
		Now: now, Alive: c.alive(), IncompleteSince: now.Add(-c.tune.incomplete), Limit: c.limit(),
	}, content.Join)
	if err != nil {
		if ctx.Err() == nil {
			c.Log.Error().Err(err).Msg("sms upkeep")
		}
		return
	}
	c.metrics.swept(swept)
	if swept.Lapsed > 0 {
		c.Log.Warn().Int("segments", swept.Lapsed).Msg("sms claims lapsed: their fate is unknown")
		c.wakeSenders()
	}
	if swept.Incomplete > 0 {
		ring(c.unanswered)
	}
	if !count {
		return
	}
	if waiting, err := c.Store.Backlog(bounded); err == nil {
		c.metrics.setBacklog(waiting)
		c.backlog.Store(&waiting)
	}
}
