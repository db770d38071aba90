// Package lockout says when a way in is blocked after failed attempts, and for how long. It is pure: the store keeps the counts
// (internal/postgres/lockout), and who asks tells what the attempts are against. It knows no channel.
package lockout

import (
	"fmt"
	"slices"
	"time"
)

// Way is a way in, by which somebody proves who they are.
type Way string

// The ways in.
const (
	OTP        Way = "otp"         // a one-time password
	PIN        Way = "pin"         // the telephone PIN
	TOTP       Way = "totp"        // a code of the citizen's authenticator
	CaseNumber Way = "case_number" // a case asked for by its number: guesses at numbers count
	Login      Way = "login"       // an agent's password
	Operator   Way = "operator"    // questions by an operator
	Office     Way = "office"      // in person, with a document
)

// Ways are the ways in that a citizen may be told of, the easiest first.
var Ways = []Way{OTP, PIN, TOTP, Operator, Office}

// Others are the ways that are left to a citizen while some are blocked.
func Others(blocked ...Way) []Way {
	return slices.DeleteFunc(slices.Clone(Ways), func(w Way) bool { return slices.Contains(blocked, w) })
}

// The rule. Ten failures block a way for a quarter of an hour. A failure is forgotten after as long: so after a block there is one
// attempt, and then one each quarter of an hour, until one succeeds. That is about a hundred guesses a day at most, which is what
// NIST SP 800-63B-4 §3.2.2 allows in all.
const (
	Most  = 10
	Block = 15 * time.Minute
	Decay = 15 * time.Minute
)

// State is what is kept of the attempts against one subject. The zero State has none.
type State struct {
	Failures     int       // as of Since
	Since        time.Time // up to when time has lowered the count
	BlockedUntil time.Time // zero: never was
}

// At is the state at a moment: time has lowered its count.
func (s State) At(now time.Time) State {
	if s.Failures <= 0 {
		return State{Since: now, BlockedUntil: s.BlockedUntil}
	}
	if passed := now.Sub(s.Since); passed >= Decay {
		gone := int(min(passed/Decay, time.Duration(s.Failures)))
		s.Failures -= gone
		s.Since = s.Since.Add(time.Duration(gone) * Decay)
	}
	return s
}

// Blocked says whether no attempt counts now.
func (s State) Blocked(now time.Time) bool { return now.Before(s.BlockedUntil) }

// Fail is the state after a failed attempt.
func (s State) Fail(now time.Time) State {
	s = s.At(now)
	if s.Failures == 0 {
		s.Since = now
	}
	if s.Failures++; s.Failures >= Most {
		s.Failures, s.Since, s.BlockedUntil = Most, now, now.Add(Block)
	}
	return s
}

// Succeed is the state after an attempt that succeeded.
func (s State) Succeed(now time.Time) State { return State{Since: now} }

// Number is the subject of attempts against a telephone number, in E.164.
func Number(number string) string { return "number:" + number }

// Citizen is the subject of attempts against a citizen.
func Citizen(id int64) string { return fmt.Sprintf("citizen:%d", id) }

// NobodyOf stands for the citizen of a national number that is nobody's, by its blind index: the work is the same as with a citizen.
func NobodyOf(index string) string { return "nobody:" + index }

// Nobody stands for the citizen of a number that is bound to nobody: the work is the same as with a citizen, and so is the time.
func Nobody(number string) string { return "nobody:" + number }

// Book is the locked states of all that one attempt is against: a number, and the citizen that it is bound to. The store gives
// it, the attempt changes it, and the store keeps it.
type Book struct {
	Way    Way
	States map[string]State // by subject
	// Changed are the subjects whose states are to be kept.
	Changed map[string]bool
}

// Blocked says until when no attempt counts, if there is such a moment.
func (b *Book) Blocked(now time.Time) (until time.Time, blocked bool) {
	for _, s := range b.States {
		if s.Blocked(now) && s.BlockedUntil.After(until) {
			until, blocked = s.BlockedUntil, true
		}
	}
	return until, blocked
}

// Fail counts a failed attempt against all of them, and says until when the way is blocked by it.
func (b *Book) Fail(now time.Time) (until time.Time, blocked bool) {
	for subject, s := range b.States {
		b.set(subject, s.Fail(now))
	}
	return b.Blocked(now)
}

// Succeed ends the counts.
func (b *Book) Succeed(now time.Time) {
	for subject, s := range b.States {
		if s.Failures > 0 || !s.BlockedUntil.IsZero() {
			b.set(subject, s.Succeed(now))
		}
	}
}

// Take takes over what has changed in another book.
func (b *Book) Take(other Book) {
	for subject := range other.Changed {
		b.set(subject, other.States[subject])
	}
}

func (b *Book) set(subject string, s State) {
	if b.Changed == nil {
		b.Changed = map[string]bool{}
	}
	b.States[subject], b.Changed[subject] = s, true
}

// Quiet is how long refused attempts must stay away for their episode to be over: the next begins another, with a row of its own
// in the journal.
const Quiet = 15 * time.Minute
