package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/dialogue"
	"okno/ivr/ivrtest"
)

// callLine is something in a call, for the page that shows it.
type callLine struct {
	at   time.Duration
	what string
}

// callInEachLanguage is the same call three times: a stranger chooses a language, and asks for the stage of a case. What is heard is kept as
// sound and as picture for docs/calls.md, when pictures are wanted.
func (w *world) callInEachLanguage(t *testing.T) {
	t.Parallel()
	number := w.caseOf(t, "+77010000003", "accepted")
	for _, row := range []struct {
		language         dialogue.Language
		title, key, from string
	}{
		{kk, "Kazakh", "1", "+77015550061"}, {ru, "Russian", "2", "+77015550062"}, {en, "English", "3", "+77015550063"},
	} {
		t.Run(row.title, func(t *testing.T) {
			t.Parallel()
			phone := w.calls(t, row.from)
			var lines []callLine
			var keys []time.Duration
			at := time.Duration(0)
			hears := func(l dialogue.Language, s say) {
				t.Helper()
				end := w.hears(t, phone, l, at, s)
				lines = append(lines, callLine{end - w.length(t, l, s), w.spoken(l, s)})
				at = end
			}
			presses := func(key string) {
				t.Helper()
				at = phone.Heard().Length()
				keys = append(keys, at)
				lines = append(lines, callLine{at, "**" + key + "**"})
				phone.Key(t, key)
			}
			for _, l := range []dialogue.Language{kk, ru, en} {
				hears(l, whole("greeting"))
			}
			for _, l := range []dialogue.Language{kk, ru, en} {
				hears(l, whole("language.choose"))
				if l == row.language {
					break
				}
			}
			presses(row.key)
			hears(row.language, begins("main.menu"))
			presses("2")
			hears(row.language, whole("status.ask"))
			presses(number)
			hears(row.language, whole("status.stage").with("case", dialogue.TypeCaseNumber, number).with("stage", dialogue.TypePhrase, "stage.accepted"))
			phone.HangUp(t)
			if os.Getenv("OKNO_SCREENSHOTS") != "" {
				keepCall(t, row.title, phone.Heard(), lines, keys)
			}
		})
	}
}

// length is how long something said takes.
func (w *world) length(t *testing.T, l dialogue.Language, s say) (length time.Duration) {
	t.Helper()
	for _, clip := range w.clips(t, l, s) {
		length += clip.Length()
	}
	if s.most > 0 {
		length = min(length, s.most)
	}
	return length
}

// spoken is what is said, in words and digits.
func (w *world) spoken(l dialogue.Language, s say) string {
	var parts []string
	for _, f := range w.texts.Speak(dialogue.Utterance{Key: s.key, Language: l, Values: s.values}) {
		parts = append(parts, f.Text)
	}
	if s.most > 0 {
		return strings.Join(parts, " ") + " (interrupted)"
	}
	return strings.Join(parts, " ")
}

// keepCall writes a call to docs/calls: the sound, its picture, and what is when.
func keepCall(t *testing.T, title string, heard ivrtest.Sound, lines []callLine, keys []time.Duration) {
	t.Helper()
	folder := filepath.Join("..", "..", "..", "docs", "calls")
	require.NoError(t, os.MkdirAll(folder, 0o755))
	name := strings.ToLower(title)
	heard.Write(t, filepath.Join(folder, name+".wav"))
	heard.Spectrogram(t, filepath.Join(folder, name+".png"), keys...)
	page := fmt.Sprintf("# A call in %s\n\n[The sound](%s.wav), as the caller's telephone had it (G.711). Green lines are keys.\n\n![its spectrogram](%[2]s.png)\n\n"+
		"| second | level | said, or **pressed** |\n| ---: | ---: | --- |\n", title, name)
	for i, l := range lines {
		level, until := "", heard.Length()
		if i+1 < len(lines) {
			until = lines[i+1].at
		}
		if !strings.HasPrefix(l.what, "**") && until > l.at {
			level = fmt.Sprintf("%.1f dB", heard.Until(until).From(l.at).Level())
		}
		page += fmt.Sprintf("| %.1f | %s | %s |\n", l.at.Seconds(), level, l.what)
	}
	require.NoError(t, os.WriteFile(filepath.Join(folder, name+".md"), []byte(page), 0o644))
}
