package audit

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/audit"
	"okno/internal/postgres"
)

const auditColumns = `id, at, actor, action, subject, detail::text, coalesce(seal, 0), hash`

const lastSeal = `SELECT seal, hash FROM audit WHERE seal IS NOT NULL ORDER BY seal DESC LIMIT 1`

const unsealedAudit = `SELECT ` + auditColumns + ` FROM audit WHERE seal IS NULL ORDER BY id LIMIT $1`

const sealAudit = `UPDATE audit SET seal = $2, hash = $3 WHERE id = $1`

// SealAudit chains entries, one sealer at a time.
func (s *Store) SealAudit(ctx context.Context, limit int, next func(previous []byte, e audit.Entry) []byte) (n int, err error) {
	err = s.db.Do(ctx, func(tx *postgres.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(1415)`); err != nil {
			return err
		}
		n = 0
		var seal int64
		var previous []byte
		if err := tx.QueryRow(ctx, lastSeal).Scan(&seal, &previous); err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		rows, err := tx.Query(ctx, unsealedAudit, limit)
		if err != nil {
			return err
		}
		entries, err := pgx.CollectRows(rows, scanAudit)
		if err != nil || len(entries) == 0 {
			return err
		}
		batch := &pgx.Batch{}
		for _, e := range entries {
			seal++
			e.Seal = seal
			previous = next(previous, e)
			batch.Queue(sealAudit, e.ID, seal, previous)
		}
		n = len(entries)
		return tx.SendBatch(ctx, batch).Close()
	})
	if err != nil {
		return 0, fmt.Errorf("seal audit: %w", err)
	}
	return n, nil
}

const auditHead = `
SELECT coalesce(max(seal), 0), (SELECT hash FROM audit WHERE seal IS NOT NULL ORDER BY seal DESC LIMIT 1),
       EXISTS (SELECT FROM audit WHERE seal IS NULL AND at < now() - interval '1 minute')
FROM audit WHERE seal = (SELECT max(seal) FROM audit)`

// AuditHead gives the length of the chain and its last MAC. behind says that entries wait for their seal for more than a minute.
func (s *Store) AuditHead(ctx context.Context) (length int64, last []byte, behind bool, err error) {
	if err := s.db.QueryRow(ctx, auditHead).Scan(&length, &last, &behind); err != nil {
		return 0, nil, false, fmt.Errorf("read head of audit: %w", err)
	}
	return length, last, behind, nil
}

const auditChain = `SELECT ` + auditColumns + ` FROM audit WHERE seal IS NOT NULL ORDER BY seal`

// AuditChain gives the chain in its order.
func (s *Store) AuditChain(ctx context.Context, each func(audit.Entry) error) error {
	rows, err := s.db.Query(ctx, auditChain)
	if err != nil {
		return fmt.Errorf("read audit: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		e, err := scanAudit(rows)
		if err != nil {
			return fmt.Errorf("read audit: %w", err)
		}
		if err := each(e); err != nil {
			return err
		}
	}
	return rows.Err()
}

func scanAudit(row pgx.CollectableRow) (e audit.Entry, err error) {
	err = row.Scan(&e.ID, &e.At, &e.Actor, &e.Action, &e.Subject, &e.Detail, &e.Seal, &e.Hash)
	return e, err
}

// The expression is that of the index audit_citizen.
const journalOfCitizen = `
SELECT ` + auditColumns + ` FROM audit WHERE detail ? 'citizen' AND (detail ->> 'citizen')::bigint = $1 AND id < $2 ORDER BY id DESC LIMIT $3`

// Journal lists what was done to a citizen's data, the newest first, from an entry on.
func (s *Store) Journal(ctx context.Context, citizen, before int64, limit int) ([]audit.Entry, error) {
	rows, err := s.db.Query(ctx, journalOfCitizen, citizen, before, limit)
	if err != nil {
		return nil, fmt.Errorf("read journal: %w", err)
	}
	return pgx.CollectRows(rows, scanAudit)
}

// With one actor or one subject there is an index; the days bound what is read without.
const journalOfAll = `
SELECT ` + auditColumns + ` FROM audit
WHERE id < $1 AND ($2 = '' OR actor = $2) AND ($3 = '' OR subject = $3) AND ($4 = '' OR action = $4 OR $4 LIKE '%.' AND starts_with(action, $4)) AND at >= $5 AND at < $6
ORDER BY id DESC LIMIT $7`

// WholeJournal lists what was done, the newest first.
func (s *Store) WholeJournal(ctx context.Context, of audit.Search, limit int) ([]audit.Entry, error) {
	rows, err := s.db.Query(ctx, journalOfAll, of.Before, of.Actor, of.Subject, of.Action, of.From, of.To, limit)
	if err != nil {
		return nil, fmt.Errorf("read journal: %w", err)
	}
	return pgx.CollectRows(rows, scanAudit)
}
