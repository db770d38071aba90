package otp

import (
	"errors"

	"okno/internal/citizen"
)

// Line is what a call tells of who is on it.
type Line struct {
	Verification citizen.Verification
	Vouched      bool // the trunk vouches for the caller's number: caller ID alone is a claim, and anybody can make it
	Recorded     bool // the call is being recorded, now
}

// The reasons for which a code is not read out.
var (
	ErrRecorded = errors.New("a code is not spoken while the call is recorded")
	ErrUnproved = errors.New("a code is not spoken on caller ID alone")
)

// ReadOut says whether a code may be spoken on a line: with the recording paused, and only after another factor than the code
// (BySecret, ByAgent), or to a bound number for which the trunk vouches.
func ReadOut(l Line) error {
	switch {
	case l.Recorded:
		return ErrRecorded
	case l.Verification.AtLeast(citizen.BySecret), l.Vouched && l.Verification.AtLeast(citizen.ByNumber):
		return nil
	}
	return ErrUnproved
}
