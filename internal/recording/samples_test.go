package recording

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// A kept recording reads as what was said, from any moment on, in parts of any size.
func TestAKeptRecordingReadsAsSamples(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		length := rapid.IntRange(0, 4000).Draw(t, "length")
		said := [2][]int16{}
		for i := range said {
			said[i] = rapid.SliceOfN(rapid.SampledFrom(linear[:]), length, length).Draw(t, "side")
		}
		both, err := Stereo(mono(said[0], 0), mono(said[1], 0))
		require.NoError(t, err)
		kept, err := io.ReadAll(both)
		require.NoError(t, err)
		from := rapid.IntRange(0, 600).Draw(t, "ms")
		samples, err := SamplesOf(bytes.NewReader(kept), time.Duration(from)*time.Millisecond)
		require.NoError(t, err)
		part := rapid.IntRange(1, 5000).Draw(t, "part")
		read := [2][]int16{}
		for {
			sides, err := samples.Read(part)
			require.NoError(t, err)
			require.Len(t, sides[1], len(sides[0]))
			for i := range read {
				read[i] = append(read[i], sides[i]...)
			}
			if len(sides[0]) < part {
				break
			}
		}
		for i := range read {
			require.True(t, slices.Equal(said[i][min(8*from, length):], read[i]), "side %d", i)
		}
	})
}

func TestWhatIsNoKeptRecordingIsRefused(t *testing.T) {
	t.Parallel()
	whole, err := io.ReadAll(mono([]int16{1}, 2).Content)
	require.NoError(t, err)
	for _, other := range [][]byte{whole, bytes.Repeat([]byte("x"), 100), []byte("RIFF"), nil} {
		_, err := SamplesOf(bytes.NewReader(other), 0)
		require.ErrorIs(t, err, ErrForm)
	}
	away := errors.New("the disk is away")
	_, err = SamplesOf(iotest.ErrReader(away), 0)
	require.ErrorIs(t, err, away)
}
