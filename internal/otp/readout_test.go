package otp

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/citizen"
)

// The table is whole: every level on every kind of line.
func TestACodeIsNeverSpokenOnCallerIDAlone(t *testing.T) {
	t.Parallel()
	for _, v := range []citizen.Verification{citizen.Nobody, citizen.ByNumber, citizen.BySecret, citizen.ByAgent} {
		for _, vouched := range []bool{false, true} {
			for _, recorded := range []bool{false, true} {
				var want error
				switch {
				case recorded:
					want = ErrRecorded
				case v == citizen.Nobody, v == citizen.ByNumber && !vouched:
					want = ErrUnproved
				}
				require.Equal(t, want, ReadOut(Line{Verification: v, Vouched: vouched, Recorded: recorded}), "%s %v %v", v, vouched, recorded)
			}
		}
	}
}
