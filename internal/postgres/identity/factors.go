package identity

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/citizen"
	"okno/internal/postgres/audit"
	"okno/internal/postgres/datakeys"
	"okno/internal/seal"
)

// placeOfTOTP names what the secret of a citizen's authenticator is sealed for.
func placeOfTOTP(citizen int64) string { return fmt.Sprintf("citizen:%d totp", citizen) }

// NationalIndex gives what stands for a national number where nobody may read it. [citizen.ErrNationalNumber].
func (w Steps) NationalIndex(kind, number string) (string, error) {
	person, err := personOf(citizen.Citizen{Kind: kind, NationalNumber: number})
	if err != nil {
		return "", err
	}
	return "x" + hex.EncodeToString(w.ring.Index(nationalIndex, person.indexed())), nil
}

const factors = `
SELECT ` + datakeys.OfCitizen + `c.id), coalesce(f.pin_hash, ''), f.totp_sealed, f.totp_at, coalesce(f.totp_step, 0)
FROM citizens c LEFT JOIN citizen_factors f ON f.citizen_id = c.id WHERE c.id = $1`

// Factors gives what a citizen can prove by who speaks. Nobody's are empty.
func (w Steps) Factors(ctx context.Context, whose int64) (citizen.Factors, error) {
	f := citizen.Factors{Citizen: whose}
	var wrapped seal.Wrapped
	var sealed []byte
	var at *time.Time
	err := w.tx.QueryRow(ctx, factors, whose).Scan(&wrapped, &f.PINHash, &sealed, &at, &f.TOTPStep)
	if errors.Is(err, pgx.ErrNoRows) {
		return citizen.Factors{}, nil
	}
	if err == nil && len(sealed) > 0 {
		var key *seal.DataKey
		if key, err = w.ring.Unwrap(wrapped); err == nil {
			var secret []byte
			secret, err = key.Open(placeOfTOTP(whose), sealed)
			f.TOTP = string(secret)
		}
	}
	if err != nil {
		return f, fmt.Errorf("read factors of citizen %d: %w", whose, err)
	}
	if at != nil {
		f.TOTPAt = *at
	}
	f.Fresh = f.TOTP != "" && at == nil
	return f, nil
}

const setPIN = `
INSERT INTO citizen_factors (citizen_id, pin_hash, pin_set_at) VALUES ($1, nullif($2, ''), CASE WHEN $2 <> '' THEN now() END)
ON CONFLICT (citizen_id) DO UPDATE SET pin_hash = excluded.pin_hash, pin_set_at = excluded.pin_set_at`

// SetPIN sets the hash of a citizen's telephone PIN; "" removes the PIN.
func (w Steps) SetPIN(ctx context.Context, whose int64, hash, by string) error {
	if _, err := w.tx.Exec(ctx, setPIN, whose, hash); err != nil {
		return fmt.Errorf("set pin of citizen %d: %w", whose, err)
	}
	deed := "pin.set"
	if hash == "" {
		deed = "pin.remove"
	}
	return w.journal(ctx, by, deed, whose, nil)
}

const setTOTP = `
INSERT INTO citizen_factors (citizen_id, totp_sealed) VALUES ($1, $2)
ON CONFLICT (citizen_id) DO UPDATE SET totp_sealed = excluded.totp_sealed, totp_at = NULL, totp_step = 0`

// SetTOTP keeps the secret of a citizen's authenticator, which counts once a first code has confirmed it; "" removes it.
func (w Steps) SetTOTP(ctx context.Context, whose int64, secret, by string) error {
	var sealed []byte
	deed := "totp.remove"
	if secret != "" {
		key, _, err := w.dataKey(ctx, whose)
		if err != nil {
			return err
		}
		sealed, deed = key.Seal(placeOfTOTP(whose), []byte(secret)), "totp.begin"
	}
	if _, err := w.tx.Exec(ctx, setTOTP, whose, sealed); err != nil {
		return fmt.Errorf("set authenticator of citizen %d: %w", whose, err)
	}
	return w.journal(ctx, by, deed, whose, nil)
}

const confirmTOTP = `UPDATE citizen_factors SET totp_at = now(), totp_step = $2 WHERE citizen_id = $1 AND totp_at IS NULL AND totp_sealed IS NOT NULL`

// ConfirmTOTP notes that a first code has confirmed the secret of a citizen's authenticator, and says whether one was to be confirmed.
func (w Steps) ConfirmTOTP(ctx context.Context, whose, step int64, by string) (bool, error) {
	tag, err := w.tx.Exec(ctx, confirmTOTP, whose, step)
	if err != nil {
		return false, fmt.Errorf("confirm authenticator of citizen %d: %w", whose, err)
	}
	if tag.RowsAffected() == 0 {
		return false, nil
	}
	return true, w.journal(ctx, by, "totp.confirm", whose, nil)
}

const takeTOTP = `UPDATE citizen_factors SET totp_step = $2 WHERE citizen_id = $1 AND totp_step < $2`

// TakeTOTP notes that the code of a step was taken: no earlier one counts any more.
func (w Steps) TakeTOTP(ctx context.Context, whose, step int64) error {
	if _, err := w.tx.Exec(ctx, takeTOTP, whose, step); err != nil {
		return fmt.Errorf("take code of citizen %d: %w", whose, err)
	}
	return nil
}

const proofNumbers = `
SELECT DISTINCT ON (b.citizen_id) b.citizen_id, ` + datakeys.OfCitizen + `b.citizen_id), b.sealed_number FROM bindings b
WHERE b.citizen_id = ANY ($1) AND b.ended_at IS NULL AND b.lowered_at IS NULL AND b.sealed_number IS NOT NULL
ORDER BY b.citizen_id, b.verified_at DESC, b.id DESC`

// ProofNumber gives the number by which a citizen can prove who speaks: of those that are trusted the one that was proved last; "" of
// nobody.
func (w Steps) ProofNumber(ctx context.Context, whose int64) (string, error) {
	numbers, err := w.ProofNumbers(ctx, []int64{whose})
	return numbers[whose], err
}

// ProofNumbers is [Steps.ProofNumber] for many citizens. Whoever has none is left out.
func (w Steps) ProofNumbers(ctx context.Context, citizens []int64) (map[int64]string, error) {
	rows, err := w.tx.Query(ctx, proofNumbers, citizens)
	if err != nil {
		return nil, fmt.Errorf("find numbers of %d citizens: %w", len(citizens), err)
	}
	numbers := map[int64]string{}
	var whose int64
	var wrapped seal.Wrapped
	var sealed []byte
	_, err = pgx.ForEachRow(rows, []any{&whose, &wrapped, &sealed}, func() error {
		key, err := w.ring.Unwrap(wrapped)
		if err != nil {
			return err
		}
		number, err := key.Open(PlaceOfBound(whose), sealed)
		numbers[whose] = string(number)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find numbers of %d citizens: %w", len(citizens), err)
	}
	return numbers, nil
}

const prove = `UPDATE interactions SET citizen_id = $2, verification = $3, verified_by = $4, verified_at = $5 WHERE id = $1`

// Prove notes that an interaction is with a citizen who has proved it.
func (w Steps) Prove(ctx context.Context, interaction, whose int64, v citizen.Verification, way string, at time.Time) error {
	if _, err := w.tx.Exec(ctx, prove, interaction, whose, v, way, at); err != nil {
		return fmt.Errorf("note proof of interaction %d: %w", interaction, err)
	}
	return nil
}

// JournalProof journals an attempt to prove who speaks. It names the conversation: whom the attempt is about may be nobody.
func (w Steps) JournalProof(ctx context.Context, interaction int64, way, result string) error {
	return audit.Record(ctx, w.tx, "citizen", "identity.prove", fmt.Sprintf("interaction:%d", interaction), map[string]any{"way": way, "result": result})
}

const verificationOf = `SELECT coalesce(citizen_id, 0), verification FROM interactions WHERE id = $1`

// VerificationOf gives whom an interaction is with, or 0, and how sure one is of it.
func (w Steps) VerificationOf(ctx context.Context, interaction int64) (whose int64, v citizen.Verification, err error) {
	if err := w.tx.QueryRow(ctx, verificationOf, interaction).Scan(&whose, &v); err != nil {
		return 0, "", fmt.Errorf("verification of interaction %d: %w", interaction, err)
	}
	return whose, v, nil
}
