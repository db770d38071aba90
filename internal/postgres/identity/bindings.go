package identity

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/citizen"
	"okno/internal/postgres"
	"okno/internal/postgres/audit"
	"okno/internal/seal"
)

// placeOfBound names what a binding's number is sealed for, under the data key of its citizen.
// PlaceOfBound names what a number that is bound to a citizen is sealed for, under the data key of the citizen.
func PlaceOfBound(citizen int64) string { return fmt.Sprintf("citizen:%d number", citizen) }

// journal records what was done about a citizen's number. It names the binding and not the number.
func (w Steps) journal(ctx context.Context, by, action string, citizen int64, detail map[string]any) error {
	return audit.Record(ctx, w.tx, by, action, fmt.Sprintf("citizen:%d", citizen), detail)
}

// Whoever binds a number, unbinds it or lowers the trust in it takes turns with whoever else does. Numbers are locked in one order.
const lockBound = `
SELECT pg_advisory_xact_lock(k) FROM (SELECT DISTINCT hashtextextended(encode(i, 'hex'), 3) AS k FROM unnest($1::bytea[]) i ORDER BY 1) l`

const liveBinding = `
SELECT b.id, b.citizen_id, coalesce(b.lowered_why, '') FROM bindings b WHERE b.number_index = ANY ($1) AND b.ended_at IS NULL FOR UPDATE`

const dataKeyOf = `
SELECT k.wrapped, coalesce(c.language, '') FROM citizens c JOIN data_keys k ON k.kind = 'z' AND k.owner_id = c.id WHERE c.id = $1`

const (
	addBinding = `
INSERT INTO bindings (citizen_id, number_index, sealed_number, proof, proved_by) VALUES ($1, $2, $3, $4, $5) RETURNING id`
	proveBinding = `
UPDATE bindings SET verified_at = now(), heard_at = now(), proof = $2, proved_by = $3, lowered_at = NULL, lowered_why = NULL WHERE id = $1`
	endBinding = `UPDATE bindings SET ended_at = now(), ended_why = $2, ended_by = $3 WHERE id = $1`
)

type live struct {
	id, citizen int64
	lowered     citizen.Distrust
}

// lockNumber keeps others from a number until the transaction ends, and gives its live binding, if it has one.
func (w Steps) lockNumber(ctx context.Context, number string) (b live, err error) {
	indexes := w.ring.Indexes(seal.TelephoneNumber, number)
	if _, err := w.tx.Exec(ctx, lockBound, indexes); err != nil {
		return b, fmt.Errorf("lock number: %w", err)
	}
	err = w.tx.QueryRow(ctx, liveBinding, indexes).Scan(&b.id, &b.citizen, &b.lowered)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return b, fmt.Errorf("find binding: %w", err)
	}
	return b, nil
}

// dataKey gives a citizen's data key, and the citizen's language. [citizen.ErrUnknown].
func (w Steps) dataKey(ctx context.Context, id int64) (key *seal.DataKey, language string, err error) {
	var wrapped seal.Wrapped
	if err := w.tx.QueryRow(ctx, dataKeyOf, id).Scan(&wrapped, &language); err != nil {
		return nil, "", fmt.Errorf("find citizen: %w", postgres.NoRows(err, citizen.ErrUnknown))
	}
	if key, err = w.ring.Unwrap(wrapped); err != nil {
		return nil, "", fmt.Errorf("open citizen %d: %w", id, err)
	}
	return key, language, nil
}

// Bind makes a number a citizen's, or proves anew that it is. It ends the binding to another citizen. It tells whom of it to tell: the
// numbers that the citizen has had, and those of whoever loses this one; numbers that prove nothing are not told. [citizen.ErrUnknown].
func (w Steps) Bind(ctx context.Context, b citizen.Binding) (done citizen.Bound, err error) {
	key, language, err := w.dataKey(ctx, b.Citizen)
	if err != nil {
		return done, err
	}
	was, err := w.lockNumber(ctx, b.Number)
	if err != nil {
		return done, err
	}
	done.Number = citizen.Reach{Number: b.Number, Language: language}
	if was.citizen == b.Citizen {
		if _, err := w.tx.Exec(ctx, proveBinding, was.id, b.Proof, b.By); err != nil {
			return done, fmt.Errorf("prove binding: %w", err)
		}
		done.Again = was.lowered
		return done, w.journal(ctx, b.By, "binding.prove", b.Citizen, map[string]any{"binding": was.id, "proof": b.Proof, "was": was.lowered})
	}
	if done.Others, err = w.reaches(ctx, b.Citizen); err != nil {
		return done, err
	}
	if was.id != 0 {
		if err := w.end(ctx, was, citizen.Moved, b.By); err != nil {
			return done, err
		}
		done.Was = was.citizen
		if done.Theirs, err = w.reaches(ctx, was.citizen); err != nil {
			return done, err
		}
	}
	var id int64
	sealed := key.Seal(PlaceOfBound(b.Citizen), []byte(b.Number))
	if err := w.tx.QueryRow(ctx, addBinding, b.Citizen, w.ring.Index(seal.TelephoneNumber, b.Number), sealed, b.Proof, b.By).Scan(&id); err != nil {
		return done, fmt.Errorf("bind number: %w", err)
	}
	done.New = true
	return done, w.journal(ctx, b.By, "binding.add", b.Citizen, map[string]any{"binding": id, "proof": b.Proof})
}

func (w Steps) end(ctx context.Context, b live, why, by string) error {
	if _, err := w.tx.Exec(ctx, endBinding, b.id, why, by); err != nil {
		return fmt.Errorf("end binding: %w", err)
	}
	return w.journal(ctx, by, "binding.end", b.citizen, map[string]any{"binding": b.id, "why": why})
}

// Unbind takes a number off a citizen, and gives where to tell it. [citizen.ErrNotBound].
func (w Steps) Unbind(ctx context.Context, whose int64, number, by string) (told citizen.Reach, err error) {
	b, err := w.lockNumber(ctx, number)
	if err != nil {
		return told, err
	}
	if b.id == 0 || b.citizen != whose {
		return told, citizen.ErrNotBound
	}
	_, language, err := w.dataKey(ctx, whose)
	if err != nil {
		return told, err
	}
	return citizen.Reach{Number: number, Language: language}, w.end(ctx, b, citizen.Unbound, by)
}

const lowerBinding = `UPDATE bindings SET lowered_at = now(), lowered_why = $2 WHERE id = $1`

// LowerTrust notes that a number proves nothing any more, whoever it is bound to. It says whether that is new: a number that is bound to
// nobody, or not trusted already, stays as it is.
func (w Steps) LowerTrust(ctx context.Context, number string, why citizen.Distrust, by string) (lowered bool, err error) {
	b, err := w.lockNumber(ctx, number)
	if err != nil || b.id == 0 || b.lowered != "" {
		return false, err
	}
	if _, err := w.tx.Exec(ctx, lowerBinding, b.id, why); err != nil {
		return false, fmt.Errorf("lower trust: %w", err)
	}
	return true, w.journal(ctx, by, "binding.distrust", b.citizen, map[string]any{"binding": b.id, "why": why})
}

const bindingsOf = `
SELECT id, sealed_number, proof, proved_by, verified_at, coalesce(ended_at, 'epoch'), coalesce(ended_why, ''), coalesce(lowered_why, '')
FROM bindings WHERE citizen_id = $1 AND sealed_number IS NOT NULL ORDER BY id DESC LIMIT 100`

// Bindings gives the bindings of a citizen with those that have ended, the newest first. [citizen.ErrUnknown].
func (w Steps) Bindings(ctx context.Context, whose int64) ([]citizen.Held, error) {
	key, _, err := w.dataKey(ctx, whose)
	if err != nil {
		return nil, err
	}
	rows, err := w.tx.Query(ctx, bindingsOf, whose)
	if err != nil {
		return nil, fmt.Errorf("read bindings: %w", err)
	}
	held, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (h citizen.Held, err error) {
		var sealed []byte
		if err := row.Scan(&h.ID, &sealed, &h.Proof, &h.By, &h.At, &h.EndedAt, &h.EndedWhy, &h.Lowered); err != nil {
			return h, err
		}
		if h.EndedAt.Unix() == 0 {
			h.EndedAt = time.Time{}
		}
		number, err := key.Open(PlaceOfBound(whose), sealed)
		h.Number = string(number)
		return h, err
	})
	if err != nil {
		return nil, fmt.Errorf("read bindings: %w", err)
	}
	return held, nil
}

// reaches gives the live numbers of a citizen that prove who uses them, the one that was proved last first.
func (w Steps) reaches(ctx context.Context, whose int64) (found []citizen.Reach, err error) {
	_, language, err := w.dataKey(ctx, whose)
	if err != nil {
		return nil, err
	}
	held, err := w.Bindings(ctx, whose)
	if err != nil {
		return nil, err
	}
	for _, h := range held {
		if h.EndedAt.IsZero() && h.Lowered == "" {
			found = append(found, citizen.Reach{Number: h.Number, Language: language})
		}
	}
	return found, nil
}
