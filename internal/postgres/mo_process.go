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
WHERE id = $1`

// moAttempts is how often a message that cannot be processed is tried, before it is put aside so that the citizen's next
// ones are heard. The pauses between double from one second.
const moAttempts = 5

// ProcessMO takes the next waiting message and lets answer deal with it in the transaction that marks it processed; answer
// gives the interaction that it belongs to. found is false when nothing waits. What answer did before an error is undone,
// and the message is tried again later; the error is given as well.
func (db *DB) ProcessMO(ctx context.Context, now time.Time,
	answer func(context.Context, *Work, message.MO) (interaction int64, err error)) (found bool, err error) {
	var failure error
	err = db.Do(ctx, func(w *Work) error {
		var mo message.MO
		err := w.tx.QueryRow(ctx, claimMO, now).Scan(&mo.ID, &mo.Link, &mo.Source, &mo.Destination, &mo.Text,
			&mo.Parts, &mo.Incomplete, &mo.ReceivedAt, &mo.Attempts)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		found = true
		interaction, err := w.attempt(ctx, mo, answer)
		if err == nil {
			_, err = w.tx.Exec(ctx, processedMO, mo.ID, now, interaction)
			return err
		}
		failure = fmt.Errorf("process mo %d: %w", mo.ID, err)
		var aside *time.Time
		if mo.Attempts+1 >= moAttempts {
			aside = &now
		}
		_, err = w.tx.Exec(ctx, triedMO, mo.ID, failure.Error(), now.Add(time.Second<<mo.Attempts), aside)
		return err
	})
	if err != nil {
		return false, errors.Join(failure, fmt.Errorf("process mo: %w", err))
	}
	return found, failure
}

// attempt runs answer behind a savepoint, so that the row stays locked when what answer did is undone. A panic is an
// error: one message must not stop all others for good.
func (w *Work) attempt(ctx context.Context, mo message.MO,
	answer func(context.Context, *Work, message.MO) (int64, error)) (interaction int64, err error) {
	err = pgx.BeginFunc(ctx, w.tx, func(savepoint pgx.Tx) (err error) {
		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("panic: %v", r)
			}
		}()
		inner := *w
		inner.tx = savepoint
		interaction, err = answer(ctx, &inner, mo)
		return err
	})
	return interaction, err
}
