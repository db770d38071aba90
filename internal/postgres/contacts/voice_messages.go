package contacts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"okno/internal/postgres"
	"okno/internal/recording"
)

// unsent are the messages of an interaction that have become no case.
const unsent = `interaction_id = $1 AND kind = 'message' AND case_id IS NULL`

const (
	forgetMessage = `DELETE FROM recordings WHERE ` + unsent + ` AND state <> 'going'`
	beginMessage  = `
INSERT INTO recordings (interaction_id, asterisk, name, kind, drop_left, expires_at)
SELECT interaction_id, asterisk, $2, 'message', $3, now() + interval '1 day' FROM calls WHERE interaction_id = $1
ON CONFLICT (interaction_id, kind) WHERE state IN ('going', 'failed') DO NOTHING`
)

// BeginMessage keeps that a message is about to be recorded, in the place of one before. drop: whoever hangs up leaves nothing. While one is
// being recorded it goes on.
func (w Steps) BeginMessage(ctx context.Context, interaction int64, drop bool) error {
	_, err := w.tx.Exec(ctx, forgetMessage, interaction)
	if err == nil {
		_, err = w.tx.Exec(ctx, beginMessage, interaction, recording.Prefix+uuid.NewString(), drop)
	}
	if err != nil {
		return fmt.Errorf("begin message of interaction %d: %w", interaction, err)
	}
	return nil
}

const endMessage = `UPDATE recordings SET state = 'over', ended_at = now(), length_ms = $2 WHERE ` + unsent + ` AND state = 'going'`

// EndMessage keeps that a message was recorded, and how long it is.
func (w Steps) EndMessage(ctx context.Context, interaction int64, length time.Duration) error {
	if _, err := w.tx.Exec(ctx, endMessage, interaction, length.Milliseconds()); err != nil {
		return fmt.Errorf("end message of interaction %d: %w", interaction, err)
	}
	return nil
}

const recordedMessage = `SELECT coalesce(length_ms, 0) >= $2 AND NOT drop_left FROM recordings WHERE ` + unsent + ` LIMIT 1`

// RecordedMessage says whether there is a message that was not sent, and whether it is to be if its citizen hangs up.
func (w Steps) RecordedMessage(ctx context.Context, interaction int64) (there, send bool, err error) {
	err = w.tx.QueryRow(ctx, recordedMessage, interaction, recording.Least.Milliseconds()).Scan(&send)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, false, nil
	}
	if err != nil {
		return false, false, fmt.Errorf("find message of interaction %d: %w", interaction, err)
	}
	return true, send, nil
}

const sendMessage = `UPDATE recordings SET case_id = (SELECT id FROM cases WHERE number = $2) WHERE ` + unsent

// SendMessage makes a message a file of a case, which it becomes once it is taken in.
func (w Steps) SendMessage(ctx context.Context, interaction int64, number string) error {
	if _, err := w.tx.Exec(ctx, sendMessage, interaction, number); err != nil {
		return fmt.Errorf("send message of interaction %d: %w", interaction, err)
	}
	return nil
}

const dropMessage = `DELETE FROM recordings WHERE ` + unsent

// DropMessage forgets a message that was not sent. Its file goes with the next look at the spool.
func (w Steps) DropMessage(ctx context.Context, interaction int64) error {
	if _, err := w.tx.Exec(ctx, dropMessage, interaction); err != nil {
		return fmt.Errorf("drop message of interaction %d: %w", interaction, err)
	}
	return nil
}

const messageOf = `SELECT name, state = 'going' FROM recordings WHERE ` + unsent + ` LIMIT 1`

// MessageOf gives the name of the message of a call that was not sent, and whether it is being recorded; "" where there is none.
func (s *Store) MessageOf(ctx context.Context, interaction int64) (name string, going bool, err error) {
	err = s.db.QueryRow(ctx, messageOf, interaction).Scan(&name, &going)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return "", false, fmt.Errorf("find message of interaction %d: %w", interaction, err)
	}
	return name, going, nil
}

const takeMessage = `
DELETE FROM recordings r USING cases c WHERE r.id = $1 AND r.kind = 'message' AND r.state = 'over' AND c.id = r.case_id RETURNING c.number, r.began_at`

// TakeMessage ends a message that is about to be a file of its case, and gives the number of that. [recording.ErrUnknown] of one that was erased, or
// taken before.
func (w Steps) TakeMessage(ctx context.Context, id int64) (number string, began time.Time, err error) {
	if err := w.tx.QueryRow(ctx, takeMessage, id).Scan(&number, &began); err != nil {
		return "", began, fmt.Errorf("take message %d: %w", id, postgres.NoRows(err, recording.ErrUnknown))
	}
	return number, began, nil
}
