package contacts

import (
	"context"
	"encoding/json"
	"fmt"
)

const (
	beginCommand  = `INSERT INTO commands (agent_id, id, result) VALUES ($1, $2, 'null') ON CONFLICT DO NOTHING`
	commandResult = `SELECT result FROM commands WHERE agent_id = $1 AND id = $2`
	endCommand    = `UPDATE commands SET result = $3 WHERE agent_id = $1 AND id = $2`
)

// BeginCommand takes an agent's command to be done in this unit of work. done says that it has been done, with its result; the same
// command on another socket waits here until the unit of work of the first has ended.
func (w Steps) BeginCommand(ctx context.Context, agent int64, id string) (result json.RawMessage, done bool, err error) {
	tag, err := w.tx.Exec(ctx, beginCommand, agent, id)
	if err != nil {
		return nil, false, fmt.Errorf("begin command: %w", err)
	}
	if tag.RowsAffected() > 0 {
		return nil, false, nil
	}
	if err := w.tx.QueryRow(ctx, commandResult, agent, id).Scan(&result); err != nil {
		return nil, false, fmt.Errorf("read command: %w", err)
	}
	return result, true, nil
}

// EndCommand keeps what the command came to.
func (w Steps) EndCommand(ctx context.Context, agent int64, id string, result json.RawMessage) error {
	if _, err := w.tx.Exec(ctx, endCommand, agent, id, result); err != nil {
		return fmt.Errorf("keep command: %w", err)
	}
	return nil
}
