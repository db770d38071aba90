package recording

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// mono is a file as Asterisk writes one; length is what its header tells of it.
func mono(samples []int16, length uint32) *File {
	b := &bytes.Buffer{}
	for _, field := range []any{[]byte("RIFF"), length + 36, []byte("WAVEfmt "), uint32(16), uint16(1), uint16(1), uint32(8000), uint32(16000), uint16(2), uint16(16),
		[]byte("data"), length, samples} {
		_ = binary.Write(b, binary.LittleEndian, field)
	}
	return &File{bytes.NewReader(b.Bytes()), int64(b.Len())}
}

// decode is G.711 μ-law.
func decode(b byte) int {
	b = ^b
	value := (int(b&0x0F)<<3+0x84)<<(b>>4&7) - 0x84
	if b&0x80 != 0 {
		return -value
	}
	return value
}

// Both sides are on their own channel, whichever is shorter ends in silence, and the header tells the length.
func TestStereo(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		sides := [2][]int16{rapid.SliceOfN(rapid.Int16(), 0, 400).Draw(t, "citizen"), rapid.SliceOfN(rapid.Int16(), 0, 400).Draw(t, "others")}
		both, err := Stereo(mono(sides[0], uint32(2*len(sides[0]))), mono(sides[1], 0)) // a killed process tells no length
		require.NoError(t, err)
		content, err := io.ReadAll(iotest.OneByteReader(both))
		if err == nil {
			both, err = Stereo(mono(sides[0], 0), mono(sides[1], 0))
			require.NoError(t, err)
			var again []byte
			again, err = io.ReadAll(both)
			require.Equal(t, again, content, "how it is read changes it")
		}
		require.NoError(t, err)
		longest := max(len(sides[0]), len(sides[1]))
		require.Len(t, content, headerSize+2*longest)
		require.EqualValues(t, len(content)-8, binary.LittleEndian.Uint32(content[4:]))
		require.EqualValues(t, 2*longest, binary.LittleEndian.Uint32(content[headerSize-4:]))
		for i := range longest {
			for side, samples := range sides {
				want := 0
				if i < len(samples) {
					want = min(max(int(samples[i]), -32635), 32635)
				}
				require.InDelta(t, want, decode(content[headerSize+2*i+side]), 8+math.Abs(float64(want))/31, "side %d, sample %d", side, i)
			}
		}
	})
}

func TestStereoOfOneSide(t *testing.T) {
	t.Parallel()
	both, err := Stereo(nil, mono([]int16{1000, 2000}, 4))
	require.NoError(t, err)
	content, err := io.ReadAll(both)
	require.NoError(t, err)
	require.Len(t, content, headerSize+4)
	require.Zero(t, decode(content[headerSize]))
	require.InDelta(t, 2000, decode(content[headerSize+3]), 70)
}

// What is no recording of Asterisk's, or ends before its first sample, is refused.
func TestStereoRefuses(t *testing.T) {
	t.Parallel()
	whole, err := io.ReadAll(mono([]int16{1}, 2).Content)
	require.NoError(t, err)
	for n := range 44 {
		_, err := Stereo(&File{bytes.NewReader(whole[:n]), int64(n)}, nil)
		require.ErrorIs(t, err, ErrForm, "%d bytes", n)
	}
	wide := bytes.Clone(whole)
	wide[24], wide[25] = 0x80, 0x3E // 16 kHz
	_, err = Stereo(nil, &File{bytes.NewReader(wide), int64(len(wide))})
	require.ErrorIs(t, err, ErrForm)
}
