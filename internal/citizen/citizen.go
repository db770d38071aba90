// Package citizen is who contacts Okno: a person, the numbers bound to that person, and how sure we are of it. It knows
// no channel and no storage.
package citizen

import (
	"errors"
	"slices"
	"time"

	"okno/internal/dialogue"
)

// Verification is how sure we are, now, of who speaks.
type Verification string

// The levels, from least to most.
const (
	Nobody   Verification = "none"
	ByNumber Verification = "number" // the call or message comes from a bound number
	BySecret Verification = "secret" // a PIN or a one-time password on top
	ByAgent  Verification = "agent"  // an operator checked
)

// levels are the verifications, from least to most.
var levels = []Verification{Nobody, ByNumber, BySecret, ByAgent}

// AtLeast says whether a verification is as good as another. What is no level counts as none when it is held, and as more than
// all when it is asked for.
func (v Verification) AtLeast(least Verification) bool {
	asked := slices.Index(levels, least)
	return least == "" || asked >= 0 && max(slices.Index(levels, v), 0) >= asked
}

// ErrUnknown says that nobody knows who a contact is with.
var ErrUnknown = errors.New("no such citizen")

// Known is what is known of a number beforehand.
type Known struct {
	CitizenID int64             // 0 when the number is not bound
	Language  dialogue.Language // "" when none was chosen
	Stopped   bool              // wants no notices
	Binding   int64             // the id of the number's binding, or 0
	Lowered   bool              // the binding proves nothing any more, until it is proved anew
	HeardAt   time.Time         // when the bound number was used, to within [HeardEvery]
}

// HeardEvery is how exactly it is kept when a bound number was used: a message does not write each time.
const HeardEvery = 7 * 24 * time.Hour

// Verification is what a contact from the number proves.
func (k Known) Verification() Verification {
	if k.CitizenID == 0 || k.Lowered {
		return Nobody
	}
	return ByNumber
}

// Citizen is a person.
type Citizen struct {
	ID             int64
	Kind           string // of the national number, by name: [Kinds]; "" is the first
	NationalNumber string
	Name           string
	Language       dialogue.Language
	Numbers        []string // bound, E.164
	CreatedAt      time.Time
}
