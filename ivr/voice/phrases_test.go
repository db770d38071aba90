package voice_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/catalogue"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/dialogue/line"
	"okno/ivr/voice"
)

// What tells callers that they may speak has clips in the languages in which they may, and no others.
func TestPhrasesOfSpeech(t *testing.T) {
	t.Parallel()
	files, err := dialogue.Source(line.Files)
	require.NoError(t, err)
	d, err := dialogue.Parse(files, conversation.Vocabulary(func(string) int { return 1 }))
	require.NoError(t, err)
	none := voice.Phrases(d, nil, nil)
	some := voice.Phrases(d, nil, []dialogue.Language{dialogue.Russian})
	require.Subset(t, some, none, "keys alone are told of where a node does not listen")
	var more []voice.Phrase
	for _, p := range some {
		if !slices.Contains(none, p) {
			require.Equal(t, dialogue.Russian, p.Language)
			more = append(more, p)
		}
	}
	require.Contains(t, more, voice.Phrase{Language: dialogue.Russian, Text: "Нажмите или скажите"})
	require.Contains(t, more, voice.Phrase{Language: dialogue.Russian, Text: "Вы ничего не нажали и не сказали."})
	require.LessOrEqual(t, len(more), 7)
	t.Logf("%d phrases more", len(more))
}

// All words that the line or a service may say are rendered before a call needs them.
func TestPhrasesAreAllThatACallMaySay(t *testing.T) {
	t.Parallel()
	files, err := dialogue.Source(line.Files)
	require.NoError(t, err)
	d, err := dialogue.Parse(files, conversation.Vocabulary(nil))
	require.NoError(t, err)
	service := catalogue.Service{Code: "028", Texts: map[dialogue.Language]catalogue.Text{}}
	for _, l := range dialogue.Languages {
		service.Texts[l] = catalogue.Text{Name: "name " + string(l), Title: "title " + string(l), Spoken: "spoken " + string(l), Short: "short " + string(l)}
	}
	phrases := map[voice.Phrase]bool{}
	for _, p := range voice.Phrases(d, map[string]voice.Speaking{"catalogue": catalogue.NewIndex([]catalogue.Service{service}, nil, time.Now)}, nil) {
		phrases[p] = true
	}
	said := 0
	for name, node := range d.Nodes {
		keys := []string{node.Say}
		if node.Menu != nil {
			keys = append(keys, node.Menu.Say)
		}
		if node.Ask != nil {
			keys = append(keys, node.Ask.Say)
		}
		if node.End != nil {
			keys = append(keys, node.End.Say)
		}
		for _, key := range keys {
			for _, l := range dialogue.Languages {
				for _, f := range d.Texts.Speak(dialogue.Utterance{Key: key, Language: l}) {
					if f.Kind == dialogue.Words {
						said++
						require.True(t, phrases[voice.Phrase{Language: f.Language, Text: f.Text}], "%s at %s: %q", key, name, f.Text)
					}
				}
			}
		}
	}
	require.Greater(t, said, 100)
	for _, l := range dialogue.Languages {
		for _, text := range []string{"name ", "title ", "spoken "} {
			require.True(t, phrases[voice.Phrase{Language: l, Text: text + string(l)}])
		}
		require.False(t, phrases[voice.Phrase{Language: l, Text: "short " + string(l)}], "that goes by SMS")
	}
}
