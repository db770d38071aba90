package conversation

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"okno/internal/citizen"
	"okno/internal/fault"
	"okno/internal/lockout"
	"okno/internal/otp"
	"okno/internal/totp"
)

// Passwords sends and checks one-time passwords as parts of a step.
type Passwords interface {
	SendIn(ctx context.Context, w otp.Sender, r otp.Request) (otp.Challenge, error)
	VerifyIn(ctx context.Context, w otp.Checker, client, publicID, answer string) (otp.Challenge, error)
}

// Hashing hashes PINs within the budget of the process. An unreadable hash matches nothing, and takes as long.
type Hashing interface {
	Matches(ctx context.Context, hash, pin string) (bool, error)
	HashPIN(ctx context.Context, pin string) (string, error)
}

// Proving is by what citizens prove who they are.
type Proving struct {
	Passwords Passwords
	Hashing   Hashing
	Registrar *citizen.Registrar
}

// Proves gives the engine what citizens prove who they are by; before, nobody can.
func (e *Engine) Proves(p Proving) { e.proving = p }

// proved is a citizen who has proved who speaks.
type proved struct {
	citizen int64
	level   citizen.Verification
}

// ways are those that a dialogue offers, with the names that they have in it.
var ways = map[string]lockout.Way{"pin": lockout.PIN, "code": lockout.OTP, "totp": lockout.TOTP}

// who reads whom an attempt is about: the citizen of the interaction, or the one that a national number names, "7" of citizen 7, anything
// else of nobody.
func (r request) who() (whose int64, subject string) {
	text := r.text("who")
	if text == "" {
		whose = r.interaction.CitizenID
		if whose == 0 {
			return 0, lockout.Nobody(r.interaction.Number)
		}
		return whose, lockout.Citizen(whose)
	}
	whose, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, lockout.NobodyOf(text)
	}
	return whose, lockout.Citizen(whose)
}

// against is what failed attempts count against: the number that calls or writes, and whom they are about.
func (r request) against(subject string) []string {
	if r.interaction.Number == "" { // withheld: others who withhold theirs are not to suffer for it
		return []string{fmt.Sprintf("interaction:%d", r.interaction.ID), subject}
	}
	return []string{lockout.Number(r.interaction.Number), subject}
}

// prove judges an answer. Each way does the same work whoever it is about: the locks, the reading, a hash or a code, a line in the journal.
func (r request) prove(ctx context.Context, name string) (result, error) {
	way, ok := ways[name]
	if !ok || r.engine.proving.Passwords == nil || r.engine.proving.Hashing == nil {
		return result{outcome: "busy"}, nil
	}
	whose, subject := r.who()
	attempts, err := r.work.LockAttempts(ctx, way, r.against(subject)...)
	if err != nil {
		return result{}, err
	}
	factors, err := r.work.Factors(ctx, whose)
	if err != nil {
		return result{}, err
	}
	now := r.engine.clock()
	met, step, err := r.meets(ctx, way, factors)
	switch {
	case fault.KindOf(err) == fault.Unavailable: // nothing was judged, and nothing counts
		return result{outcome: "busy"}, nil
	case err != nil:
		return result{}, err
	}
	_, blocked := attempts.Blocked(now)
	given := result{outcome: "wrong"}
	switch {
	case blocked:
		given.outcome = "blocked"
	case met && whose != 0:
		attempts.Succeed(now)
		given = result{outcome: "proved", proved: &proved{whose, citizen.BySecret}}
	default:
		if _, blocked := attempts.Fail(now); blocked {
			given.outcome = "blocked"
		}
	}
	if err := r.work.KeepAttempts(ctx, attempts); err != nil {
		return result{}, err
	}
	if given.proved != nil && step != 0 {
		if err := r.work.TakeTOTP(ctx, whose, step); err != nil {
			return result{}, err
		}
	}
	if err := r.work.JournalProof(ctx, r.interaction.ID, string(way), given.outcome); err != nil || given.proved == nil {
		return given, err
	}
	return given, r.work.Prove(ctx, r.interaction.ID, whose, citizen.BySecret, string(way), now)
}

// someSecret stands for the secret of an authenticator where there is none, so that a code takes as long to compare.
const someSecret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

// meets says whether an answer is right, and of a code of an authenticator its step. It does as much for a wrong one, and for nobody.
func (r request) meets(ctx context.Context, way lockout.Way, f citizen.Factors) (met bool, step int64, err error) {
	answer := strings.TrimSpace(r.text("answer"))
	switch way {
	case lockout.PIN:
		met, err = r.engine.proving.Hashing.Matches(ctx, f.PINHash, answer)
		return met, 0, err
	case lockout.TOTP:
		step, right := totp.Step(cmp.Or(f.TOTP, someSecret), answer, r.engine.clock())
		return right && f.TOTP != "" && !f.Fresh && step > f.TOTPStep, step, nil
	}
	// What the answer counts, the challenge's own count included, is committed with the step whatever comes of it.
	_, err = r.engine.proving.Passwords.VerifyIn(ctx, r.work, otp.Own, r.text("challenge"), answer)
	switch {
	case err == nil:
		return true, 0, nil
	case isVerdict(err):
		return false, 0, nil
	}
	return false, 0, err
}

// verdicts are the errors by which an answer to a challenge is wrong; all others are of the machinery.
var verdicts = []error{otp.ErrWrong, otp.ErrExpired, otp.ErrExhausted, otp.ErrUsed, otp.ErrReplaced, otp.ErrCancelled, otp.ErrUnknown, otp.ErrBlocked}

func isVerdict(err error) bool {
	for _, verdict := range verdicts {
		if errors.Is(err, verdict) {
			return true
		}
	}
	return false
}
