package tryout

import (
	"context"
	"time"

	"okno/internal/citizen"
	"okno/internal/lockout"
	"okno/internal/otp"
)

// proofs knows no citizen by a national number, and sends no password: whoever tries a dialogue out proves nothing.
type proofs struct{}

func (proofs) SendChallenge(context.Context, otp.Query, func(otp.Standing) (otp.Sending, error)) error {
	return otp.ErrPrefix
}

func (proofs) CheckChallenge(context.Context, string, string, time.Time, func(*otp.Challenge, *lockout.Book)) error {
	return otp.ErrUnknown
}

func (proofs) CitizenByNational(context.Context, string, string) (int64, error) { return 0, nil }

func (proofs) NationalIndex(string, string) (string, error) { return "nobody", nil }

func (proofs) Factors(context.Context, int64) (citizen.Factors, error) {
	return citizen.Factors{}, nil
}

func (proofs) SetPIN(context.Context, int64, string, string) error { return nil }

func (proofs) TakeTOTP(context.Context, int64, int64) error { return nil }

func (proofs) ProofNumber(context.Context, int64) (string, error) { return "", nil }

func (proofs) Prove(context.Context, int64, int64, citizen.Verification, string, time.Time) error {
	return nil
}

func (proofs) JournalProof(context.Context, int64, string, string) error { return nil }

func (proofs) Bind(context.Context, citizen.Binding) (citizen.Bound, error) {
	return citizen.Bound{}, nil
}
