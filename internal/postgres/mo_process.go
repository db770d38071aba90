package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/message"
)

// The oldest waiting message of a citizen who has none in work: a citizen's messages are processed one after another, and
// whoever holds the first of them holds back the rest.
const claimMO = `
SELECT id, link, source, destination, text, parts, incomplete, received_at, attempts
FROM mo_messages m
WHERE processed_at IS NULL AND due_at <= $1
  AND NOT EXISTS (SELECT FROM mo_messages e WHERE e.source = m.source AND e.processed_at IS NULL AND e.id < m.id)
ORDER BY id LIMIT 1
FOR UPDATE SKIP LOCKED`

const processedMO = `UPDATE mo_messages SET processed_at = $2, interaction_id = nullif($3, 0) WHERE id = $1`

const triedMO = `
UPDATE mo_messages SET attempts = attempts + 1, failure = $2, due_at = $3, processed_at = $4
WHERE id = $1 AND processed_at IS NULL`

var errNoMO = errors.New("no mo waits")

// moAttempts is how often a message that cannot be processed is tried, before it is put aside so that the citizen's next
// ones are heard. The pauses between double from one second.
const moAttempts = 5

// ProcessMO takes the next waiting message and lets answer deal with it in the transaction that marks it processed; answer
// gives the interaction that it belongs to. found is false when nothing waits. After an error the message waits and is
// tried again.
func (db *DB) ProcessMO(ctx context.Context, now time.Time,
	answer func(context.Context, *Work, message.MO) (interaction int64, err error)) (found bool, err error) {
	var mo message.MO
	err = db.Do(ctx, func(w *Work) error {
		err := w.tx.QueryRow(ctx, claimMO, now).Scan(&mo.ID, &mo.Link, &mo.Source, &mo.Destination, &mo.Text,
			&mo.Parts, &mo.Incomplete, &mo.ReceivedAt, &mo.Attempts)
		if errors.Is(err, pgx.ErrNoRows) {
			return errNoMO
		}
		if err != nil {
			return err
		}
		interaction, err := answerSafely(ctx, w, mo, answer)
		if err != nil {
			return err
		}
		_, err = w.tx.Exec(ctx, processedMO, mo.ID, now, interaction)
		return err
	})
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, errNoMO):
		return false, nil
	case mo.ID == 0 || ctx.Err() != nil:
		return false, fmt.Errorf("claim mo: %w", err)
	}
	err = fmt.Errorf("process mo %d: %w", mo.ID, err)
	var aside *time.Time
	if mo.Attempts+1 >= moAttempts {
		aside = &now
	}
	if _, noted := db.pool.Exec(ctx, triedMO, mo.ID, err.Error(), now.Add(time.Second<<mo.Attempts), aside); noted != nil {
		return false, errors.Join(err, noted)
	}
	return true, err
}

// answerSafely turns a panic into an error: one message must not stop all others for good.
func answerSafely(ctx context.Context, w *Work, mo message.MO,
	answer func(context.Context, *Work, message.MO) (int64, error)) (interaction int64, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	return answer(ctx, w, mo)
}
