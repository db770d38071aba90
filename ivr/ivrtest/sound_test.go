package ivrtest_test

import (
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/sandbox"
	"okno/ivr/ivrtest"
)

// A tone is a bright row of its picture, at its frequency.
func TestAToneIsARowOfItsPicture(t *testing.T) {
	t.Parallel()
	tone := make(ivrtest.Sound, 8000)
	for i := range tone {
		tone[i] = 0.2 * math.Sin(2*math.Pi*1000*float64(i)/8000)
	}
	file := filepath.Join(t.TempDir(), "tone.png")
	tone.Spectrogram(t, file, 500*time.Millisecond)
	content, err := os.Open(file)
	require.NoError(t, err)
	defer content.Close()
	picture, err := png.Decode(content)
	require.NoError(t, err)
	require.Equal(t, image.Pt(48, 128), picture.Bounds().Size())
	bright := func(x, y int) uint32 { r, _, _, _ := picture.At(x, y).RGBA(); return r >> 8 }
	require.Greater(t, bright(10, 127-32), uint32(200), "at 1,000 Hz")
	require.Less(t, bright(10, 127-64), uint32(10), "at 2,000 Hz")
	require.Equal(t, color.RGBA{80, 255, 120, 255}, color.RGBAModel.Convert(picture.At(25, 3)), "the mark")
}

// The matcher must tell a clip from every other one, and a clip cut short from the whole.
func TestFindTellsClipsApart(t *testing.T) {
	t.Parallel()
	tools, err := sandbox.Prepare(t.Context(), "asterisk")
	require.NoError(t, err)
	clip := func(name string) ivrtest.Sound {
		return ivrtest.ReadSound(t, filepath.Join(tools.AsteriskSounds(), "ru_RU_f_IvrvoiceRU", name+".wav"))
	}
	names := []string{"goodbye", "vm-nobodyavail", "all-circuits-busy-now", "hello", "digits/1", "digits/7", "digits/20", "agent-pass"}
	noise := rand.New(rand.NewPCG(1, 2))
	for _, recorded := range names {
		recording := make(ivrtest.Sound, 4000) // half a second before it, then the clip at half loudness with noise 26 dB below
		for _, sample := range clip(recorded) {
			recording = append(recording, sample/2+noise.NormFloat64()*0.005)
		}
		recording = append(recording, make(ivrtest.Sound, 8000)...)
		for _, name := range names {
			found := recording.Find(clip(name))
			if name == recorded {
				require.Greater(t, found.Likeness, 0.9, "%s in itself", name)
				require.Greater(t, recording.Share(clip(name)), 0.8, "%s in itself", name)
				require.InDelta(t, 500*time.Millisecond, found.At, float64(time.Millisecond))
				continue
			}
			require.Less(t, found.Likeness, 0.6, "%s in %s", name, recorded)
			require.Less(t, recording.Share(clip(name)), 0.3, "%s in %s", name, recorded)
		}
	}
	whole := clip("agent-pass")
	require.False(t, whole.Until(whole.Length()/3).Find(whole).Found(), "a third of a clip is not the clip")
}

func TestLevel(t *testing.T) {
	t.Parallel()
	tone := make(ivrtest.Sound, 8000)
	for i := range tone {
		tone[i] = math.Sin(2 * math.Pi * 400 * float64(i) / 8000)
	}
	require.InDelta(t, -3.01, tone.Level(), 0.01)
	require.Less(t, make(ivrtest.Sound, 100).Level(), -100.0)
}
