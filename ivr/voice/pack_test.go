package voice_test

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/dialogue/line"
	"okno/internal/sandbox"
	"okno/ivr/ivrtest"
	"okno/ivr/voice"
)

func newPack(t *testing.T) (pack *voice.Pack, folder string) {
	t.Helper()
	tools, err := sandbox.Prepare(t.Context(), "speech")
	require.NoError(t, err)
	folder = t.TempDir()
	return voice.New(voice.Config{Engines: voice.Espeak(tools.Espeak), Folder: folder, Log: zerolog.Nop()}), folder
}

func sentence(l dialogue.Language, text string) [][]dialogue.Fragment {
	return [][]dialogue.Fragment{{{Kind: dialogue.Words, Language: l, Text: text}}}
}

func read(t *testing.T, uri string) ivrtest.Sound {
	t.Helper()
	return ivrtest.ReadSound(t, strings.TrimPrefix(uri, "sound:")+".wav")
}

func TestClipsCanBeHeard(t *testing.T) {
	t.Parallel()
	pack, _ := newPack(t)
	for _, test := range []struct {
		language dialogue.Language
		text     string
	}{
		{dialogue.Kazakh, "Қазақ тілі үшін бірді басыңыз."},
		{dialogue.Russian, "Для русского языка нажмите два."},
		{dialogue.English, "For English, press three."},
		{dialogue.Kazakh, "он"},
	} {
		clips := pack.Clips(t.Context(), sentence(test.language, test.text))
		require.Len(t, clips, 1, test.text)
		sound := read(t, clips[0])
		require.Greater(t, sound.Length(), 200*time.Millisecond, test.text)
		require.Less(t, sound.Length(), 5*time.Second, test.text)
		require.InDelta(t, -20, sound.Level(), 4, test.text)
		for _, sample := range sound {
			require.Less(t, math.Abs(sample), 0.75, "%s is clipped", test.text)
		}
	}
}

func TestClipIsNamedByItsContentAndMadeOnce(t *testing.T) {
	t.Parallel()
	pack, folder := newPack(t)
	first := pack.Clips(t.Context(), sentence(dialogue.Russian, "Статус"))
	file := strings.TrimPrefix(first[0], "sound:") + ".wav"
	made, err := os.Stat(file)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o644), made.Mode().Perm(), "Asterisk may run as another user")

	require.Equal(t, first, pack.Clips(t.Context(), sentence(dialogue.Russian, "Статус")))
	again, err := os.Stat(file)
	require.NoError(t, err)
	require.Equal(t, made.ModTime(), again.ModTime(), "the clip was made again")

	require.NotEqual(t, first, pack.Clips(t.Context(), sentence(dialogue.Russian, "Статусы")))
	require.NotEqual(t, first, pack.Clips(t.Context(), sentence(dialogue.Kazakh, "Статус")))
	left, err := filepath.Glob(filepath.Join(folder, "*", ".half-*"))
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestPrepareLeavesNothingToRenderWhileACallerWaits(t *testing.T) {
	t.Parallel()
	tools, err := sandbox.Prepare(t.Context(), "speech")
	require.NoError(t, err)
	folder := t.TempDir()
	files, err := dialogue.Source(line.Files)
	require.NoError(t, err)
	d, err := dialogue.Parse(files, conversation.Vocabulary(nil))
	require.NoError(t, err)
	require.NoError(t, voice.New(voice.Config{Engines: voice.Espeak(tools.Espeak), Folder: folder}).
		Prepare(t.Context(), append(voice.Phrases(d, nil, nil), voice.Phrase{Language: dialogue.Russian, Text: "Ваш номер"})))

	prepared := voice.New(voice.Config{Engines: voice.Espeak("/nothing/speaks/espeak-ng"), Folder: folder, SeenAs: "/srv/sounds"})
	clips := prepared.Clips(t.Context(), [][]dialogue.Fragment{
		{
			{Kind: dialogue.Words, Language: dialogue.Russian, Text: "Ваш номер"},
			{Kind: dialogue.SpokenCase, Language: dialogue.Kazakh, Text: "123456786"},
		},
		{{Kind: dialogue.SpokenDate, Language: dialogue.English, Text: "2026-12-05"}},
		{{Kind: dialogue.SpokenCount, Language: dialogue.Russian, Text: "999"}},
	})
	// 1 for the words, 9 digits and 2 pauses, 5 for the date, 3 for the number, 2 breaths between the utterances
	require.Len(t, clips, 1+9+2+5+3+2)
	for _, clip := range clips {
		require.True(t, strings.HasPrefix(clip, "sound:/srv/sounds/"), clip)
	}
	announcement := ivrtest.ReadSound(t, filepath.Join(folder, "unavailable.wav"))
	require.Greater(t, announcement.Length(), 8*time.Second)

	rendered, err := filepath.Glob(filepath.Join(folder, "*", "*.wav"))
	require.NoError(t, err)
	require.Greater(t, len(rendered), 500)
	for _, file := range rendered { // so two that follow each other are within 3 dB
		require.InDelta(t, -19, voice.Loudness(ivrtest.ReadSound(t, file)), 1.4, file)
	}
	for _, l := range dialogue.Languages {
		code := prepared.Clips(t.Context(), [][]dialogue.Fragment{{{Kind: dialogue.SpokenSecret, Language: l, Text: "0123456789"}}})
		require.Len(t, code, 11)
		for n, clip := range code {
			want := 700 * time.Millisecond
			if n == 5 {
				want = time.Second
			}
			name := strings.TrimPrefix(clip, "sound:/srv/sounds/")
			require.Equal(t, want, ivrtest.ReadSound(t, filepath.Join(folder, name+".wav")).Length(), "digits of a code keep one pace in %s", l)
		}
	}
}

// counting is an engine that counts what it is asked for, and cannot speak one text.
type counting struct {
	voice.Engine
	asked *atomic.Int32
}

func (c counting) Speak(ctx context.Context, l dialogue.Language, text string) ([]byte, error) {
	c.asked.Add(1)
	if text == "Ержан" {
		return nil, errors.New("no such sound")
	}
	return c.Engine.Speak(ctx, l, text)
}

// What is missing is rendered before it is said; what cannot be is named, and not tried again for a while.
func TestWhatCannotBeSaidIsNamed(t *testing.T) {
	t.Parallel()
	pack, folder := newPack(t)
	require.NoError(t, pack.Prepare(t.Context(), nil))
	tools, err := sandbox.Prepare(t.Context(), "speech")
	require.NoError(t, err)
	engines := voice.Espeak(tools.Espeak)
	var asked atomic.Int32
	engines[dialogue.Russian] = counting{engines[dialogue.Russian], &asked}
	pack = voice.New(voice.Config{Engines: engines, Folder: folder, Log: zerolog.Nop()})
	said := func(text string) []dialogue.Fragment {
		return []dialogue.Fragment{{Kind: dialogue.Words, Language: dialogue.Russian, Text: text}}
	}
	utterances := [][]dialogue.Fragment{said("Айгуль"), said("Ержан"), nil, slices.Concat(said("Болат"), said("Ержан"))}
	require.Equal(t, []int{1, 3}, pack.Unsayable(t.Context(), utterances))
	before := asked.Load()
	require.Equal(t, []int{1, 3}, pack.Unsayable(t.Context(), utterances))
	require.Len(t, pack.Clips(t.Context(), utterances), 2+3) // and the breaths between
	require.Equal(t, before, asked.Load())
	require.Empty(t, pack.Unsayable(t.Context(), [][]dialogue.Fragment{said("Айгуль")}))
}

func TestWordThatCannotBeSpokenSilencesNothingElse(t *testing.T) {
	t.Parallel()
	pack, folder := newPack(t)
	require.NoError(t, pack.Prepare(t.Context(), nil))
	var log strings.Builder
	mute := voice.New(voice.Config{Engines: voice.Espeak("/nothing/speaks/espeak-ng"), Folder: folder, Log: zerolog.New(&log)})
	clips := mute.Clips(t.Context(), [][]dialogue.Fragment{{
		{Kind: dialogue.Words, Language: dialogue.Russian, Text: "Иванов Иван"},
		{Kind: dialogue.SpokenDigits, Language: dialogue.Russian, Text: "12"},
	}})
	require.Equal(t, pack.Clips(t.Context(), [][]dialogue.Fragment{{{Kind: dialogue.SpokenDigits, Language: dialogue.Russian, Text: "12"}}}), clips)
	require.Contains(t, log.String(), "clip left out")
	require.NotContains(t, log.String(), "Иванов")
}
