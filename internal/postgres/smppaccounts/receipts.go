package smppaccounts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/postgres"
	"okno/internal/postgres/messages"
	"okno/internal/smppaccount"
)

// One at a time: of two, each would find the other's segments of a message not reported yet, and neither would tell it.
const lockUpkeep = `SELECT pg_try_advisory_xact_lock(1416)`

// What is unknown may still be answered for by a receipt, so it is not told at once.
const reportSegments = `
UPDATE mt_segments SET report = false
WHERE id IN (
    SELECT id FROM mt_segments
    WHERE reported_from < 'infinity' AND (state <> 'unknown' OR final_at < $1)
    ORDER BY reported_from LIMIT 1000)
RETURNING mt_id`

// Not even a last word came of these.
const reportSilent = `
UPDATE mt_segments SET report = false WHERE reported_from = 'infinity' AND state = 'accepted' AND expires_at < $1
RETURNING mt_id`

const finishSubmits = `
WITH whole AS (
    SELECT s.mt_id, count(*) AS segments, count(*) FILTER (WHERE s.state = 'delivered') AS delivered,
           ` + messages.Worst + ` AS worst
    FROM (SELECT DISTINCT id FROM unnest($1::bigint[]) m (id)) m JOIN mt_segments s ON ` + messages.SegmentsOf + `
    GROUP BY s.mt_id HAVING NOT bool_or(s.report)
)
UPDATE smpp_submits a
SET state = s.state, failure = s.failure, segments = w.segments, delivered = w.delivered, final_at = $2,
    receipt_due_at = CASE WHEN a.receipt = 'all' OR a.receipt = 'failures' AND s.state <> 'delivered' THEN $2::timestamptz END
FROM whole w, LATERAL (
    SELECT state, failure FROM mt_segments
    WHERE id BETWEEN w.mt_id * 256 + 1 AND w.mt_id * 256 + 255 AND state = w.worst
    ORDER BY part LIMIT 1) s
WHERE a.mt_id = w.mt_id AND a.final_at IS NULL`

// What a long message's parts were is in its text by then.
const eraseParts = `UPDATE smpp_submits SET payload = NULL WHERE payload IS NOT NULL AND mt_id IS NOT NULL AND submitted_at < $1`

// KeepGateway finds the messages that are final, so that their agencies can be told, and the parts that wait in vain.
// Several nodes may try; one at a time does it.
func (s *Store) KeepGateway(ctx context.Context, u smppaccount.Upkeep, texts smppaccount.Texts) (kept smppaccount.Kept, err error) {
	err = s.do(ctx, func(w Steps) error {
		kept = smppaccount.Kept{}
		var mine bool
		if err := w.tx.QueryRow(ctx, lockUpkeep).Scan(&mine); err != nil || !mine {
			return err
		}
		if kept.Incomplete, err = w.joinStaleSubmits(ctx, u.IncompleteSince, texts); err != nil {
			return err
		}
		if _, err := w.tx.Exec(ctx, eraseParts, u.ErasePartsOf); err != nil {
			return err
		}
		var final []int64
		for _, step := range []struct {
			sql   string
			since time.Time
		}{{reportSegments, u.UnknownSince}, {reportSilent, u.SilentSince}} {
			if step.since.IsZero() {
				continue
			}
			rows, err := w.tx.Query(ctx, step.sql, step.since)
			if err != nil {
				return err
			}
			found, err := pgx.CollectRows(rows, pgx.RowTo[int64])
			if err != nil {
				return err
			}
			final = append(final, found...)
		}
		if kept.Final = len(final); kept.Final == 0 {
			return nil
		}
		_, err := w.tx.Exec(ctx, finishSubmits, final, u.Now)
		return err
	})
	if err != nil {
		return smppaccount.Kept{}, fmt.Errorf("keep gateway: %w", err)
	}
	return kept, nil
}

const claimReceipts = `
UPDATE smpp_submits SET receipt_due_at = $4, tries = tries + 1
WHERE id IN (
    SELECT id FROM smpp_submits WHERE system_id = $1 AND receipt_due_at <= $2
    ORDER BY receipt_due_at, id LIMIT $3 FOR UPDATE SKIP LOCKED)
RETURNING ` + receiptColumns + `, tries`

const receiptColumns = `
id, sealed, coalesce(state, ''), coalesce(failure, ''), coalesce(segments, 0), coalesce(delivered, 0), submitted_at, coalesce(final_at, '0001-01-01Z')`

func receiptFields(r *smppaccount.Receipt) []any {
	return []any{&r.ID, &r.Addresses, &r.State, &r.Failure, &r.Segments, &r.Delivered, &r.SubmittedAt, &r.FinalAt}
}

// ClaimReceipts takes what an agency is to be told now. Where CommitGateway does not hear of it before the lease ends it is
// told again.
func (s *Store) ClaimReceipts(ctx context.Context, systemID string, limit int, now, leaseEnd time.Time) ([]smppaccount.Receipt, error) {
	rows, err := s.db.Query(ctx, claimReceipts, systemID, now, limit, leaseEnd)
	if err != nil {
		return nil, fmt.Errorf("claim receipts of %s: %w", systemID, err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (r smppaccount.Receipt, err error) {
		err = row.Scan(append(receiptFields(&r), &r.Tries)...)
		return s.opened(r, err)
	})
}

const findReceipt = `SELECT ` + receiptColumns + ` FROM smpp_submits WHERE id = $1 AND system_id = $2`

// FindReceipt gives what an agency may know of its submit. smppaccount.ErrNotTheirs.
func (s *Store) FindReceipt(ctx context.Context, systemID string, id int64) (r smppaccount.Receipt, err error) {
	err = postgres.NoRows(s.db.QueryRow(ctx, findReceipt, id, systemID).Scan(receiptFields(&r)...), smppaccount.ErrNotTheirs)
	r, err = s.opened(r, err)
	if err != nil && !errors.Is(err, smppaccount.ErrNotTheirs) {
		err = fmt.Errorf("find receipt of %s: %w", systemID, err)
	}
	return r, err
}

// opened opens the addresses of a receipt that was read.
func (s *Store) opened(r smppaccount.Receipt, err error) (smppaccount.Receipt, error) {
	if err == nil {
		r.Addresses, err = s.ring.Open(placeOfAddresses, r.Addresses)
	}
	return r, err
}

const noteTold = `
UPDATE smpp_submits a SET receipt_due_at = t.again, told_at = CASE WHEN t.again IS NULL THEN t.at END
FROM unnest($1::bigint[], $2::timestamptz[], $3::timestamptz[]) t (id, again, at)
WHERE a.id = t.id AND a.told_at IS NULL`

func (w Steps) noteTold(ctx context.Context, told []smppaccount.Told) error {
	if len(told) == 0 {
		return nil
	}
	_, err := w.tx.Exec(ctx, noteTold, postgres.Column(told, func(t smppaccount.Told) int64 { return t.ID }),
		postgres.Column(told, func(t smppaccount.Told) *time.Time { return postgres.OrNil(t.Again) }), postgres.Column(told, func(t smppaccount.Told) time.Time { return t.At }))
	if err != nil {
		return fmt.Errorf("note told receipts: %w", err)
	}
	return nil
}
