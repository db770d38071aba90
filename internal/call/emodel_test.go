package call_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okno/internal/call"
)

// Values computed by hand of the formulae of G.107 and G.113.
func TestMOSOfAPath(t *testing.T) {
	t.Parallel()
	ms := time.Millisecond
	for _, c := range []struct {
		what  string
		path  call.Path
		mos   float64
		grade call.Grade
	}{
		{"nothing is wrong", call.Path{}, 4.40, call.Good},
		{"a country away", call.Path{RoundTrip: 80 * ms, Jitter: 5 * ms}, 4.37, call.Good},
		{"a satellite", call.Path{RoundTrip: 600 * ms, Jitter: 5 * ms}, 3.53, call.Fair},
		{"one packet of a hundred", call.Path{Loss: 0.01}, 3.81, call.Fair},
		{"one of a hundred, concealed", call.Path{Loss: 0.01, Conceals: true}, 4.32, call.Good},
		{"three of a hundred", call.Path{Loss: 0.03}, 2.77, call.Poor},
		{"one of ten", call.Path{Loss: 0.1}, 1.46, call.Poor},
		{"one of ten, concealed", call.Path{Loss: 0.1, Conceals: true}, 3.39, call.Fair},
		{"jitter of 150 ms", call.Path{Jitter: 150 * ms}, 3.59, call.Fair},
		{"nothing comes", call.Path{Loss: 1}, 1, call.Poor},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			require.InDelta(t, c.mos, c.path.MOS(), 0.01)
			require.Equal(t, c.grade, call.GradeOf(c.path.MOS()))
		})
	}
}

func TestMOSNeverRisesWithLossDelayOrJitter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		span := rapid.Custom(func(t *rapid.T) time.Duration {
			return time.Duration(rapid.Int64Range(0, int64(10*time.Second)).Draw(t, "span"))
		})
		share := rapid.Float64Range(0, 1)
		p := call.Path{Loss: share.Draw(t, "loss"), Jitter: span.Draw(t, "jitter"), RoundTrip: span.Draw(t, "round trip"), Conceals: rapid.Bool().Draw(t, "conceals")}
		worse := p
		switch rapid.IntRange(0, 3).Draw(t, "what gets worse") {
		case 0:
			worse.Loss = min(1, p.Loss+share.Draw(t, "more loss"))
		case 1:
			worse.Jitter += span.Draw(t, "more jitter")
		case 2:
			worse.RoundTrip += span.Draw(t, "longer round trip")
		case 3:
			worse.Conceals = false
		}
		require.LessOrEqual(t, worse.MOS(), p.MOS()+1e-9) // of rounding
		for _, mos := range []float64{p.MOS(), worse.MOS()} {
			require.GreaterOrEqual(t, mos, 1.0)
			require.LessOrEqual(t, mos, 4.5)
		}
	})
}
