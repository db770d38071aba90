package voice_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/dialogue"
	"okno/internal/sandbox"
	"okno/ivr/voice"
)

// engines are those that the conformance test holds: espeak-ng itself, a program that writes another form of WAV as Piper does, and a service over HTTP,
// which has espeak-ng behind it.
func engines(t *testing.T) map[string]func(l dialogue.Language) voice.Engine {
	t.Helper()
	tools, err := sandbox.Prepare(t.Context(), "speech")
	require.NoError(t, err)
	espeak := voice.Espeak(tools.Espeak)
	script := filepath.Join(t.TempDir(), "engine")
	require.NoError(t, os.WriteFile(script, []byte("#!/bin/sh\nexec "+tools.Espeak+" -v \"$2\" --stdin --stdout\n"), 0o755))
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var asked struct{ Language, Voice, Text string }
		if r.Header.Get("Authorization") != "Bearer token" || json.NewDecoder(r.Body).Decode(&asked) != nil || asked.Voice != "anna" {
			http.Error(w, "refused", http.StatusForbidden)
			return
		}
		wav, err := espeak[dialogue.Language(asked.Language)].Speak(r.Context(), dialogue.Language(asked.Language), asked.Text)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "audio/wav")
		_, _ = w.Write(wav)
	}))
	t.Cleanup(service.Close)
	return map[string]func(dialogue.Language) voice.Engine{
		"espeak-ng": func(l dialogue.Language) voice.Engine { return espeak[l] },
		"a program": func(l dialogue.Language) voice.Engine {
			return voice.Program{Path: script, Arguments: []string{"--voice", string(l)}}
		},
		"a service": func(dialogue.Language) voice.Engine {
			return voice.Service{URL: service.URL, Name: "anna", Token: "token", Client: service.Client()}
		},
	}
}

// What every engine does: it speaks each language, whatever the text has in it, by the same loudness, and no faster than sound.
func TestEngines(t *testing.T) {
	t.Parallel()
	for name, of := range engines(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			speaking := map[dialogue.Language]voice.Engine{}
			names := map[string]bool{}
			for _, l := range dialogue.Languages {
				speaking[l] = of(l)
				names[speaking[l].Voice(l)] = true
			}
			require.NotEmpty(t, names)
			folder := t.TempDir()
			pack := voice.New(voice.Config{Engines: speaking, Folder: folder, Log: zerolog.Nop()})
			for _, text := range []string{"Сәлеметсіз бе", "Ваш номер: 5", "Press one; \"quoted\" & <marked> $(true) `x`"} {
				for _, l := range dialogue.Languages {
					clips := pack.Clips(t.Context(), sentence(l, text))
					require.Len(t, clips, 1, "%s: %q", l, text)
					clip, err := pack.Look(voice.Phrase{Language: l, Text: text})
					require.NoError(t, err)
					require.Greater(t, clip.Length, 300*time.Millisecond)
					require.InDelta(t, voice.Target, clip.Loudness, voice.Tolerance)
					wide, err := os.Stat(strings.TrimPrefix(clips[0], "sound:") + ".wav16")
					require.NoError(t, err)
					narrow, err := os.Stat(strings.TrimPrefix(clips[0], "sound:") + ".wav")
					require.NoError(t, err)
					require.InDelta(t, 2, float64(wide.Size())/float64(narrow.Size()), 0.02, "twice the rate")
				}
			}
			long := strings.Repeat("Очень длинный текст. ", 10)
			wav, err := speaking[dialogue.Russian].Speak(t.Context(), dialogue.Russian, long)
			require.NoError(t, err)
			require.Greater(t, len(wav), 10*16_000*2)
			ended, cancel := context.WithCancel(t.Context())
			cancel()
			_, err = speaking[dialogue.Russian].Speak(ended, dialogue.Russian, "поздно")
			require.Error(t, err)
		})
	}
}

// An engine that fails leaves a word out, and says why.
func TestBrokenEngines(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	program := func(script string) voice.Engine {
		name := filepath.Join(t.TempDir(), "engine")
		require.NoError(t, os.WriteFile(name, []byte("#!/bin/sh\n"+script+"\n"), 0o755))
		return voice.Program{Path: name}
	}
	service := func(status int, kind string, body []byte) voice.Engine {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.Header().Set("Content-Length", strconv.Itoa(len(body)))
			w.WriteHeader(status)
			_, _ = w.Write(body)
		}))
		t.Cleanup(s.Close)
		return voice.Service{URL: s.URL, Client: s.Client()}
	}
	for name, test := range map[string]struct {
		engine voice.Engine
		says   string
	}{
		"is not there":   {voice.Program{Path: "/nothing/speaks/here"}, "no such file"},
		"fails":          {program("echo no voice of this name >&2; exit 3"), "no voice of this name"},
		"says nothing":   {program("cat >/dev/null"), "not a WAV"},
		"never ends":     {program("exec sleep 600"), "deadline"},
		"says too much":  {program("head -c 20000000 /dev/zero"), "more sound than"},
		"answers HTML":   {service(http.StatusOK, "text/html; charset=utf-8", []byte("<html>")), "text/html"},
		"answers 500":    {service(http.StatusInternalServerError, "audio/wav", nil), "500"},
		"answers no WAV": {service(http.StatusOK, "audio/wav", []byte("RIFF")), "not a WAV"},
		"answers much":   {service(http.StatusOK, "audio/wav", make([]byte, 20<<20)), "more sound than"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log strings.Builder
			pack := voice.New(voice.Config{Engines: map[dialogue.Language]voice.Engine{dialogue.Russian: test.engine}, Folder: filepath.Join(folder, name), Log: zerolog.New(&log)})
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			require.Empty(t, pack.Clips(ctx, sentence(dialogue.Russian, "Иванов Иван")))
			require.Contains(t, log.String(), test.says)
			require.NotContains(t, log.String(), "Иванов")
		})
	}
	var log strings.Builder
	pack := voice.New(voice.Config{Folder: folder, Log: zerolog.New(&log)})
	require.Empty(t, pack.Clips(t.Context(), sentence(dialogue.Kazakh, "сөз")))
	require.Contains(t, log.String(), "no engine speaks")
}
