package acd_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/acd"
	"okno/internal/contact"
)

func TestAdmission(t *testing.T) {
	t.Parallel()
	limited := acd.Rules{MostWaiting: 3, MostOfNumber: 2}
	for _, row := range []struct {
		rules acd.Rules
		stand acd.Standing
		want  contact.Admission
	}{
		{limited, acd.Standing{OnDuty: true}, contact.Joined},
		{limited, acd.Standing{OnDuty: true, Waiting: 2, OfNumber: 1}, contact.Joined},
		{limited, acd.Standing{OnDuty: true, Waiting: 3}, contact.Busy},
		{limited, acd.Standing{OnDuty: true, OfNumber: 2}, contact.Busy},
		{limited, acd.Standing{Waiting: 3, OfNumber: 2}, contact.Closed},
		{acd.Rules{}, acd.Standing{OnDuty: true, Waiting: 1000, OfNumber: 1000}, contact.Joined},
	} {
		require.Equal(t, row.want, row.rules.Admit(row.stand), "%+v", row)
	}
}
