package sms

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/rs/zerolog"

	"okno/internal/message"
	"okno/sms/smpp"
	"okno/sms/text"
)

type queries interface {
	ClaimQueries(ctx context.Context, c message.ClaimQueries) ([]message.Query, error)
}

const (
	queryPage   = 50
	queryMemory = message.NoticeLifetime + 24*time.Hour // an SMSC knows no message much longer than it is valid
)

// asker asks an operator, by query_sm, about segments that it has accepted and not reported on for long.
type asker struct {
	bind    *bind
	session *smpp.Session
	log     zerolog.Logger
}

func newAsker(b *bind, session *smpp.Session) *asker { return &asker{b, session, b.log} }

// run asks until ctx or the session ends.
func (a *asker) run(ctx context.Context) {
	tick := time.NewTicker(10 * a.bind.channel.tune.poll)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-a.session.Done():
			return
		case <-ctx.Done():
			return
		}
		if err := a.round(ctx); err != nil && ctx.Err() == nil {
			a.log.Warn().Err(err).Msg("query sms segments")
		}
	}
}

func (a *asker) round(ctx context.Context) error {
	c, l := a.bind.channel, a.bind.link
	for {
		now := c.Clock()
		silent, err := c.Store.ClaimQueries(ctx, message.ClaimQueries{
			Link: l.Name, Before: now.Add(-c.tune.silence), Since: now.Add(-queryMemory), Now: now, Limit: queryPage,
		})
		if err != nil {
			return err
		}
		for _, q := range silent {
			if err := a.ask(ctx, q); err != nil {
				return err
			}
		}
		if len(silent) < queryPage {
			return nil
		}
	}
}

// ask takes an answer for a receipt. An SMSC that cannot tell is asked again later; an error is of the session.
func (a *asker) ask(ctx context.Context, q message.Query) error {
	c, l := a.bind.channel, a.bind.link
	source := senderAddress(l.Link, cmp.Or(q.Sender, l.sender(c.Config.ShortNumber)))
	answer, err := a.session.Query(ctx, smpp.Query{MessageID: q.MessageID, Source: source})
	var status smpp.Status
	if errors.As(err, &status) {
		c.metrics.asked(l.Name, "refused")
		return nil
	}
	if err != nil {
		return err
	}
	receipt, _ := text.ParseReceipt("", q.MessageID, []byte{answer.State})
	c.metrics.asked(l.Name, string(receipt.Outcome))
	if !receipt.Outcome.Final() {
		return nil
	}
	state, failure := finalOf(receipt)
	c.settled.Offer(entry{
		receipt: &message.Receipt{Link: l.Name, Keys: []string{q.MessageKey}, Destination: q.Destination, State: state,
			Failure: string(failure), At: c.Clock(), Queried: true},
		done: func(error) {}, // what is not written down is asked again
	})
	return nil
}
