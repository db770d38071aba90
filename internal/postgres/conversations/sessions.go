package conversations

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/conversation"
	"okno/internal/postgres/datakeys"
	"okno/internal/seal"
)

const addSession = `INSERT INTO sessions (interaction_id, version, sealed) VALUES ($1, $2, $3)`

// AddSession keeps a new session.
func (w Steps) AddSession(ctx context.Context, interaction int64, s conversation.Session) error {
	sealed, err := w.sealSession(ctx, interaction, s)
	if err == nil {
		_, err = w.tx.Exec(ctx, addSession, interaction, s.Version, sealed)
	}
	if err != nil {
		return fmt.Errorf("add session of interaction %d: %w", interaction, err)
	}
	return nil
}

func (w Steps) sealSession(ctx context.Context, interaction int64, s conversation.Session) ([]byte, error) {
	key, err := datakeys.Interaction(ctx, w.tx, w.ring, interaction)
	if err != nil {
		return nil, err
	}
	return datakeys.SealJSON(key, datakeys.SessionOf(interaction), s)
}

const lockSession = `
SELECT s.sealed, ` + datakeys.OfInteraction + `i.id), i.channel, i.sealed_number, coalesce(i.citizen_id, 0), i.verification, i.language
FROM interactions i JOIN sessions s ON s.interaction_id = i.id
WHERE i.id = $1 FOR NO KEY UPDATE OF i FOR UPDATE OF s`

// LockSession gives a session and its interaction, and keeps others from both until the work is done. One whose interaction was erased is
// [conversation.ErrNoSession].
func (w Steps) LockSession(ctx context.Context, interaction int64) (conversation.Interaction, conversation.Session, error) {
	i := conversation.Interaction{ID: interaction}
	var sealed, wrapped, number []byte
	var s conversation.Session
	err := w.tx.QueryRow(ctx, lockSession, interaction).Scan(&sealed, &wrapped, &i.Channel, &number, &i.CitizenID, &i.Verification, &i.Language)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && wrapped == nil {
		return i, s, conversation.ErrNoSession
	}
	opener := datakeys.NewOpener(w.ring)
	if err == nil {
		var key *seal.DataKey
		if key, err = opener.Key(wrapped); err == nil {
			datakeys.KeepInteraction(w.tx, interaction, key)
		}
	}
	if err == nil {
		i.Number, err = opener.Text(wrapped, datakeys.NumberOf(interaction), number)
	}
	if err == nil {
		err = opener.JSON(wrapped, datakeys.SessionOf(interaction), sealed, &s)
	}
	if err != nil {
		return i, s, fmt.Errorf("read session of interaction %d: %w", interaction, err)
	}
	return i, s, nil
}

const saveSession = `
WITH spoken AS (UPDATE interactions SET language = $3 WHERE id = $1 AND language <> $3)
UPDATE sessions SET sealed = $2, updated_at = now() WHERE interaction_id = $1`

// SaveSession keeps what a session is now.
func (w Steps) SaveSession(ctx context.Context, interaction int64, s conversation.Session) error {
	return w.SaveTurn(ctx, interaction, s)
}

// SaveTurn is [Steps.AddEntries] and [Steps.SaveSession] in one round trip.
func (w Steps) SaveTurn(ctx context.Context, interaction int64, s conversation.Session, lines ...conversation.Entry) error {
	var writes pgx.Batch
	added, err := w.queueEntries(ctx, &writes, interaction, lines)
	if err != nil {
		return err
	}
	sealed, err := w.sealSession(ctx, interaction, s)
	if err == nil {
		writes.Queue(saveSession, interaction, sealed, s.Language)
		err = w.tx.SendBatch(ctx, &writes).Close()
	}
	if err != nil {
		return fmt.Errorf("save turn of interaction %d: %w", interaction, err)
	}
	return w.tellEntries(interaction, *added)
}
