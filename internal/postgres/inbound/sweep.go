package inbound

import (
	"context"
	"fmt"
	"time"

	"okno/internal/message"
	"okno/internal/news"
	"okno/internal/postgres/messages"
)

// A network that gives a session up does not always say so.
const endUSSD = `
WITH over AS (
    UPDATE interactions SET ended_at = now(), outcome = 'self_service'
    WHERE channel = 'ussd' AND ended_at IS NULL AND active_at < now() - interval '3 minutes' RETURNING id
)
DELETE FROM sessions USING over WHERE interaction_id = over.id`

const forgetParts = `DELETE FROM mo_parts WHERE mo_id IS NOT NULL AND received_at < $1`

const forgetDialled = `DELETE FROM ussd_requests WHERE received_at < $1`

// How long what is over is remembered.
const (
	partMemory    = 24 * time.Hour // so that a joined part is known when it comes again
	dialledMemory = time.Hour      // an SMSC gives a USSD session up long before
)

// SweepSMS does the upkeep of messages. join is as of CommitSMS.
func (s *Store) SweepSMS(ctx context.Context, sweep message.Sweep, join func([]message.Part) string) (swept message.Swept, err error) {
	err = s.do(ctx, func(w steps) (err error) {
		if swept, err = messages.In(w.tx).Sweep(ctx, sweep); err != nil {
			return err
		}
		if swept.Incomplete, err = w.joinStale(ctx, sweep.IncompleteSince, sweep.Limit, join); err != nil {
			return err
		}
		if swept.Incomplete > 0 {
			w.tx.Hint(news.MO)
		}
		for _, step := range []struct {
			sql  string
			args []any
		}{
			{endUSSD, nil},
			{forgetParts, []any{sweep.Now.Add(-partMemory)}},
			{forgetDialled, []any{sweep.Now.Add(-dialledMemory)}},
		} {
			if _, err := w.tx.Exec(ctx, step.sql, step.args...); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return message.Swept{}, fmt.Errorf("sweep sms: %w", err)
	}
	return swept, nil
}
