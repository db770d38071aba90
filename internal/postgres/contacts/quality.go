package contacts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/call"
	"okno/internal/desk"
	"okno/internal/postgres/streams"
)

// A process that goes on with a call after a crash has not seen the moments before.
const keepQuality = `
UPDATE legs l SET mos = $3, worst_mos = least(l.worst_mos, $4), poor = $5, received = $6, lost = $7, jitter_ms = $8, sent = $9,
       sent_lost = CASE WHEN $10 THEN $11::int END, round_trip_ms = CASE WHEN $10 THEN $12::real END
FROM (SELECT poor FROM legs WHERE id = $1) was
WHERE l.id = $1 AND l.call_id = $2 RETURNING was.poor <> l.poor AND l.state <> 'ended', l.state = 'ended' AND l.role = 'agent'`

// KeepQuality keeps how legs of a call sound. It tells the desks when that has become poor or is poor no more, and at the end of an agent's leg.
func (w Steps) KeepQuality(ctx context.Context, interaction int64, legs []call.Quality) error {
	changed, over := false, false
	for _, q := range legs {
		var turned, ended bool
		err := w.tx.QueryRow(ctx, keepQuality, q.Leg, interaction, q.MOS, q.Worst, q.Poor, q.Received, q.Lost, milliseconds(q.Jitter), q.Sent, q.FarKnown,
			q.SentLost, milliseconds(q.RoundTrip)).Scan(&turned, &ended)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return fmt.Errorf("keep quality of leg: %w", err)
		}
		changed, over = changed || turned, over || ended
	}
	if over {
		if err := w.emitHeard(ctx, interaction); err != nil {
			return err
		}
	}
	if !changed {
		return nil
	}
	return w.emitCall(ctx, interaction)
}

const contactsToFile = `SELECT id FROM contacts WHERE interaction_id = $1 AND agent_id IS NOT NULL AND state IN ('connected', 'wrap_up') ORDER BY id`

// emitHeard tells the agents who have a call in hand that its talk can be judged.
func (w Steps) emitHeard(ctx context.Context, interaction int64) error {
	rows, err := w.tx.Query(ctx, contactsToFile, interaction)
	if err != nil {
		return fmt.Errorf("find contacts of call: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return fmt.Errorf("find contacts of call: %w", err)
	}
	for _, id := range ids {
		if err := streams.Emit(w.tx, streams.Contact(id), "heard", map[string]any{}); err != nil {
			return err
		}
	}
	return nil
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

const qualities = `
SELECT l.call_id, coalesce(l.ended_at, l.since), l.role, coalesce(a.name, ''), l.mos, l.worst_mos, l.received, l.lost, l.jitter_ms, l.sent, l.sent_lost, l.round_trip_ms
FROM legs l LEFT JOIN agents a ON a.id = l.agent_id
WHERE l.call_id = ANY ($1) AND l.mos IS NOT NULL ORDER BY l.call_id, coalesce(l.ended_at, l.since), l.id`

// qualities gives how the legs of talks sounded.
func (w Steps) qualities(ctx context.Context, interactions []int64) ([]desk.Heard, error) {
	rows, err := w.tx.Query(ctx, qualities, interactions)
	if err != nil {
		return nil, fmt.Errorf("list qualities: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (h desk.Heard, err error) {
		var jitter float64
		var sentLost *int
		var trip *float64
		q := &h.Quality
		err = row.Scan(&h.Interaction, &h.At, &h.Role, &h.Name, &q.MOS, &q.Worst, &q.Received, &q.Lost, &jitter, &q.Sent, &sentLost, &trip)
		q.Jitter = fromMilliseconds(jitter)
		if sentLost != nil && trip != nil {
			q.FarKnown, q.SentLost, q.RoundTrip = true, *sentLost, fromMilliseconds(*trip)
		}
		return h, err
	})
}

func fromMilliseconds(ms float64) time.Duration { return time.Duration(ms * float64(time.Millisecond)) }
