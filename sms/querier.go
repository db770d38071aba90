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

// querier asks an operator, by query_sm, about segments that it has accepted and not reported on for long.
type querier struct {
	bind    *bind
	session *smpp.Session
	log     zerolog.Logger
}

func newQuerier(b *bind, session *smpp.Session) *querier { return &querier{b, session, b.log} }

// run asks until ctx or the session ends.
func (q *querier) run(ctx context.Context) {
	tick := time.NewTicker(10 * q.bind.channel.tune.poll)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-q.session.Done():
			return
		case <-ctx.Done():
			return
		}
		if err := q.round(ctx); err != nil && ctx.Err() == nil {
			q.log.Warn().Err(err).Msg("query sms segments")
		}
	}
}

func (q *querier) round(ctx context.Context) error {
	c, l := q.bind.channel, q.bind.link
	for {
		now := c.Clock()
		silent, err := c.Store.ClaimQueries(ctx, message.ClaimQueries{
			Link: l.Name, Before: now.Add(-c.tune.silence), Since: now.Add(-queryMemory), Now: now, Limit: queryPage,
		})
		if err != nil {
			return err
		}
		for _, one := range silent {
			if err := q.query(ctx, one); err != nil {
				return err
			}
		}
		if len(silent) < queryPage {
			return nil
		}
	}
}

// query takes an answer for a receipt. An SMSC that cannot tell is asked again later; an error is of the session.
func (q *querier) query(ctx context.Context, one message.Query) error {
	c, l := q.bind.channel, q.bind.link
	source := senderAddress(l.Link, cmp.Or(one.Sender, l.sender(c.Config.ShortNumber)))
	answer, err := q.session.Query(ctx, smpp.Query{MessageID: one.MessageID, Source: source})
	var status smpp.Status
	if errors.As(err, &status) {
		c.metrics.asked(l.Name, "refused")
		return nil
	}
	if err != nil {
		return err
	}
	receipt, _ := text.ParseReceipt("", one.MessageID, []byte{answer.State})
	c.metrics.asked(l.Name, string(receipt.Outcome))
	if !receipt.Outcome.Final() {
		return nil
	}
	state, failure := finalOf(receipt)
	c.settled.Offer(entry{
		receipt: &message.Receipt{Link: l.Name, Keys: []string{one.MessageKey}, Whose: one.Whose, State: state,
			Failure: string(failure), At: c.Clock(), Queried: true},
		done: func(error) {}, // what is not written down is asked again
	})
	return nil
}
