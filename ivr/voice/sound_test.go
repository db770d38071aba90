package voice

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// What the telephone carries passes the resampler unchanged, what would fold back into it is gone.
func TestResample(t *testing.T) {
	t.Parallel()
	const from = 22050
	for hertz, wantLevel := range map[float64]float64{300: 1, 1000: 1, 3000: 1, 4800: 0, 7000: 0} {
		in := make([]float64, from)
		for i := range in {
			in[i] = math.Sin(2 * math.Pi * hertz * float64(i) / from)
		}
		out := resample(in, from)
		require.Len(t, out, rate)
		var sum float64
		for i, sample := range out[rate/4 : rate*3/4] {
			if wantLevel == 1 {
				require.InDelta(t, math.Sin(2*math.Pi*hertz*float64(i+rate/4)/rate), sample, 0.02, "%v Hz", hertz)
			}
			sum += sample * sample
		}
		require.InDelta(t, wantLevel, math.Sqrt(2*sum/(rate/2)), 0.02, "%v Hz", hertz)
	}
}

func TestTrimAndLevel(t *testing.T) {
	t.Parallel()
	sound := make([]float64, 3*rate)
	for i := rate; i < 2*rate; i++ {
		sound[i] = 0.9 * math.Sin(float64(i)/5)
	}
	trimmed := trim(sound)
	require.InDelta(t, rate+lead+tail, len(trimmed), 10)
	for _, sample := range level(trimmed) {
		require.LessOrEqual(t, math.Abs(sample), speechPeak)
	}
	require.Empty(t, trim(make([]float64, rate)), "silence has nothing to say")
	require.Len(t, trim([]float64{0.5}), 1+tail, "sound up to the very end still gets its gap")
}
