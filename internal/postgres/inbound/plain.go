package inbound

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/message"
	"okno/internal/postgres"
	"okno/internal/seal"
)

const (
	plainMOs = `
SELECT id, source, sealed, raw, fingerprint, processed_at, coalesce(failure, ''), coalesce(interaction_id, 0)
FROM mo_messages WHERE source_index = '' ORDER BY id LIMIT $1 FOR UPDATE`
	sealMO     = `UPDATE mo_messages SET source = $2, source_index = $3, sealed = $4, raw = $5, fingerprint = $6 WHERE id = $1`
	plainParts = `
SELECT link, destination, reference, total, part, source, sealed, mo_id IS NULL FROM mo_parts WHERE source_index = '' LIMIT $1 FOR UPDATE`
	sealPart = `
UPDATE mo_parts SET source = $7, source_index = $8, sealed = $9, digest = $10
WHERE link = $1 AND destination = $2 AND reference = $3 AND total = $4 AND part = $5 AND source = $6 AND source_index = ''`
	plainPDUs = `SELECT id, raw FROM sms_quarantine WHERE NOT sealed ORDER BY id LIMIT $1 FOR UPDATE`
	sealPDU   = `UPDATE sms_quarantine SET raw = $2, sealed = true WHERE id = $1`
)

// SealMOs seals what an older schema kept in the open of what comes in.
func (s *Store) SealMOs(ctx context.Context) error {
	for what, step := range map[string]func(steps, context.Context) (int, error){
		"seal mos": steps.sealPlainMOs, "seal mo parts": steps.sealPlainParts, "seal quarantine": steps.sealPlainPDUs,
	} {
		if _, err := s.db.Batches(ctx, what, func(tx *postgres.Tx, _ int64) (n int, last int64, err error) {
			n, err = step(steps{tx, s.ring, s.bind}, ctx)
			return n, 0, err
		}); err != nil {
			return err
		}
	}
	return nil
}

func (w steps) sealPlainMOs(ctx context.Context) (n int, err error) {
	var mo newMO
	var text []byte
	var processedAt *time.Time
	return w.tx.Rewrite(ctx, plainMOs, []any{postgres.BatchOf}, []any{&mo.id, &mo.Source, &text, &mo.Raw, &mo.Fingerprint, &processedAt, &mo.failure, &mo.interaction}, func(writes *pgx.Batch) error {
		mo.Text, mo.processedAt = string(text), processedAt
		writes.Queue(sealMO, mo.id, mo.inPlain(), w.ring.Index(seal.TelephoneNumber, mo.Source), mo.seal(w.ring), sealOr(w.ring, placeOfRaw, mo.Raw),
			w.ring.Index(fingerprints, string(mo.Fingerprint)))
		mo.Raw = nil
		return nil
	})
}

func (w steps) sealPlainParts(ctx context.Context) (n int, err error) {
	var k partsKey
	var part message.Part
	var waits bool
	return w.tx.Rewrite(ctx, plainParts, []any{postgres.BatchOf}, []any{&k.link, &k.destination, &k.reference, &k.total, &part.Number, &k.source, &part.Payload, &waits}, func(writes *pgx.Batch) error {
		source, sealed := k.source, w.ring.Seal(placeOfPart, part.Payload)
		if !waits {
			source, sealed = "", []byte{}
		}
		writes.Queue(sealPart, k.link, k.destination, k.reference, k.total, part.Number, k.source, source,
			w.ring.Index(seal.TelephoneNumber, k.source), sealed, w.ring.Index(digests, string(part.Payload)))
		return nil
	})
}

func (w steps) sealPlainPDUs(ctx context.Context) (n int, err error) {
	var id int64
	var raw []byte
	return w.tx.Rewrite(ctx, plainPDUs, []any{postgres.BatchOf}, []any{&id, &raw}, func(writes *pgx.Batch) error {
		writes.Queue(sealPDU, id, w.ring.Seal(placeOfPDU, raw))
		return nil
	})
}
