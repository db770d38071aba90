package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/dialogue/line"
	"okno/internal/message"
	"okno/sms"
	"okno/sms/text"
)

func TestTheLineKeepsItsLimitsInEitherScript(t *testing.T) {
	t.Parallel()
	_, _, err := dialogueFolder{}.checked()
	require.NoError(t, err)
}

// lineWith is the line with its own choices of letters replaced.
func lineWith(t *testing.T, choices string) *dialogue.Definition {
	t.Helper()
	files, err := dialogue.Source(line.Files)
	require.NoError(t, err)
	const own = "\n  passcode.message: never"
	require.Contains(t, files[dialogue.File], own)
	files[dialogue.File] = strings.Replace(files[dialogue.File], own, choices, 1)
	d, err := dialogue.Parse(files, vocabulary())
	require.NoError(t, err)
	require.Empty(t, d.Check())
	return d
}

func TestPasscodesGoInTheLettersThatTheDialogueWantsOrElseTheirLane(t *testing.T) {
	t.Parallel()
	const cyrillic, latin = "Пароль 123456, действует 5 мин. Никому его не называйте.", "Parol 123456, deistvuet 5 min. Nikomu ego ne nazyvaite."
	for _, c := range []struct {
		choice string
		lane   message.Lane // that is transliterated
		want   string
	}{
		{"", message.Notice, cyrillic},
		{"", message.OTP, latin},
		{"\n  passcode.message: always", message.Notice, latin},
		{"\n  passcode.message: never", message.OTP, cyrillic},
	} {
		writing := sms.Config{Transliterate: []message.Lane{c.lane}}.Writing()
		texts := conversation.NewPasscodes(oneDialogue{lineWith(t, c.choice)}, writing)
		body := texts.Passcode(dialogue.Russian, "123456", 5*time.Minute, false)
		require.Equal(t, c.want, body)
		require.Equal(t, 1, text.Segments(body))
	}
}

// Whoever tries a dialogue by SMS reads it in the letters that it goes in.
func TestTryShowsTheLettersOfAText(t *testing.T) {
	t.Parallel()
	for choice, want := range map[string]string{
		"": "ИНФО код или слова", "\n  help: always": "INFO kod ili slova", "\n  help: never": "ИНФО код или слова",
	} {
		var screen bytes.Buffer
		tried, err := newTry(lineWith(t, choice), dialogue.SMS, "+77010000002", strings.NewReader("помощь\n"), &screen)
		require.NoError(t, err)
		require.NoError(t, tried.run(t.Context()))
		require.Contains(t, screen.String(), want)
		require.Contains(t, screen.String(), "(1 segments)")
	}
}

// Whoever tries a dialogue as a phone may say what callers may say, and is heard no better than they are.
func TestTryTakesWords(t *testing.T) {
	t.Parallel()
	var screen bytes.Buffer
	tried, err := newTry(lineWith(t, ""), dialogue.Voice, "+77010000002", strings.NewReader("2\nкакая погода\nузнать статус\n"), &screen)
	require.NoError(t, err)
	require.NoError(t, tried.run(t.Context()))
	require.Contains(t, screen.String(), "Вы ничего не нажали")
	require.Contains(t, screen.String(), "Наберите номер дела.")
	require.NotContains(t, screen.String(), "♪ 2", "what the citizen says is not what Okno says")
}

type oneDialogue struct{ d *dialogue.Definition }

func (o oneDialogue) Current() *dialogue.Definition { return o.d }
func (o oneDialogue) Version(context.Context, string) (*dialogue.Definition, error) {
	return o.d, nil
}
