package exchange

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/exchange"
	"okno/internal/fault"
	"okno/internal/postgres"
	"okno/internal/postgres/datakeys"
)

const fileEndpoints = `SELECT ` + endpointColumns + ` FROM exchange_endpoints e WHERE manner = 'files' AND NOT paused ORDER BY agency`

// FileEndpoints gives the endpoints of agencies with files that are not paused.
func (s *Store) FileEndpoints(ctx context.Context) (all []exchange.Endpoint, err error) {
	rows, err := s.db.Query(ctx, fileEndpoints)
	if err == nil {
		all, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (exchange.Endpoint, error) { return scanEndpoint(row, s.ring) })
	}
	if err != nil {
		return nil, fmt.Errorf("read endpoints with files: %w", err)
	}
	return all, nil
}

const (
	// One node at a time numbers an agency's files.
	lockFiles = `SELECT FROM exchange_endpoints WHERE agency = $1 AND manner = 'files' FOR UPDATE`

	giveUpFiles = `
UPDATE exchange_deliveries SET state = 'dead', last_at = $2, last_problem = coalesce(last_problem, $4)
WHERE agency = $1 AND state = 'waiting' AND created_at < $3`

	unwrittenFile = `SELECT sequence FROM exchange_files WHERE agency = $1 AND written_at IS NULL ORDER BY sequence LIMIT 1`

	// What waits and is in no file yet, or in one that was written so long ago that it is put in another. A message whose case has an earlier one
	// in a file that is not acknowledged waits for that: those of one case come in order.
	dueForFile = `
SELECT d.id, d.created_at FROM exchange_deliveries d LEFT JOIN exchange_files f ON f.agency = d.agency AND f.sequence = d.file
WHERE d.agency = $1 AND d.state = 'waiting' AND (d.file IS NULL OR f.written_at < $2)
  AND NOT EXISTS (SELECT FROM exchange_deliveries b JOIN exchange_files bf ON bf.agency = b.agency AND bf.sequence = b.file
                  WHERE b.case_id = d.case_id AND b.id < d.id AND b.state = 'waiting' AND coalesce(bf.written_at >= $2, true))
ORDER BY d.id LIMIT $3`

	beginFile = `
INSERT INTO exchange_files (agency, sequence, created_at)
SELECT $1, coalesce(max(sequence), 0) + 1, $2 FROM exchange_files WHERE agency = $1 RETURNING sequence`

	putInFile = `UPDATE exchange_deliveries SET file = $2, attempts = attempts + CASE WHEN file IS NULL THEN 0 ELSE 1 END, last_at = $3 WHERE id = ANY ($1)`

	inFile = `
SELECT d.id, d.agency, d.case_id, d.sealed, ` + datakeys.OfCase + `d.case_id), d.created_at, d.attempts
FROM exchange_deliveries d WHERE d.agency = $1 AND d.file = $2 ORDER BY d.id`
)

// NextFile gives the file of an agency that was not written yet, or begins the next. exchange.ErrNoFile.
func (s *Store) NextFile(ctx context.Context, agency string, every time.Duration, now time.Time) (file exchange.OutFile, err error) {
	nothing := false
	err = s.db.Do(ctx, func(tx *postgres.Tx) error {
		file, err = s.nextFile(ctx, tx, agency, every, now)
		if nothing = errors.Is(err, exchange.ErrNoFile); nothing {
			return nil // what was given up stays so
		}
		return err
	})
	switch {
	case err != nil:
		return file, fmt.Errorf("next file of agency %s: %w", agency, err)
	case nothing:
		return file, exchange.ErrNoFile
	}
	return file, nil
}

func (s *Store) nextFile(ctx context.Context, tx *postgres.Tx, agency string, every time.Duration, now time.Time) (file exchange.OutFile, err error) {
	tag, err := tx.Exec(ctx, lockFiles, agency)
	if err != nil {
		return file, err
	}
	if tag.RowsAffected() == 0 {
		return file, exchange.ErrNoFile // it was taken away meanwhile
	}
	if _, err = tx.Exec(ctx, giveUpFiles, agency, now, now.Add(-exchange.Patience), exchange.Unacknowledged.Error()); err != nil {
		return file, err
	}
	err = tx.QueryRow(ctx, unwrittenFile, agency).Scan(&file.Sequence)
	if errors.Is(err, pgx.ErrNoRows) {
		file.Sequence, err = s.beginFile(ctx, tx, agency, every, now)
	}
	if err != nil {
		return file, err
	}
	rows, err := tx.Query(ctx, inFile, agency, file.Sequence)
	if err != nil {
		return file, err
	}
	opener := datakeys.NewOpener(s.ring)
	file.Deliveries, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (d exchange.Delivery, err error) {
		var about int64
		var sealed, wrapped []byte
		if err = row.Scan(&d.ID, &d.Agency, &about, &sealed, &wrapped, &d.CreatedAt, &d.Attempts); err == nil {
			d.Body, err = opener.Open(wrapped, datakeys.DeliveryOf(about), sealed)
		}
		return d, err
	})
	return file, err
}

// beginFile numbers a file and puts in it what is due; exchange.ErrNoFile when that has time yet.
func (s *Store) beginFile(ctx context.Context, tx *postgres.Tx, agency string, every time.Duration, now time.Time) (sequence int64, err error) {
	rows, err := tx.Query(ctx, dueForFile, agency, now.Add(-exchange.ResendAfter), exchange.MostFileMessages)
	if err != nil {
		return 0, err
	}
	var ids []int64
	var id int64
	var created, oldest time.Time
	_, err = pgx.ForEachRow(rows, []any{&id, &created}, func() error {
		if ids = append(ids, id); oldest.IsZero() || created.Before(oldest) {
			oldest = created
		}
		return nil
	})
	switch {
	case err != nil:
		return 0, err
	case len(ids) == 0, len(ids) < exchange.MostFileMessages && now.Sub(oldest) < every:
		return 0, exchange.ErrNoFile
	}
	if err = tx.QueryRow(ctx, beginFile, agency, now).Scan(&sequence); err == nil {
		_, err = tx.Exec(ctx, putInFile, ids, sequence, now)
	}
	return sequence, err
}

const noteWritten = `UPDATE exchange_files SET written_at = $3 WHERE agency = $1 AND sequence = $2 AND written_at IS NULL`

const clearUnreached = `UPDATE exchange_deliveries SET last_problem = NULL WHERE agency = $1 AND file = $2 AND state = 'waiting' AND last_problem IS NOT NULL`

// NoteWritten says that a file lies in the agency's folder.
func (s *Store) NoteWritten(ctx context.Context, agency string, sequence int64, now time.Time) error {
	_, err := s.db.Exec(ctx, noteWritten, agency, sequence, now)
	if err == nil {
		_, err = s.db.Exec(ctx, clearUnreached, agency, sequence)
	}
	if err != nil {
		return fmt.Errorf("note file %d of agency %s: %w", sequence, agency, err)
	}
	return nil
}

const noteUnreached = `
UPDATE exchange_deliveries SET last_at = $3, last_problem = $2 WHERE agency = $1 AND state = 'waiting' AND last_problem IS DISTINCT FROM $2`

// NoteUnreached says that an agency's folder was not reached.
func (s *Store) NoteUnreached(ctx context.Context, agency string, now time.Time) error {
	if _, err := s.db.Exec(ctx, noteUnreached, agency, exchange.FolderUnreached.Error(), now); err != nil {
		return fmt.Errorf("note problem of agency %s: %w", agency, err)
	}
	return nil
}

const (
	unknownMessages = `
SELECT id FROM unnest($2::bigint[]) id WHERE NOT EXISTS (SELECT FROM exchange_deliveries d WHERE d.id = id.id AND d.agency = $1) LIMIT 1`

	// Whatever was given up meanwhile is delivered all the same. A message that the agency took once stays so, whatever it says later.
	acknowledge = `
UPDATE exchange_deliveries d SET state = CASE WHEN a.problem = '' THEN 'delivered' ELSE d.state END, last_at = $3,
    last_problem = nullif(a.problem, ''),
    took = coalesce($3 - (SELECT f.written_at FROM exchange_files f WHERE f.agency = d.agency AND f.sequence = d.file), d.took)
FROM (SELECT * FROM unnest($2::bigint[], $4::text[]) AS a (id, problem)) a
WHERE d.id = a.id AND d.agency = $1 AND d.state <> 'delivered'`
)

// Acknowledge keeps what an agency says of messages, all of it or nothing. An id of none of its messages is an error of kind invalid.
func (s *Store) Acknowledge(ctx context.Context, agency string, all []exchange.Acknowledged, now time.Time) error {
	var ids []int64
	var problems []string
	at := map[int64]int{} // the last word on a message counts
	for _, a := range all {
		if i, twice := at[a.Delivery]; twice {
			problems[i] = a.Problem.Error()
			continue
		}
		at[a.Delivery] = len(ids)
		ids, problems = append(ids, a.Delivery), append(problems, a.Problem.Error())
	}
	err := s.db.Do(ctx, func(tx *postgres.Tx) error {
		var unknown int64
		switch err := tx.QueryRow(ctx, unknownMessages, agency, ids).Scan(&unknown); {
		case err == nil:
			return &fault.Error{Kind: fault.Invalid, Field: "id", Text: fmt.Sprintf("okno_%d is no message to this agency", unknown)}
		case !errors.Is(err, pgx.ErrNoRows):
			return err
		}
		_, err := tx.Exec(ctx, acknowledge, agency, ids, now, problems)
		return err
	})
	if err != nil {
		return fmt.Errorf("acknowledge messages of agency %s: %w", agency, err)
	}
	return nil
}
