// Package otp sends one-time passwords, for portals and for steps of Okno's own, and checks them: NIST SP 800-63B-4 (2025) sections
// 3.1.3 and 3.2.2 for the rules, OWASP for keeping the code. It knows no channel and no storage; a code is in no log, no
// transcript and no state.
package otp

import (
	"errors"
	"time"

	"okno/internal/dialogue"
	"okno/internal/lockout"
)

// State is where a challenge stands.
type State string

// The states.
const (
	Sent       State = "sent"
	Verified   State = "verified"
	Expired    State = "expired"
	Exhausted  State = "exhausted"
	Superseded State = "superseded"
	Cancelled  State = "cancelled"
)

// The errors of sending and of checking. Their texts are safe to show.
var (
	ErrTooMany   = errors.New("too many passwords were sent to this number; try again later")
	ErrTooSoon   = errors.New("the last password was sent a moment ago; try again later")
	ErrBlocked   = errors.New("too many wrong passwords; use another way, or try again later")
	ErrBudget    = errors.New("the passwords of this day are spent")
	ErrHeld      = errors.New("passwords to these numbers are held: too few of the last were verified")
	ErrOperator  = errors.New("no more passwords for this: the citizen may call an operator")
	ErrPurpose   = errors.New("the client has no such purpose")
	ErrOrigin    = errors.New("this host is none of the purpose's origins")
	ErrLanguage  = errors.New("no such language")
	ErrPrefix    = errors.New("no passwords are sent to numbers like this")
	ErrUnknown   = errors.New("no such challenge")
	ErrWrong     = errors.New("the password is wrong")
	ErrExpired   = errors.New("the password has expired")
	ErrExhausted = errors.New("too many wrong passwords; request a new one")
	ErrUsed      = errors.New("the password has been used")
	ErrReplaced  = errors.New("a newer password has been sent")
	ErrCancelled = errors.New("the challenge was cancelled")
)

// Refusal is an error with what helps whoever is refused.
type Refusal struct {
	Err     error         // one of the above
	RetryAt time.Time     // when the same may succeed; zero: nobody knows
	Ways    []lockout.Way // that are left to the citizen
}

func (r *Refusal) Error() string { return r.Err.Error() }

func (r *Refusal) Unwrap() error { return r.Err }

// Challenge is a one-time password sent for a purpose to a number.
type Challenge struct {
	ID        int64
	PublicID  string // what the portal holds
	Client    string
	Purpose   string
	Number    string // E.164
	CitizenID int64  // 0: the number is bound to nobody
	Decoy     bool   // nothing was sent, and no answer is right: the number is bound to nobody, which nobody is to learn
	Channel   Channel
	Nth       int // of the passwords sent one after the other for the same
	Origin    string
	Language  dialogue.Language
	MAC       []byte
	Sealed    []byte // the code, encrypted; nil once it can no longer be used
	State     State
	Tries     int // that it has
	Failures  int
	CreatedAt time.Time
	ExpiresAt time.Time
}

// Live says whether the challenge can still be met.
func (c Challenge) Live(now time.Time) bool { return c.State == Sent && now.Before(c.ExpiresAt) }

// Left is how many tries the challenge still has.
func (c Challenge) Left(now time.Time) int {
	if !c.Live(now) {
		return 0
	}
	return max(c.Tries-c.Failures, 0)
}

// Subjects are what a wrong answer counts against: the number, and its citizen.
func (c Challenge) Subjects() []string {
	whose := lockout.Nobody(c.Number)
	if c.CitizenID != 0 {
		whose = lockout.Citizen(c.CitizenID)
	}
	return []string{lockout.Number(c.Number), whose}
}

// ended is the error of an answer to a challenge that cannot be met any more.
func (c Challenge) ended() error {
	switch c.State {
	case Verified:
		return ErrUsed
	case Superseded:
		return ErrReplaced
	case Exhausted:
		return ErrExhausted
	case Cancelled:
		return ErrCancelled
	}
	return ErrExpired
}
