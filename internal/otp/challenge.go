// Package otp sends one-time passwords for portals and checks them: NIST SP 800-63B-4 (2025) section 3.1.3 for the rules,
// OWASP for keeping the code. It knows no channel and no storage; a code is in no log, no transcript and no state.
package otp

import (
	"errors"
	"time"
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
)

// The rules. Six digits and single use are NIST's least; five minutes, five tries, three sends in ten minutes and ten a
// day are what large verification services allow.
const (
	Digits        = 6
	Lifetime      = 5 * time.Minute
	Tries         = 5
	SendsWindow   = 10 * time.Minute
	SendsInWindow = 3
	SendsADay     = 10
)

// The errors of sending and of checking. Their texts are safe to show.
var (
	ErrUnbound   = errors.New("the number is not bound to this citizen")
	ErrTooMany   = errors.New("too many passwords were sent to this number; try again later")
	ErrUnknown   = errors.New("no such challenge")
	ErrWrong     = errors.New("the password is wrong")
	ErrExpired   = errors.New("the password has expired")
	ErrExhausted = errors.New("too many wrong passwords; request a new one")
	ErrUsed      = errors.New("the password has been used")
	ErrReplaced  = errors.New("a newer password has been sent")
)

// Challenge is a one-time password sent for a purpose to a number.
type Challenge struct {
	ID        int64
	PublicID  string // what the portal holds
	Client    string
	Purpose   string
	Number    string // E.164
	CitizenID int64
	MAC       []byte
	Sealed    []byte // the code, encrypted; nil once it can no longer be used
	State     State
	Failures  int
	CreatedAt time.Time
	ExpiresAt time.Time
}

// Carry takes over the failures of the challenge's number and purpose over all codes: a new code does not reset the count (NIST SP
// 800-63B-4 §3.1.3). Beyond the tries that a code has, each has one.
func (c *Challenge) Carry(failures int) {
	c.Failures = max(c.Failures, min(failures, Tries-1))
}

// Live says whether the challenge can still be met.
func (c Challenge) Live(now time.Time) bool { return c.State == Sent && now.Before(c.ExpiresAt) }
