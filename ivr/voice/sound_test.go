package voice

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const rate = narrow

func loudness(samples []float64) float64 { return sound{samples, rate}.loudness() }

// What the telephone carries passes the resampler unchanged, what would fold back into it is gone.
func TestResample(t *testing.T) {
	t.Parallel()
	const from = 22050
	for hertz, wantLevel := range map[float64]float64{300: 1, 1000: 1, 3000: 1, 4800: 0, 7000: 0} {
		in := make([]float64, from)
		for i := range in {
			in[i] = math.Sin(2 * math.Pi * hertz * float64(i) / from)
		}
		out := sound{in, from}.resample(rate).samples
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

// A sine of 997 Hz at full scale has -3.01 LUFS, by definition; a second of it among silence is as loud as it is alone.
func TestLoudness(t *testing.T) {
	t.Parallel()
	require.InDelta(t, -3.01, loudness(sine(997, 1, rate)), 0.1)
	require.InDelta(t, -23.01, loudness(sine(997, 0.1, rate)), 0.1)
	require.InDelta(t, -3.01, loudness(sine(997, 1, rate/20)), 3.2, "half of the one block is silence")
	require.InDelta(t, -3.01, loudness(append(make([]float64, 3*rate), sine(997, 1, rate)...)), 0.3)
	require.Less(t, loudness(sine(20, 1, rate)), -12.0, "a hum is not speech")
	for _, quieter := range []float64{0.001, 0.05, 0.5} {
		require.InDelta(t, Target, sound{sine(997, quieter, rate), rate}.level().loudness(), 0.2)
	}
	require.Equal(t, make([]float64, 100), sound{make([]float64, 100), rate}.level().samples, "silence stays silent")
}

func sine(hertz, size float64, length int) []float64 {
	out := make([]float64, length)
	for i := range out {
		out[i] = size * math.Sin(2*math.Pi*hertz*float64(i)/rate)
	}
	return out
}

func TestTrimAndLevel(t *testing.T) {
	t.Parallel()
	for _, rate := range []int{narrow, wide} {
		spoken := make([]float64, 3*rate)
		for i := rate; i < 2*rate; i++ {
			spoken[i] = 0.9 * math.Sin(float64(i)/5)
		}
		trimmed := sound{spoken, rate}.trim()
		require.InDelta(t, time.Second+lead+trail, trimmed.length(), float64(2*time.Millisecond))
		for _, sample := range trimmed.level().samples {
			require.LessOrEqual(t, math.Abs(sample), speechPeak)
		}
		require.Empty(t, quiet(time.Second, rate).trim().samples, "silence has nothing to say")
		require.InDelta(t, trail, sound{[]float64{0.5}, rate}.trim().length(), float64(time.Millisecond), "sound up to the very end still gets its gap")
		require.Equal(t, codeSlot, sound{[]float64{0.5}, rate}.padded(codeSlot).length())
	}
}
