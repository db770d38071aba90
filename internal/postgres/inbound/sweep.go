package inbound

import (
	"context"
	"fmt"

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

// SweepSMS does the upkeep of messages. join is as of CommitSMS.
func (s *Store) SweepSMS(ctx context.Context, sweep message.Sweep, join func([]message.Part) string) (swept message.Swept, err error) {
	err = s.do(ctx, func(w steps) (err error) {
		if swept, err = messages.In(w.tx, w.ring).Sweep(ctx, sweep); err != nil {
			return err
		}
		if swept.Incomplete, err = w.joinStale(ctx, sweep.IncompleteSince, sweep.Limit, join); err != nil {
			return err
		}
		if swept.Incomplete > 0 {
			w.tx.Hint(news.MO)
		}
		_, err = w.tx.Exec(ctx, endUSSD)
		return err
	})
	if err != nil {
		return message.Swept{}, fmt.Errorf("sweep sms: %w", err)
	}
	return swept, nil
}
