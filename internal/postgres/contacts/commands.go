package contacts

import (
	"context"
	"encoding/json"
	"fmt"

	"okno/internal/postgres/datakeys"
)

const (
	beginCommand  = `INSERT INTO commands (agent_id, id) VALUES ($1, $2) ON CONFLICT DO NOTHING`
	commandResult = `SELECT sealed FROM commands WHERE agent_id = $1 AND id = $2`
	endCommand    = `UPDATE commands SET sealed = $3 WHERE agent_id = $1 AND id = $2`
)

// BeginCommand takes an agent's command to be done in this unit of work. done says that it has been done, with its result, which is null
// once it was erased; the same command on another socket waits here until the unit of work of the first has ended.
func (w Steps) BeginCommand(ctx context.Context, agent int64, id string) (result json.RawMessage, done bool, err error) {
	tag, err := w.tx.Exec(ctx, beginCommand, agent, id)
	if err != nil {
		return nil, false, fmt.Errorf("begin command: %w", err)
	}
	if tag.RowsAffected() > 0 {
		return nil, false, nil
	}
	var sealed []byte
	if err := w.tx.QueryRow(ctx, commandResult, agent, id).Scan(&sealed); err != nil {
		return nil, false, fmt.Errorf("read command: %w", err)
	}
	if sealed == nil {
		return json.RawMessage("null"), true, nil
	}
	key, err := datakeys.Agent(ctx, w.tx, w.ring, agent)
	if err == nil {
		result, err = key.Open(datakeys.AnswerOf(agent, id), sealed)
	}
	if err != nil {
		return nil, false, fmt.Errorf("read command: %w", err)
	}
	return result, true, nil
}

// EndCommand keeps what the command came to, sealed: it shows cases and contacts.
func (w Steps) EndCommand(ctx context.Context, agent int64, id string, result json.RawMessage) error {
	key, err := datakeys.Agent(ctx, w.tx, w.ring, agent)
	if err == nil {
		_, err = w.tx.Exec(ctx, endCommand, agent, id, key.Seal(datakeys.AnswerOf(agent, id), result))
	}
	if err != nil {
		return fmt.Errorf("keep command: %w", err)
	}
	return nil
}
