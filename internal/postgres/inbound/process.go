package inbound

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/conversation"
	"okno/internal/message"
	"okno/internal/postgres"
)

// Handler deals with a message as part of a unit of work, and gives the interaction that it belongs to. It may be called
// again for the same message after what it did was undone.
type Handler func(ctx context.Context, w conversation.Work, mo message.MO) (interaction int64, err error)

// The oldest waiting message of each citizen who has none in work: a citizen's messages are processed one after another,
// and whoever holds the first of them holds back the rest.
const nextMOs = `
SELECT id, link, source, destination, sealed, parts, incomplete, flood, received_at, attempts
FROM mo_messages m
WHERE processed_at IS NULL AND due_at <= $1
  AND id = (SELECT id FROM mo_messages e WHERE e.source = m.source AND e.processed_at IS NULL ORDER BY e.source, e.id LIMIT 1)`

const claimMOs = nextMOs + ` ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED`

const claimMO = nextMOs + ` AND id = $2 FOR UPDATE SKIP LOCKED`

func (w steps) claimMOs(ctx context.Context, claim string, args ...any) ([]message.MO, error) {
	rows, err := w.tx.Query(ctx, claim, args...)
	if err != nil {
		return nil, fmt.Errorf("claim mo: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (mo message.MO, err error) {
		var sealed []byte
		err = row.Scan(&mo.ID, &mo.Link, &mo.Source, &mo.Destination, &sealed, &mo.Parts, &mo.Incomplete, &mo.Flood, &mo.ReceivedAt, &mo.Attempts)
		if err == nil {
			mo.Text, err = openText(w.ring, sealed)
		}
		return mo, err
	})
}

// ProcessMOs takes the next waiting messages, at most limit and one of each citizen, and has each handled in the transaction
// that marks it processed. Those that need nothing unusual share a transaction; any other has its own. What was done for
// a message before an error is undone, and the message is tried again later; the errors are given as well. found is how
// many were waiting.
func (s *Store) ProcessMOs(ctx context.Context, now time.Time, limit int, handle Handler) (found int, err error) {
	var waiting, alone []message.MO
	err = s.do(ctx, func(w steps) (err error) {
		alone = nil
		if waiting, err = w.claimMOs(ctx, claimMOs, now, limit); err != nil || len(waiting) == 0 {
			return err
		}
		b := &batch{work: w}
		if err := b.read(ctx, waiting); err != nil {
			return err
		}
		for _, mo := range waiting {
			if mo.Attempts > 0 || !b.handle(ctx, mo, handle) {
				alone = append(alone, mo)
			}
		}
		var writes pgx.Batch
		if err := b.queue(&writes); err != nil {
			return err
		}
		b.processed(&writes, now)
		if err := w.tx.SendBatch(ctx, &writes).Close(); err != nil {
			return fmt.Errorf("write for mos: %w", err)
		}
		return nil
	})
	if err != nil {
		err = fmt.Errorf("process mos together: %w", err)
		alone = waiting
	}
	for _, mo := range alone {
		failure, broken := s.processAlone(ctx, mo.ID, now, handle)
		if err = errors.Join(err, failure, broken); broken != nil {
			break // it is not the messages
		}
	}
	return len(waiting), err
}

const processedMO = `
UPDATE mo_messages SET processed_at = $2, interaction_id = nullif($3, 0), source = '', sealed = CASE WHEN $3::bigint = 0 THEN sealed ELSE '' END WHERE id = $1`

const triedMO = `
UPDATE mo_messages SET attempts = attempts + 1, failure = $2, due_at = $3, processed_at = $4, source = CASE WHEN $4::timestamptz IS NULL THEN source ELSE '' END
WHERE id = $1`

// moAttempts is how often a message that cannot be processed is tried, before it is put aside so that the citizen's next
// ones are handled. The pauses between double from one second.
const moAttempts = 5

// processAlone processes one message, unless somebody else has it by now. failure is the message's, noted beside it;
// broken is of the transaction.
func (s *Store) processAlone(ctx context.Context, id int64, now time.Time, handle Handler) (failure, broken error) {
	broken = s.do(ctx, func(w steps) error {
		failure = nil
		claimed, err := w.claimMOs(ctx, claimMO, now, id)
		if err != nil || len(claimed) == 0 {
			return err
		}
		mo := claimed[0]
		interaction, err := w.attempt(ctx, mo, handle)
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
	if broken != nil {
		broken = fmt.Errorf("process mo %d: %w", id, broken)
	}
	return failure, broken
}

// attempt has a message handled behind a savepoint, so that the row stays locked when what was done is undone.
func (w steps) attempt(ctx context.Context, mo message.MO, handle Handler) (interaction int64, err error) {
	err = w.tx.Savepoint(ctx, func(tx *postgres.Tx) (err error) {
		interaction, err = handle.safely(ctx, w.bind(tx), mo)
		return err
	})
	return interaction, err
}

// safely makes an error of a panic: one message must not stop all others for good.
func (handle Handler) safely(ctx context.Context, w conversation.Work, mo message.MO) (interaction int64, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	return handle(ctx, w, mo)
}
