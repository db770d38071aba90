package voice_test

import (
	"context"
	"os"
	"path/filepath"
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

// A catalogue that never was rendered is dropped for a newer one, and what cannot be rendered is complained of.
func TestTheRendererTakesTheNewestCatalogue(t *testing.T) {
	t.Parallel()
	files, err := dialogue.Source(line.Files)
	require.NoError(t, err)
	d, err := dialogue.Parse(files, conversation.Vocabulary(nil))
	require.NoError(t, err)
	index := func(name string) *catalogue.Index {
		return catalogue.NewIndex([]catalogue.Service{{Code: "028", Texts: map[dialogue.Language]catalogue.Text{dialogue.English: {Name: name}}}}, nil, time.Now)
	}
	folder := t.TempDir()
	spoken := filepath.Join(folder, "spoken")
	espeak := filepath.Join(folder, "espeak") // keeps what it is to say, and has no voice
	require.NoError(t, os.WriteFile(espeak, []byte("#!/bin/sh\ncat >>"+spoken+"\necho >>"+spoken+"\nexit 1\n"), 0o755))
	r := voice.NewRenderer(voice.New(voice.Config{Engines: voice.Espeak(espeak), Folder: folder, Log: zerolog.Nop()}), oneDialogue{d}, nil, zerolog.Nop())
	require.ErrorContains(t, r.Ready(t.Context()), "being rendered")
	r.Renew("catalogue", index("an old name"))
	r.Renew("catalogue", index("a new name"))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- r.Run(ctx) }()
	require.Eventually(t, func() bool {
		said, err := os.ReadFile(spoken)
		return err == nil && len(said) > 0 && r.Ready(t.Context()).Error() != "prompts are being rendered"
	}, time.Minute, 20*time.Millisecond)
	require.ErrorContains(t, r.Ready(t.Context()), "exit status 1")
	said, err := os.ReadFile(spoken)
	require.NoError(t, err)
	require.Contains(t, string(said), "a new name")
	require.NotContains(t, string(said), "an old name")
	cancel()
	require.NoError(t, <-ended)
}
