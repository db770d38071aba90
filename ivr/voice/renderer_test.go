package voice_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/catalogue"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/dialogue/line"
	"okno/ivr/voice"
)

type oneDialogue struct{ d *dialogue.Definition }

func (o oneDialogue) Current() *dialogue.Definition { return o.d }

// newFailing is a renderer of the line's dialogue whose engine has no voice. said is what it was to say until now.
func newFailing(t *testing.T) (r *voice.Renderer, said func() string) {
	t.Helper()
	files, err := dialogue.Source(line.Files)
	require.NoError(t, err)
	d, err := dialogue.Parse(files, conversation.Vocabulary(nil))
	require.NoError(t, err)
	folder := t.TempDir()
	spoken, espeak := filepath.Join(folder, "spoken"), filepath.Join(folder, "espeak")
	require.NoError(t, os.WriteFile(spoken, nil, 0o600))
	require.NoError(t, os.WriteFile(espeak, []byte("#!/bin/sh\ncat >>"+spoken+"\necho >>"+spoken+"\nexit 1\n"), 0o755))
	r = voice.NewRenderer(voice.New(voice.Config{Engines: voice.Espeak(espeak), Folder: folder, Log: zerolog.Nop()}), oneDialogue{d}, nil, zerolog.Nop())
	return r, func() string {
		all, err := os.ReadFile(spoken)
		require.NoError(t, err)
		return string(all)
	}
}

// A catalogue that never was rendered is dropped for a newer one, and what cannot be rendered is complained of.
func TestTheRendererTakesTheNewestCatalogue(t *testing.T) {
	t.Parallel()
	index := func(name string) *catalogue.Index {
		return catalogue.NewIndex([]catalogue.Service{{Code: "028", Texts: map[dialogue.Language]catalogue.Text{dialogue.English: {Name: name}}}}, nil, time.Now)
	}
	r, said := newFailing(t)
	require.ErrorContains(t, r.Ready(t.Context()), "being rendered")
	r.Renew("catalogue", index("an old name"))
	r.Renew("catalogue", index("a new name"))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- r.Run(ctx) }()
	require.Eventually(t, func() bool {
		return said() != "" && r.Ready(t.Context()).Error() != "prompts are being rendered"
	}, time.Minute, 20*time.Millisecond)
	require.ErrorContains(t, r.Ready(t.Context()), "exit status 1")
	require.Contains(t, said(), "a new name")
	require.NotContains(t, said(), "an old name")
	cancel()
	require.NoError(t, <-ended)
}

// spoken has one text in each language, and notes how often it is asked for it.
type spoken struct {
	text  string
	asked atomic.Int64
}

func (s *spoken) SpokenTexts(dialogue.Language) []string {
	s.asked.Add(1)
	return []string{s.text}
}

// What speaks comes again and again, mostly with the texts that it had: then the dialogue is not gone through once more. What could not be rendered is
// tried again all the same.
func TestTheRendererFindsPhrasesOnce(t *testing.T) {
	t.Parallel()
	r, said := newFailing(t)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- r.Run(ctx) }()
	renews := func(text string, times int) int64 {
		s := &spoken{text: text}
		r.Renew("offices", s)
		require.Eventually(t, func() bool { return strings.Count(said(), text) == times }, time.Minute, 20*time.Millisecond)
		return s.asked.Load()
	}
	each := len(dialogue.Languages)
	require.EqualValues(t, 2*each, renews("Zedville", each), "compared, and gone through")
	require.EqualValues(t, each, renews("Zedville", 2*each), "compared")
	require.EqualValues(t, 2*each, renews("Wyeville", each))
	cancel()
	require.NoError(t, <-ended)
}
