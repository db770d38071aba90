package contacts

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/call"
	"okno/internal/news"
	"okno/internal/postgres"
	"okno/internal/postgres/datakeys"
	"okno/internal/postgres/streams"
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
INSERT INTO legs (id, call_id, role, outbound, endpoint, agent_id, state, mode) VALUES ($1, $2, $3, $4, $5, nullif($6::bigint, 0), $7, $8)
ON CONFLICT (id) DO NOTHING`

// AddLeg keeps a leg of a call, once.
func (w Steps) AddLeg(ctx context.Context, interaction int64, l call.Leg) error {
	if _, err := w.tx.Exec(ctx, addLeg, l.ID, interaction, l.Role, l.Outbound, l.Endpoint, l.AgentID, l.State, l.Mode); err != nil {
		return fmt.Errorf("add leg to call of interaction %d: %w", interaction, err)
	}
	return nil
}

const setLeg = `
UPDATE legs SET state = $2, since = now(), ended_at = CASE WHEN $2 = 'ended' THEN now() END WHERE id = $1 AND state <> 'ended' AND state <> $2 RETURNING call_id`

// SetLeg keeps the state of a leg, and tells the desks. A leg that has ended stays so.
func (w Steps) SetLeg(ctx context.Context, id string, state call.LegState) error {
	return w.changeLeg(ctx, setLeg, id, state)
}

const holdLeg = `UPDATE legs SET held = $2 WHERE id = $1 AND state = 'up' AND held <> $2 RETURNING call_id`

// HoldLeg keeps that a leg that is up is to be held, or not any more, and tells the desks.
func (w Steps) HoldLeg(ctx context.Context, id string, held bool) error {
	return w.changeLeg(ctx, holdLeg, id, held)
}

const setMode = `UPDATE legs SET mode = $2 WHERE id = $1 AND state = 'up' RETURNING call_id`

// SetMode keeps how a supervisor takes part in a talk.
func (w Steps) SetMode(ctx context.Context, id string, mode call.Mode) error {
	return w.changeLeg(ctx, setMode, id, mode)
}

// changeLeg does a statement that gives the call of the leg that it has changed.
func (w Steps) changeLeg(ctx context.Context, statement, id string, to any) error {
	var interaction int64
	err := w.tx.QueryRow(ctx, statement, id, to).Scan(&interaction)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("change leg: %w", err)
	}
	return w.emitCall(ctx, interaction)
}

const setAway = `UPDATE calls SET away_at = CASE WHEN $2 THEN coalesce(away_at, now()) END WHERE interaction_id = $1`

// SetAway keeps whether the agent's page is away from the talk.
func (w Steps) SetAway(ctx context.Context, interaction int64, away bool) error {
	if _, err := w.tx.Exec(ctx, setAway, interaction, away); err != nil {
		return fmt.Errorf("set call of interaction %d: %w", interaction, err)
	}
	return nil
}

const giveLeg = `UPDATE legs SET role = $2 WHERE id = $1`

// GiveLeg gives a leg another role.
func (w Steps) GiveLeg(ctx context.Context, id string, role call.Role) error {
	if _, err := w.tx.Exec(ctx, giveLeg, id, role); err != nil {
		return fmt.Errorf("give leg the role %s: %w", role, err)
	}
	return nil
}

const agentsOfCall = `SELECT agent_id FROM contacts WHERE interaction_id = $1 AND agent_id IS NOT NULL AND state IN ('accepted', 'connected')`

// emitCall tells the agents who have a call that its legs have changed.
func (w Steps) emitCall(ctx context.Context, interaction int64) error {
	rows, err := w.tx.Query(ctx, agentsOfCall, interaction)
	if err != nil {
		return fmt.Errorf("find agents of call: %w", err)
	}
	agents, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return fmt.Errorf("find agents of call: %w", err)
	}
	for _, agent := range agents {
		if err := streams.Emit(w.tx, streams.Agent(agent), "call", map[string]any{"interaction": interaction}); err != nil {
			return err
		}
	}
	if len(agents) > 0 { // the legs of a call in dialogue are nobody's news
		w.tx.Hint(news.Contacts)
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
coalesce(k.away_at, '0001-01-01'::timestamptz),
coalesce((SELECT CASE c.state WHEN 'connected' THEN 'talking' WHEN 'ringing' THEN 'connecting' ELSE 'waiting' END FROM contacts c
          WHERE c.interaction_id = k.interaction_id AND c.state NOT IN ('wrap_up', 'ended') AND c.helps IS NULL ORDER BY c.id DESC LIMIT 1),
         CASE WHEN EXISTS (SELECT FROM legs WHERE call_id = k.interaction_id AND role = 'outside' AND state <> 'ended') THEN 'passed' END, 'in_dialogue'),
coalesce(r.name, ''), coalesce(r.paused_until, '0001-01-01'::timestamptz),
l.id, l.role, l.outbound, l.endpoint, coalesce(l.agent_id, 0), l.state, l.held, l.mode, l.since`

const callTables = `calls k JOIN interactions i ON i.id = k.interaction_id JOIN legs l ON l.call_id = k.interaction_id AND l.state <> 'ended'
LEFT JOIN recordings r ON r.interaction_id = k.interaction_id AND r.kind = 'talk' AND r.state = 'going'`

const liveCalls = `
SELECT ` + callColumns + `
FROM ` + callTables + `
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
	into := []any{&c.Interaction, &c.Asterisk, &number, &wrapped, &c.State, &c.Room, &c.AwayAt, &c.Stage,
		&c.Recording.Name, &c.Recording.PausedUntil, &l.ID, &l.Role, &l.Outbound, &l.Endpoint, &l.AgentID, &l.State, &l.Held, &l.Mode, &l.Since}
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
FROM ` + callTables + `
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
