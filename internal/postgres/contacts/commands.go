package contacts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

const commandResult = `SELECT result FROM commands WHERE id = $1 AND agent_id = $2`

// CommandResult gives what an agent's command came to, if it was done.
func (s *Store) CommandResult(ctx context.Context, agent int64, id string) (result json.RawMessage, done bool, err error) {
	err = s.db.QueryRow(ctx, commandResult, id, agent).Scan(&result)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("find command: %w", err)
	}
	return result, true, nil
}

const keepCommand = `INSERT INTO commands (id, agent_id, result) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING`

// KeepCommand keeps what a command came to.
func (s *Store) KeepCommand(ctx context.Context, agent int64, id string, result json.RawMessage) error {
	if _, err := s.db.Exec(ctx, keepCommand, id, agent, result); err != nil {
		return fmt.Errorf("keep command: %w", err)
	}
	return nil
}
