package transcript

import (
	"errors"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okno/internal/recording"
)

// memory is a source of samples.
type memory struct{ sides [2][]int16 }

func (m *memory) Read(most int) (sides [2][]int16, err error) {
	n := min(most, len(m.sides[0]))
	for i := range sides {
		sides[i], m.sides[i] = m.sides[i][:n], m.sides[i][n:]
	}
	return sides, nil
}

// Pieces are the whole recording, none is longer than it may be, and none ends in a word where there is a pause to end in.
func TestPiecesEndInPauses(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		length := rapid.IntRange(0, 45_000).Draw(t, "ms") * 8
		var said [2][]int16
		for i := range said {
			said[i] = make([]int16, length)
			for at := 0; ; {
				from := at + 8*rapid.IntRange(100, 3000).Draw(t, "pause")
				at = from + 8*rapid.IntRange(100, 2000).Draw(t, "word")
				if at > length {
					break
				}
				for n := from; n < at; n++ {
					said[i][n] = 5000 * int16(1-n%2*2)
				}
			}
		}
		cutter, got := &pieces{from: &memory{said}}, [2][]int16{}
		for {
			begin := len(got[0])
			piece, err := cutter.next()
			if errors.Is(err, io.EOF) {
				break
			}
			require.NoError(t, err)
			require.NotEmpty(t, piece[0])
			require.LessOrEqual(t, recording.LengthOfSamples(len(piece[0])), longestPiece)
			for i := range got {
				got[i] = append(got[i], piece[i]...)
			}
			at := len(got[0])
			if at < length && pauses(said, begin+8*14_000, begin+8*20_000, 8*200) {
				require.True(t, pauses(said, at-8*50, at+8*50, 8*100), "cut at %d", at)
			}
		}
		for i := range got {
			require.True(t, slices.Equal(said[i], got[i]))
		}
	})
}

// pauses says that both sides are silent for so many samples somewhere in a stretch.
func pauses(sides [2][]int16, from, to, samples int) bool {
	silence := 0
	for at := from; at < to; at++ {
		silence++
		if sides[0][at] != 0 || sides[1][at] != 0 {
			silence = 0
		}
		if silence == samples {
			return true
		}
	}
	return false
}

func TestNobodyIsHeardInTheNoiseOfALine(t *testing.T) {
	t.Parallel()
	noise := make([]int16, recording.SamplesIn(time.Second))
	for i := range noise {
		noise[i] = int16(i % 60)
	}
	require.True(t, silent(noise))
	require.True(t, silent(nil))
	for i := 4000; i < 4400; i++ {
		noise[i] = int16(1000 * (1 - 2*(i%2)))
	}
	require.False(t, silent(noise), "a word of 50 ms")
}
