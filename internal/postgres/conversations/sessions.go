package conversations

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/conversation"
	"okno/internal/dialogue"
)

const addSession = `INSERT INTO sessions (interaction_id, version, state) VALUES ($1, $2, $3)`

// AddSession keeps a new session.
func (w Steps) AddSession(ctx context.Context, interaction int64, s dialogue.State) error {
	state, err := json.Marshal(s)
	if err == nil {
		_, err = w.tx.Exec(ctx, addSession, interaction, s.Version, state)
	}
	if err != nil {
		return fmt.Errorf("add session of interaction %d: %w", interaction, err)
	}
	return nil
}

const lockSession = `
SELECT s.state, i.channel, i.number, coalesce(i.citizen_id, 0), i.verification, i.language
FROM interactions i JOIN sessions s ON s.interaction_id = i.id
WHERE i.id = $1 FOR NO KEY UPDATE OF i FOR UPDATE OF s`

// LockSession gives a session and its interaction, and keeps others from both until the work is done.
func (w Steps) LockSession(ctx context.Context, interaction int64) (conversation.Interaction, dialogue.State, error) {
	i := conversation.Interaction{ID: interaction}
	var raw []byte
	var state dialogue.State
	err := w.tx.QueryRow(ctx, lockSession, interaction).Scan(&raw, &i.Channel, &i.Number, &i.CitizenID, &i.Verification, &i.Language)
	if errors.Is(err, pgx.ErrNoRows) {
		return i, state, conversation.ErrNoSession
	}
	if err == nil {
		err = json.Unmarshal(raw, &state)
	}
	if err != nil {
		return i, state, fmt.Errorf("read session of interaction %d: %w", interaction, err)
	}
	return i, state, nil
}

const saveSession = `
WITH spoken AS (UPDATE interactions SET language = $3 WHERE id = $1 AND language <> $3)
UPDATE sessions SET state = $2, updated_at = now() WHERE interaction_id = $1`

// SaveSession keeps a session's new state.
func (w Steps) SaveSession(ctx context.Context, interaction int64, s dialogue.State) error {
	state, err := json.Marshal(s)
	if err == nil {
		_, err = w.tx.Exec(ctx, saveSession, interaction, state, s.Language)
	}
	if err != nil {
		return fmt.Errorf("save session of interaction %d: %w", interaction, err)
	}
	return nil
}
