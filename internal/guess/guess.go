// Package guess slows whoever guesses passwords, and lets the owner of an account in meanwhile: attempts are counted per account
// and per address, and apart from both for an address or a browser from which the account's owner has logged in before. It knows
// no storage and no protocol.
package guess

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"strings"
	"time"

	"okno/internal/fault"
)

// Way is where passwords are asked for. Each is counted by itself.
type Way string

// The ways in.
const (
	Desk    Way = "desk"    // operators
	Gateway Way = "gateway" // agencies, by SMPP
)

// Kind is what is counted.
type Kind string

// The kinds. A known attempt is counted as Known only, so that a stranger who guesses does not keep the owner out.
const (
	Account Kind = "account"
	Address Kind = "address"
	Known   Kind = "known" // an account with an address or a browser from which its owner has logged in
)

// The numbers. An attacker without anything known has 5 attempts and then about 100 a day for an account (NIST SP 800-63B-4
// §3.2.2 allows 100 in a row), and as many for each address; an owner who mistypes waits a minute at most.
const (
	free     = 5
	freeSite = 20 // an office shares an address
	firstLag = time.Second
	mostLag  = 15 * time.Minute
	knownLag = time.Minute
	// Quiet is the time without an attempt after which an episode is over.
	Quiet = time.Hour
	// Life is how long an address or a browser stays known after its last login.
	Life = 90 * 24 * time.Hour
)

// Key is what one count is of. Subject is a hash: a name of anybody's choice is kept nowhere.
type Key struct {
	Kind    Kind
	Subject []byte
}

// Attempt is somebody who gives a password.
type Attempt struct {
	Way     Way
	Account string // the name that was given, whether there is such an account or not
	Address string // or network of addresses
	Device  string // a browser's token; "": none
}

func hashed(parts ...string) []byte {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return sum[:]
}

// AccountKey is the account, as counts and marks have it.
func (a Attempt) AccountKey() []byte {
	return hashed("account", strings.ToLower(strings.TrimSpace(a.Account)))
}

// Marks are what an owner may be known by, the surest first.
func (a Attempt) Marks() [][]byte {
	marks := make([][]byte, 0, 2)
	if a.Device != "" {
		marks = append(marks, hashed("device", a.Device))
	}
	return append(marks, hashed("address", a.Address))
}

// Keys are what an attempt is counted as, in the order in which their rows are locked. mark is one that is known for the account,
// or nil.
func (a Attempt) Keys(mark []byte) []Key {
	if mark != nil {
		return []Key{{Known, hashed(string(a.AccountKey()), string(mark))}}
	}
	return []Key{{Account, a.AccountKey()}, {Address, hashed("address", a.Address)}}
}

// KnownMark gives the surest mark of an attempt that is among those known, or nil.
func (a Attempt) KnownMark(known [][]byte) []byte {
	for _, mark := range a.Marks() {
		if slices.ContainsFunc(known, func(k []byte) bool { return bytes.Equal(k, mark) }) {
			return mark
		}
	}
	return nil
}

// Tally is how a count stands.
type Tally struct {
	Failures int
	LastAt   time.Time
	Told     bool // the journal has the episode
}

// At is the count as it stands now: an episode that is over counts no more.
func (t Tally) At(now time.Time) Tally {
	if !t.LastAt.IsZero() && now.Sub(t.LastAt) >= Quiet {
		return Tally{}
	}
	return t
}

// Slowed says that an episode is worth a line in the journal.
func (t Tally) Slowed(k Kind) bool { return t.Failures >= freeOf(k) }

// Next is when the next attempt may be made.
func (t Tally) Next(k Kind) time.Time {
	if !t.Slowed(k) {
		return time.Time{}
	}
	most := mostLag
	if k == Known {
		most = knownLag
	}
	lag := firstLag << min(t.Failures-freeOf(k), 20)
	return t.LastAt.Add(min(lag, most))
}

func freeOf(k Kind) int {
	if k == Address {
		return freeSite
	}
	return free
}

// SlowDown says that an attempt was not looked at, and when to come again. It says nothing of whether there is such an account.
type SlowDown struct{ Until time.Time }

func (e *SlowDown) Error() string { return "too many wrong passwords; try again later" }

// Unwrap gives its kind.
func (e *SlowDown) Unwrap() error { return &fault.Error{Kind: fault.Unavailable, Text: e.Error()} }

// Outcome is what came of an attempt.
type Outcome int

// The outcomes.
const (
	Wrong   Outcome = iota
	Right           // the password was right
	Unasked         // the password was not looked at
)
