package conversations

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/conversation"
)

const addSession = `INSERT INTO sessions (interaction_id, version, state) VALUES ($1, $2, $3)`

// AddSession keeps a new session.
func (w Steps) AddSession(ctx context.Context, interaction int64, s conversation.Session) error {
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
func (w Steps) LockSession(ctx context.Context, interaction int64) (conversation.Interaction, conversation.Session, error) {
	i := conversation.Interaction{ID: interaction}
	var raw []byte
	var s conversation.Session
	err := w.tx.QueryRow(ctx, lockSession, interaction).Scan(&raw, &i.Channel, &i.Number, &i.CitizenID, &i.Verification, &i.Language)
	if errors.Is(err, pgx.ErrNoRows) {
		return i, s, conversation.ErrNoSession
	}
	if err == nil {
		err = json.Unmarshal(raw, &s)
	}
	if err != nil {
		return i, s, fmt.Errorf("read session of interaction %d: %w", interaction, err)
	}
	return i, s, nil
}

const saveSession = `
WITH spoken AS (UPDATE interactions SET language = $3 WHERE id = $1 AND language <> $3)
UPDATE sessions SET state = $2, updated_at = now() WHERE interaction_id = $1`

// SaveSession keeps what a session is now.
func (w Steps) SaveSession(ctx context.Context, interaction int64, s conversation.Session) error {
	state, err := json.Marshal(s)
	if err == nil {
		_, err = w.tx.Exec(ctx, saveSession, interaction, state, s.Language)
	}
	if err != nil {
		return fmt.Errorf("save session of interaction %d: %w", interaction, err)
	}
	return nil
}
