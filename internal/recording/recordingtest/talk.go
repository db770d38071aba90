// Package recordingtest makes recordings for tests.
package recordingtest

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/recording"
)

// Span is a time in which somebody speaks: a tone as loud as speech.
type Span struct{ From, To time.Duration }

// Talk gives a talk as it is kept, in which each side speaks at some times.
func Talk(t testing.TB, length time.Duration, citizen, others []Span) []byte {
	t.Helper()
	both, err := recording.Stereo(side(length, citizen), side(length, others))
	require.NoError(t, err)
	kept, err := io.ReadAll(both)
	require.NoError(t, err)
	return kept
}

// side is a file of Asterisk's.
func side(length time.Duration, spans []Span) *recording.File {
	samples := make([]int16, recording.SamplesIn(length))
	for _, span := range spans {
		for i := recording.SamplesIn(span.From); i < recording.SamplesIn(span.To); i++ {
			samples[i] = int16(8000 * math.Sin(2*math.Pi*440*float64(i)/recording.Rate))
		}
	}
	b := &bytes.Buffer{}
	size := uint32(2 * len(samples))
	for _, field := range []any{[]byte("RIFF"), size + 36, []byte("WAVEfmt "), uint32(16), uint16(1), uint16(1), uint32(recording.Rate), uint32(2 * recording.Rate),
		uint16(2), uint16(16), []byte("data"), size, samples} {
		_ = binary.Write(b, binary.LittleEndian, field) // a buffer takes everything
	}
	return &recording.File{Content: bytes.NewReader(b.Bytes()), Size: int64(b.Len())}
}
