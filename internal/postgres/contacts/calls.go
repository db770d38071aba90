package contacts

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/call"
	"okno/internal/postgres"
	"okno/internal/postgres/datakeys"
	"okno/internal/seal"
)

const addCall = `INSERT INTO calls (interaction_id, asterisk, state) VALUES ($1, $2, 'ringing')`

// AddCall keeps a call that has come in, with the citizen's leg.
func (w Steps) AddCall(ctx context.Context, c call.Call) error {
	if _, err := w.tx.Exec(ctx, addCall, c.Interaction, c.Asterisk); err != nil {
		return fmt.Errorf("add call of interaction %d: %w", c.Interaction, err)
	}
	for _, leg := range c.Legs {
		if err := w.AddLeg(ctx, c.Interaction, leg); err != nil {
			return err
		}
	}
	return nil
}

const addLeg = `
INSERT INTO legs (id, call_id, role, outbound, endpoint, agent_id, state) VALUES ($1, $2, $3, $4, $5, nullif($6::bigint, 0), $7)
ON CONFLICT (id) DO NOTHING`

// AddLeg keeps a leg of a call, once.
func (w Steps) AddLeg(ctx context.Context, interaction int64, l call.Leg) error {
	if _, err := w.tx.Exec(ctx, addLeg, l.ID, interaction, l.Role, l.Outbound, l.Endpoint, l.AgentID, l.State); err != nil {
		return fmt.Errorf("add leg to call of interaction %d: %w", interaction, err)
	}
	return nil
}

const setLeg = `
UPDATE legs SET state = $2, since = now(), ended_at = CASE WHEN $2 = 'ended' THEN now() END WHERE id = $1 AND state <> 'ended' AND state <> $2`

// SetLeg keeps the state of a leg. A leg that has ended stays so.
func (w Steps) SetLeg(ctx context.Context, id string, state call.LegState) error {
	if _, err := w.tx.Exec(ctx, setLeg, id, state); err != nil {
		return fmt.Errorf("set leg: %w", err)
	}
	return nil
}

const setCall = `
UPDATE calls SET state = $2, room = nullif($3, ''), ended_at = CASE WHEN $2 = 'ended' THEN now() END
WHERE interaction_id = $1 AND ended_at IS NULL`

// SetCall keeps the state and the room of a live call. [call.ErrOver] if it has ended.
func (w Steps) SetCall(ctx context.Context, interaction int64, state call.State, room string) error {
	done, err := w.tx.Exec(ctx, setCall, interaction, state, room)
	if err == nil && done.RowsAffected() == 0 {
		err = call.ErrOver
	}
	if err != nil {
		return fmt.Errorf("set call of interaction %d: %w", interaction, err)
	}
	return nil
}

const endLegs = `UPDATE legs SET state = 'ended', since = now(), ended_at = now() WHERE call_id = $1 AND state <> 'ended'`

// EndCall ends a call, its legs and its open orders. What has ended stays as it is.
func (w Steps) EndCall(ctx context.Context, interaction int64) error {
	if err := w.SetCall(ctx, interaction, call.Ended, ""); err != nil && !errors.Is(err, call.ErrOver) {
		return err
	}
	if err := w.CancelOrders(ctx, interaction); err != nil {
		return err
	}
	if _, err := w.tx.Exec(ctx, endLegs, interaction); err != nil {
		return fmt.Errorf("end legs of interaction %d: %w", interaction, err)
	}
	return nil
}

// The stage of a call is read from its contact.
const callColumns = `
k.interaction_id, k.asterisk, i.sealed_number, ` + datakeys.OfInteraction + `k.interaction_id), k.state, coalesce(k.room, ''),
coalesce((SELECT CASE c.state WHEN 'connected' THEN 'talking' WHEN 'ringing' THEN 'connecting' ELSE 'waiting' END FROM contacts c
          WHERE c.interaction_id = k.interaction_id AND c.state NOT IN ('wrap_up', 'ended') ORDER BY c.id DESC LIMIT 1), 'in_dialogue'),
l.id, l.role, l.outbound, l.endpoint, coalesce(l.agent_id, 0), l.state, l.since`

const liveCalls = `
SELECT ` + callColumns + `
FROM calls k JOIN interactions i ON i.id = k.interaction_id JOIN legs l ON l.call_id = k.interaction_id AND l.state <> 'ended'
WHERE k.asterisk = $1 AND k.ended_at IS NULL ORDER BY k.interaction_id, l.since`

// LiveCalls lists the calls of an Asterisk that have not ended, with their live legs.
func (s *Store) LiveCalls(ctx context.Context, asterisk string) ([]call.Call, error) {
	rows, err := s.db.Query(ctx, liveCalls, asterisk)
	if err != nil {
		return nil, fmt.Errorf("list live calls: %w", err)
	}
	calls, err := collectCalls(s.ring, rows)
	if err != nil {
		return nil, fmt.Errorf("list live calls: %w", err)
	}
	return calls, nil
}

func collectCalls(ring *seal.Ring, rows pgx.Rows) ([]call.Call, error) {
	var calls []call.Call
	var c call.Call
	var l call.Leg
	var number, wrapped []byte
	opener := datakeys.NewOpener(ring)
	into := []any{&c.Interaction, &c.Asterisk, &number, &wrapped, &c.State, &c.Room, &c.Stage,
		&l.ID, &l.Role, &l.Outbound, &l.Endpoint, &l.AgentID, &l.State, &l.Since}
	_, err := pgx.ForEachRow(rows, into, func() (err error) {
		if n := len(calls); n == 0 || calls[n-1].Interaction != c.Interaction {
			if c.Number, err = opener.Text(wrapped, datakeys.NumberOf(c.Interaction), number); err != nil {
				return err
			}
			calls = append(calls, c)
		}
		last := &calls[len(calls)-1]
		last.Legs = append(last.Legs, l)
		return nil
	})
	return calls, err
}

const callByInteraction = `
SELECT ` + callColumns + `
FROM calls k JOIN interactions i ON i.id = k.interaction_id JOIN legs l ON l.call_id = k.interaction_id AND l.state <> 'ended'
WHERE k.interaction_id = $1 AND k.ended_at IS NULL ORDER BY l.since`

// Call gives a live call. [call.ErrOver].
func (w Steps) Call(ctx context.Context, interaction int64) (call.Call, error) {
	rows, err := w.tx.Query(ctx, callByInteraction, interaction)
	if err != nil {
		return call.Call{}, fmt.Errorf("read call of interaction %d: %w", interaction, err)
	}
	calls, err := collectCalls(w.ring, rows)
	if err == nil && len(calls) == 0 {
		err = call.ErrOver
	}
	if err != nil {
		return call.Call{}, fmt.Errorf("read call of interaction %d: %w", interaction, err)
	}
	return calls[0], nil
}

const interactionOfLeg = `SELECT l.call_id, k.ended_at IS NOT NULL FROM legs l JOIN calls k ON k.interaction_id = l.call_id WHERE l.id = $1`

// CallOfLeg gives the interaction whose call a channel is a leg of, and whether that call has ended. [call.ErrOver] of a channel that
// never was a leg.
func (w Steps) CallOfLeg(ctx context.Context, leg string) (interaction int64, ended bool, err error) {
	if err := w.tx.QueryRow(ctx, interactionOfLeg, leg).Scan(&interaction, &ended); err != nil {
		return 0, false, fmt.Errorf("find call of leg: %w", postgres.NoRows(err, call.ErrOver))
	}
	return interaction, ended, nil
}

// CallHasEnded says whether the channel is of a call that has ended; one that was never known has not.
func (s *Store) CallHasEnded(ctx context.Context, channel string) (ended bool, err error) {
	var interaction int64
	err = s.db.QueryRow(ctx, interactionOfLeg, channel).Scan(&interaction, &ended)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return false, fmt.Errorf("find call: %w", err)
	}
	return ended, nil
}
