package contacts

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/call"
)

const addCall = `
INSERT INTO calls (interaction_id, asterisk, channel_id, state) VALUES ($1, $2, $3, $4)`

// AddCall keeps where the call of an interaction is.
func (w Steps) AddCall(ctx context.Context, c call.Call) error {
	if _, err := w.tx.Exec(ctx, addCall, c.Interaction, c.Asterisk, c.Channel, c.State); err != nil {
		return fmt.Errorf("add call of interaction %d: %w", c.Interaction, err)
	}
	return nil
}

const liveCalls = `
SELECT c.interaction_id, c.asterisk, c.channel_id, i.number, c.state,
       coalesce(c.bridge_id, ''), coalesce(c.agent_channel_id, ''), coalesce(c.agent_endpoint, '')
FROM calls c JOIN interactions i ON i.id = c.interaction_id
WHERE c.asterisk = $1 AND c.ended_at IS NULL`

// LiveCalls lists the calls of an Asterisk that have not ended.
func (s *Store) LiveCalls(ctx context.Context, asterisk string) ([]call.Call, error) {
	rows, err := s.db.Query(ctx, liveCalls, asterisk)
	if err != nil {
		return nil, fmt.Errorf("list live calls: %w", err)
	}
	calls, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c call.Call, err error) {
		err = row.Scan(&c.Interaction, &c.Asterisk, &c.Channel, &c.Number, &c.State, &c.Leg.Bridge, &c.Leg.Channel, &c.Leg.Endpoint)
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("list live calls: %w", err)
	}
	return calls, nil
}

const callHasEnded = `SELECT ended_at IS NOT NULL FROM calls WHERE channel_id = $1`

// CallHasEnded says whether the channel is of a call that has ended; one that was never known has not.
func (s *Store) CallHasEnded(ctx context.Context, channel string) (ended bool, err error) {
	err = s.db.QueryRow(ctx, callHasEnded, channel).Scan(&ended)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return false, fmt.Errorf("find call: %w", err)
	}
	return ended, nil
}

const saveCall = `
UPDATE calls SET state = $2, bridge_id = nullif($3, ''), agent_channel_id = nullif($4, ''), agent_endpoint = nullif($5, ''),
    ended_at = CASE WHEN $2 = 'ended' THEN now() END
WHERE interaction_id = $1 AND ended_at IS NULL`

// SaveCall keeps the state and the operator's leg of a live call. [call.ErrOver] if it has ended.
func (s *Store) SaveCall(ctx context.Context, c call.Call) error {
	done, err := s.db.Exec(ctx, saveCall, c.Interaction, c.State, c.Leg.Bridge, c.Leg.Channel, c.Leg.Endpoint)
	if err == nil && done.RowsAffected() == 0 {
		err = call.ErrOver
	}
	if err != nil {
		return fmt.Errorf("save call of interaction %d: %w", c.Interaction, err)
	}
	return nil
}
