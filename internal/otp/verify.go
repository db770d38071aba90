package otp

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode"

	"okno/internal/lockout"
	"okno/internal/words"
)

// Checker carries an answer through, in one transaction: it locks the challenge of a client and the attempts against its number
// and citizen, has the answer judged, and keeps what was judged with a line in the journal. ErrUnknown.
type Checker interface {
	CheckChallenge(ctx context.Context, client, publicID string, now time.Time, judge func(*Challenge, *lockout.Book)) error
}

// Verify checks an answer, and gives the proof that it was right, for the client to show to its other parts. A right one is accepted
// once. ErrWrong, ErrExpired, ErrExhausted, ErrUsed, ErrReplaced, ErrCancelled, ErrUnknown, or a [Refusal] with ErrBlocked.
func (s *Service) Verify(ctx context.Context, client, publicID, answer string) (Proof, error) {
	c, err := s.VerifyIn(ctx, s.store, client, publicID, answer)
	if errors.Is(err, ErrUnknown) {
		s.note(ctx, client, "otp.unknown", nil)
	}
	s.metrics.verified(client, err)
	if err != nil {
		return Proof{}, err
	}
	return s.ring.Sign(c, s.clock())
}

// VerifyIn is [Service.Verify] as a part of another unit of work, for steps of Okno's own. What it counts must be committed whatever
// it gives.
func (s *Service) VerifyIn(ctx context.Context, w Checker, client, publicID, answer string) (Challenge, error) {
	now := s.clock()
	var judged Challenge
	var verdict error
	err := w.CheckChallenge(ctx, client, publicID, now, func(c *Challenge, attempts *lockout.Book) {
		verdict = s.judge(c, attempts, read(answer), now)
		judged = *c
	})
	if err != nil { // the answer may still be judged, for nobody
		return Challenge{}, err
	}
	return judged, verdict
}

// read gives the code that a citizen has typed: as "123 456" or "123-456", in the digits of any script. What has anything else in it
// is no code, and stays as it is.
func read(answer string) string {
	answer = words.Normalise(answer)
	code := strings.Map(func(r rune) rune {
		if r == ' ' || r == '.' || unicode.Is(unicode.Pd, r) {
			return -1
		}
		return r
	}, answer)
	if code == "" || strings.Trim(code, "0123456789") != "" {
		return answer
	}
	return code
}

// judge says what an answer is worth, and counts it. It compares first, whatever stands, so that the time tells nothing.
func (s *Service) judge(c *Challenge, attempts *lockout.Book, answer string, now time.Time) error {
	met := s.vault.Matches(*c, answer)
	if c.State != Sent {
		return c.ended()
	}
	if !c.Live(now) {
		c.State = Expired
		return ErrExpired
	}
	if until, blocked := attempts.Blocked(now); blocked {
		return blockedUntil(until)
	}
	if met {
		c.State = Verified
		attempts.Succeed(now)
		return nil
	}
	if c.Failures++; c.Failures >= c.Tries {
		c.State = Exhausted
	}
	if until, blocked := attempts.Fail(now); blocked {
		return blockedUntil(until)
	}
	if c.State == Exhausted {
		return ErrExhausted
	}
	return ErrWrong
}

func blockedUntil(until time.Time) error {
	return &Refusal{Err: ErrBlocked, RetryAt: until, Ways: lockout.Others(lockout.OTP)}
}
