package ivrtest

import (
	"encoding/binary"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/cmplx"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/recording"
)

// The picture of a sound: a column each 20 ms, a row each 31.25 Hz up to 4 kHz.
const (
	columnEvery = rate / 50
	window      = 256
	floorOf     = -75 // dB below full scale: black
	topOf       = -15 // white
	shades      = 40  // few, so that a picture of half a minute is small
)

// palette is from black by blue and orange to white, and then the mark's green.
var palette = func() (p color.Palette) {
	for n := range shades {
		share := float64(n) / (shades - 1)
		p = append(p, color.RGBA{shade(2*share - 0.4), shade(2*share - 0.8), shade(1.2 * share * (1.6 - share)), 255})
	}
	return append(p, color.RGBA{80, 255, 120, 255})
}()

func shade(share float64) uint8 { return uint8(255 * min(1, max(0, share))) }

// Spectrogram writes a picture of the sound as a PNG: time from left to right, frequency upwards, with a line at each mark.
func (s Sound) Spectrogram(t *testing.T, file string, marks ...time.Duration) {
	t.Helper()
	columns := max(0, len(s)-window) / columnEvery
	picture := image.NewPaletted(image.Rect(0, 0, columns, window/2), palette)
	for x := range columns {
		part := make([]complex128, window)
		for i := range part {
			hann := 0.5 - 0.5*math.Cos(2*math.Pi*float64(i)/window)
			part[i] = complex(s[x*columnEvery+i]*hann, 0)
		}
		transform(part)
		for y := range window / 2 {
			level := 20 * math.Log10(4*cmplx.Abs(part[y])/window+1e-9)
			share := min(1, max(0, (level-floorOf)/(topOf-floorOf)))
			picture.SetColorIndex(x, window/2-1-y, uint8(share*(shades-1)))
		}
	}
	for _, mark := range marks {
		x := int(mark * rate / time.Second / columnEvery)
		for y := range window / 2 {
			picture.SetColorIndex(x, y, shades)
		}
	}
	out, err := os.Create(file)
	require.NoError(t, err)
	require.NoError(t, png.Encode(out, picture))
	require.NoError(t, out.Close())
}

// Write writes the sound to a WAV file of G.711 μ-law, as a telephone would have it.
func (s Sound) Write(t *testing.T, file string) {
	t.Helper()
	head := []byte("RIFF????WAVEfmt \x10\x00\x00\x00\x07\x00\x01\x00????????\x01\x00\x08\x00data????") // μ-law, one channel, 8 bits
	binary.LittleEndian.PutUint32(head[4:], uint32(len(head)-8+len(s)))
	binary.LittleEndian.PutUint32(head[24:], rate)
	binary.LittleEndian.PutUint32(head[28:], rate)
	binary.LittleEndian.PutUint32(head[40:], uint32(len(s)))
	for _, sample := range s {
		head = append(head, recording.MuLaw(int16(math.MaxInt16*min(1, max(-1, sample)))))
	}
	require.NoError(t, os.WriteFile(file, head, 0o644))
}
