package voice

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/dialogue"
	"okno/internal/sandbox"
)

// voiced is a second of speech as a studio has it: half a second of quiet at either end, and syllables.
func voiced(size float64, rate int) sound {
	s := quiet(2*time.Second, rate)
	for i := rate / 2; i < rate*3/2; i++ {
		at := float64(i) / float64(rate)
		s.samples[i] = size * math.Sin(2*math.Pi*220*at) * (0.6 + 0.4*math.Sin(2*math.Pi*4*at))
	}
	return s
}

// studio writes a WAV in a form of its own: 24 bits, two channels, with a chunk of notes before the sound.
func studio(s sound) []byte {
	var out bytes.Buffer
	size := len(s.samples) * 6
	out.WriteString("RIFF\x00\x00\x00\x00WAVEfmt ")
	for _, field := range []any{uint32(16), uint16(1), uint16(2), uint32(s.rate), uint32(s.rate * 6), uint16(6), uint16(24), []byte("LIST"), uint32(3), []byte("abc\x00data"), uint32(size)} {
		_ = binary.Write(&out, binary.LittleEndian, field)
	}
	for _, sample := range s.samples {
		v := int32(sample * 0x7fffff)
		for range 2 {
			out.Write([]byte{byte(v), byte(v >> 8), byte(v >> 16)})
		}
	}
	return out.Bytes()
}

func TestRecordings(t *testing.T) {
	t.Parallel()
	tools, err := sandbox.Prepare(t.Context(), "speech")
	require.NoError(t, err)
	menu, bye := Phrase{dialogue.Russian, "Главное меню"}, Phrase{dialogue.Russian, "До свидания"}
	phrases := []Phrase{menu, bye}
	folder, taken := t.TempDir(), Recordings{t.TempDir()}
	place := func(name string, content []byte) {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(folder, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), content, 0o644))
	}
	config := Config{Engines: Espeak(tools.Espeak), Folder: t.TempDir(), Recordings: taken, Recorded: []dialogue.Language{dialogue.Russian}, Log: zerolog.Nop()}
	pack := New(config)
	require.NoError(t, pack.Prepare(t.Context(), phrases))
	synthesised, err := pack.Look(menu)
	require.NoError(t, err)
	require.False(t, synthesised.Recorded)
	require.NotZero(t, synthesised.Length)

	// One mistake, and nothing is taken in; each is told.
	place(menu.FileName(), studio(voiced(0.2, 48_000)))
	place("notes.txt", []byte("second take is better"))
	clipped := voiced(0.2, 44_100)
	for i := range 40 {
		clipped.samples[44_100+i] = 1
	}
	mistakes := map[string]struct {
		content []byte
		says    string
	}{
		"ru-000000000000.wav":        {studio(voiced(0.2, 48_000)), "no phrase"},
		bye.FileName():               {encode(quiet(time.Second, 48_000)), "silent"},
		"clipped/" + bye.FileName():  {encode(clipped), "clipped"},
		"mp3/" + bye.FileName():      {[]byte("ID3"), "not a WAV"},
		"rate/" + bye.FileName():     {encode(sound{make([]float64, 4000), 4000}), "4000 Hz"},
		"click/" + bye.FileName():    {encode(sound{append(make([]float64, 8000), 0.5, -0.5), 48_000}), "of sound"},
		"twice/a/" + menu.FileName(): {studio(voiced(0.2, 48_000)), "second recording"},
	}
	for name, mistake := range mistakes {
		place(name, mistake.content)
	}
	_, problems, err := taken.Import(folder, phrases, false)
	require.NoError(t, err)
	require.Len(t, problems, len(mistakes))
	told := map[string]string{}
	for _, p := range problems {
		told[p.File] = p.What
	}
	for name, mistake := range mistakes {
		if strings.HasPrefix(name, "twice") { // whichever of the two comes first is taken
			require.Contains(t, told[name]+told[menu.FileName()], mistake.says)
			continue
		}
		require.Contains(t, told[name], mistake.says, name)
		require.NoError(t, os.Remove(filepath.Join(folder, name)))
	}
	require.NoError(t, os.RemoveAll(filepath.Join(folder, "twice")))
	left, err := filepath.Glob(filepath.Join(taken.Folder, "*", "*"))
	require.NoError(t, err)
	require.Empty(t, left, "nothing is taken in by half")

	n, problems, err := taken.Import(folder, phrases, true)
	require.NoError(t, err)
	require.Empty(t, problems)
	require.Equal(t, 1, n)
	_, err = os.Stat(taken.file(menu))
	require.ErrorIs(t, err, os.ErrNotExist, "a dry run keeps nothing")
	for range 2 { // taken in again, it changes nothing
		_, problems, err = taken.Import(folder, phrases, false)
		require.NoError(t, err)
		require.Empty(t, problems)
	}

	// What is recorded is heard in the place of the engine's voice, trimmed and as loud as the rest; what is not is still spoken.
	require.NoError(t, pack.Prepare(t.Context(), phrases))
	recorded, err := pack.Look(menu)
	require.NoError(t, err)
	require.True(t, recorded.Recorded)
	require.InDelta(t, time.Second+lead+trail, recorded.Length, float64(100*time.Millisecond))
	require.InDelta(t, Target, recorded.Loudness, Tolerance)
	other, err := pack.Look(bye)
	require.NoError(t, err)
	require.False(t, other.Recorded)
	require.NotZero(t, other.Length)

	// Taken in anew, it is heard anew.
	before := pack.file(word{language: menu.Language, text: menu.Text})
	place(menu.FileName(), studio(voiced(0.1, 32_000)))
	_, _, err = taken.Import(folder, phrases, false)
	require.NoError(t, err)
	require.NoError(t, pack.Prepare(t.Context(), phrases))
	require.NotEqual(t, before, pack.file(word{language: menu.Language, text: menu.Text}))

	// Recordings of a language that is not said to be recorded are not used: one voice a language.
	config.Recorded = nil
	unused, err := New(config).Look(menu)
	require.NoError(t, err)
	require.Equal(t, synthesised, unused)

	stale, err := taken.Stale(phrases[1:])
	require.NoError(t, err)
	require.Equal(t, []string{taken.file(menu)}, stale)
	stale, err = taken.Stale(phrases)
	require.NoError(t, err)
	require.Empty(t, stale)
}

func TestScript(t *testing.T) {
	t.Parallel()
	lines := []Line{{Phrase{dialogue.Kazakh, `"Іс" <b>`}, "dialogue", "status.tell", `"Іс" <b> {case:case_number}`}, {Phrase{dialogue.Kazakh, "бес"}, "digits", "", "бес"}}
	var table, page strings.Builder
	require.NoError(t, WriteCSV(&table, lines))
	rows, err := csv.NewReader(strings.NewReader(table.String())).ReadAll()
	require.NoError(t, err)
	require.Equal(t, []string{lines[0].FileName(), "kk", `"Іс" <b>`, "dialogue", "status.tell", `"Іс" <b> {case:case_number}`}, rows[1])
	require.Regexp(t, `^kk-[0-9a-f]{12}\.wav$`, rows[2][0])
	require.NoError(t, WritePage(&page, dialogue.Kazakh, lines))
	require.Contains(t, page.String(), "&lt;b&gt; {case:case_number}")
	require.NotContains(t, page.String(), "<b>")
	require.Equal(t, 2, strings.Count(page.String(), "<li>"))
}

func FuzzDecode(f *testing.F) {
	f.Add(studio(voiced(0.2, 8_000)))
	f.Add(encode(voiced(0.2, 8_000)))
	f.Add([]byte("RIFF....WAVEdata"))
	f.Fuzz(func(t *testing.T, wav []byte) {
		if s, err := decode(wav); err == nil {
			require.GreaterOrEqual(t, s.rate, narrow)
			_ = encode(s)
		}
	})
}
