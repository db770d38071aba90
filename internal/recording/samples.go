package recording

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"
)

// Rate is the samples a second of a recording.
const Rate = rate

// Samples reads a recording that was kept as linear samples.
type Samples struct{ from *bufio.Reader }

// SamplesOf reads a kept recording on from a moment of it. [ErrForm] of what [Stereo] has not made; or what reading fails with.
func SamplesOf(kept io.Reader, from time.Duration) (*Samples, error) {
	s := &Samples{bufio.NewReaderSize(kept, 64<<10)}
	var head [headerSize]byte
	_, err := io.ReadFull(s.from, head[:])
	if ended(err) || err == nil && !bytes.Equal(head[8:46], header(0)[8:46]) { // without the lengths
		return nil, ErrForm
	}
	if err == nil {
		_, err = io.CopyN(io.Discard, s.from, 2*SamplesIn(from))
	}
	if err != nil && !ended(err) { // a moment behind the end: nothing is left
		return nil, fmt.Errorf("read recording: %w", err)
	}
	return s, nil
}

// SamplesIn is how many samples a side has in a time.
func SamplesIn(d time.Duration) int64 { return int64(d) * rate / int64(time.Second) }

// LengthOfSamples is how long so many samples of a side are.
func LengthOfSamples(n int) time.Duration { return time.Duration(n) * time.Second / rate }

// LengthOfKept is how long a kept recording is, by its bytes.
func LengthOfKept(size int64) time.Duration { return LengthOfSamples(int(max(size-headerSize, 0) / 2)) }

// Read gives up to so many samples of both sides, in the order of [Sides]: fewer where the recording ends.
func (s *Samples) Read(most int) (sides [2][]int16, err error) {
	encoded := make([]byte, 2*most)
	n, err := io.ReadFull(s.from, encoded)
	if err != nil && !ended(err) {
		return sides, fmt.Errorf("read recording: %w", err)
	}
	for i := range sides {
		sides[i] = make([]int16, n/2)
		for at := range sides[i] {
			sides[i][at] = linear[encoded[2*at+i]]
		}
	}
	return sides, nil
}

func ended(err error) bool { return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) }

// linear has the sample of each code of G.711 μ-law.
var linear = func() (table [256]int16) {
	for code := range table {
		b := ^byte(code)
		value := (int(b&0x0F)<<3+0x84)<<(b>>4&7) - 0x84
		if b&0x80 != 0 {
			value = -value
		}
		table[code] = int16(value)
	}
	return table
}()
