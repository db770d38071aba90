package main

import (
	"context"
	"time"

	"okno/internal/citizen"
	"okno/internal/lockout"
	"okno/internal/otp"
)

// tryProofs knows no citizen by a national number, and sends no password: whoever tries a dialogue out proves nothing.
type tryProofs struct{}

func (tryProofs) SendChallenge(context.Context, otp.Query, func(otp.Standing) (otp.Sending, error)) error {
	return otp.ErrPrefix
}

func (tryProofs) CheckChallenge(context.Context, string, string, time.Time, func(*otp.Challenge, *lockout.Book)) error {
	return otp.ErrUnknown
}

func (tryProofs) CitizenByNational(context.Context, string, string) (int64, error) { return 0, nil }

func (tryProofs) NationalIndex(string, string) (string, error) { return "nobody", nil }

func (tryProofs) Factors(context.Context, int64) (citizen.Factors, error) {
	return citizen.Factors{}, nil
}

func (tryProofs) SetPIN(context.Context, int64, string, string) error { return nil }

func (tryProofs) TakeTOTP(context.Context, int64, int64) error { return nil }

func (tryProofs) ProofNumber(context.Context, int64) (string, error) { return "", nil }

func (tryProofs) Prove(context.Context, int64, int64, citizen.Verification, string, time.Time) error {
	return nil
}

func (tryProofs) JournalProof(context.Context, int64, string, string) error { return nil }

func (tryProofs) Bind(context.Context, citizen.Binding) (citizen.Bound, error) {
	return citizen.Bound{}, nil
}
