package ivrtest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
	"math/cmplx"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const rate = 8000 // samples a second, everywhere here

// Sound is mono sound at 8 kHz, each sample in -1..1.
type Sound []float64

// Match is the place in a recording that is likest to a clip.
type Match struct {
	At       time.Duration
	Likeness float64 // normalised cross-correlation, 1 for the same sound, at any loudness
}

// enough tells the same sound from any other: through A-law the same clip reaches 0.9 and more, while other speech stays
// below 0.6, and longer clips far below it, as the test of Find shows.
const enough = 0.7

// Found says that this is the clip, not just the likeliest place.
func (m Match) Found() bool { return m.Likeness >= enough }

func (m Match) String() string { return fmt.Sprintf("%v with likeness %.2f", m.At, m.Likeness) }

// ReadSound reads a WAV file of 8 kHz, 16 bits and one channel; it may still be written to.
func ReadSound(t *testing.T, file string) Sound {
	t.Helper()
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	start := bytes.Index(content, []byte("data"))
	if start < 0 {
		return nil // nothing written yet
	}
	require.Equal(t, uint32(rate), binary.LittleEndian.Uint32(content[24:]), "sample rate of %s", file)
	require.Equal(t, uint16(16), binary.LittleEndian.Uint16(content[34:]), "bits a sample of %s", file)
	return samples(content[start+8:])
}

// samples reads 16-bit samples, little-endian.
func samples(pcm []byte) Sound {
	sound := make(Sound, len(pcm)/2)
	for i := range sound {
		sound[i] = float64(int16(binary.LittleEndian.Uint16(pcm[2*i:]))) / math.MaxInt16
	}
	return sound
}

// Length is how long the sound lasts.
func (s Sound) Length() time.Duration { return length(len(s)) }

func length(samples int) time.Duration { return time.Duration(samples) * time.Second / rate }

// From is the sound from a place on.
func (s Sound) From(at time.Duration) Sound {
	return s[min(int(at*rate/time.Second), len(s)):]
}

// Until is the sound up to a place.
func (s Sound) Until(at time.Duration) Sound {
	return s[:min(int(at*rate/time.Second), len(s))]
}

// Level is the sound's root mean square in dB below full scale.
func (s Sound) Level() float64 {
	var sum float64
	for _, sample := range s {
		sum += sample * sample
	}
	return 10 * math.Log10(sum/float64(len(s))+1e-12)
}

const (
	piece = rate * 8 / 10 // a piece of a clip that is looked for by itself
	slip  = rate / 5      // how far off it may be: under load, packets are lost or late
	cut   = rate / 10     // how much of a clip's end a hang-up may take along

	cutLength = cut * time.Second / rate
)

// Find returns where in s the clip is likeliest to be: its beginning is placed, then each piece of it near its place, so that
// a packet lost in the middle does not spoil the likeness of what comes after.
func (s Sound) Find(clip Sound) Match {
	padded := append(slices.Clip(s), make(Sound, cut)...)
	if len(padded) < len(clip) {
		return Match{}
	}
	at, likeness := padded.place(clip[:min(2*piece, len(clip))])
	if len(clip) < 2*piece {
		return Match{At: length(at), Likeness: likeness}
	}
	if at+len(clip) > len(padded) {
		return Match{At: length(at)} // not heard to its end
	}
	var sum float64
	var pieces int
	for start := 0; start+piece <= len(clip); start += piece {
		near := padded[min(max(at+start-slip, 0), len(padded)):min(at+start+piece+slip, len(padded))]
		_, likeness := near.place(clip[start : start+piece])
		sum += likeness
		pieces++
	}
	return Match{At: length(at), Likeness: sum / float64(pieces)}
}

// Share is how much of a clip is somewhere in s, in pieces of a quarter of a second: a bridge that mixes more than two inserts silence for a
// packet that is late, and drops sound when it comes.
func (s Sound) Share(clip Sound) float64 {
	const part = rate / 4
	var found, parts float64
	for start := 0; start+part <= len(clip); start += part {
		parts++
		if _, likeness := s.place(clip[start : start+part]); likeness >= 0.85 {
			found++
		}
	}
	return found / max(parts, 1)
}

// alike is how much two places may differ by noise alone: a digit that is said twice is found where it was said first.
const alike = 0.02

// place is the sample at which the clip is likeliest to begin.
func (s Sound) place(clip Sound) (at int, likeness float64) {
	if len(clip) == 0 || len(s) < len(clip) {
		return 0, 0
	}
	var clipEnergy float64
	for _, sample := range clip {
		clipEnergy += sample * sample
	}
	products := correlate(s, clip)
	before := make([]float64, len(s)+1) // energy of all samples before
	for i, sample := range s {
		before[i+1] = before[i] + sample*sample
	}
	for i := range len(s) - len(clip) + 1 {
		energy := before[i+len(clip)] - before[i]
		if energy < clipEnergy/1e4 { // 40 dB quieter: silence, where any noise could look alike
			continue
		}
		if l := products[i] / math.Sqrt(energy*clipEnergy); l > likeness+alike {
			at, likeness = i, l
		}
	}
	return at, likeness
}

// correlate returns the inner product of clip with s at each shift, by way of the Fourier transform.
func correlate(s, clip Sound) []float64 {
	size := 1 << bits.Len(uint(len(s)+len(clip)))
	a, b := make([]complex128, size), make([]complex128, size)
	for i, sample := range s {
		a[i] = complex(sample, 0)
	}
	for i, sample := range clip {
		b[i] = complex(sample, 0)
	}
	transform(a)
	transform(b)
	for i := range a {
		a[i] = cmplx.Conj(a[i] * cmplx.Conj(b[i])) // conjugated: the next transform is then the inverse
	}
	transform(a)
	products := make([]float64, len(s))
	for i := range products {
		products[i] = real(a[i]) / float64(size)
	}
	return products
}

// transform is the Fourier transform in place, radix 2; len(x) is a power of two.
func transform(x []complex128) {
	shift := 64 - bits.Len(uint(len(x)-1))
	for i := range x {
		if j := int(bits.Reverse64(uint64(i)) >> shift); i < j {
			x[i], x[j] = x[j], x[i]
		}
	}
	for half := 1; half < len(x); half *= 2 {
		step := cmplx.Rect(1, -math.Pi/float64(half))
		for start := 0; start < len(x); start += 2 * half {
			turn := complex(1, 0)
			for i := start; i < start+half; i++ {
				even, odd := x[i], turn*x[i+half]
				x[i], x[i+half] = even+odd, even-odd
				turn *= step
			}
		}
	}
}

// ReadStereo reads a WAV file of two channels of G.711 μ-law at 8 kHz.
func ReadStereo(t *testing.T, content []byte) (left, right Sound) {
	t.Helper()
	start := bytes.Index(content, []byte("data"))
	require.Positive(t, start, "no WAV")
	require.Equal(t, uint16(7), binary.LittleEndian.Uint16(content[20:]), "form")
	require.Equal(t, uint16(2), binary.LittleEndian.Uint16(content[22:]), "channels")
	require.EqualValues(t, len(content)-start-8, binary.LittleEndian.Uint32(content[start+4:]), "length")
	for i := start + 8; i+1 < len(content); i += 2 {
		left, right = append(left, linear(pcmu, content[i])), append(right, linear(pcmu, content[i+1]))
	}
	return left, right
}
