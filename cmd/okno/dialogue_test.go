package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/dialogue"
	"okno/internal/message"
	"okno/sms"
	"okno/sms/text"
)

func TestTheLineKeepsItsLimitsInEitherScript(t *testing.T) {
	t.Parallel()
	_, _, err := dialogueFolder{}.checked()
	require.NoError(t, err)
}

// longest is a text with every parameter as long as it gets.
type longest struct{ d *dialogue.Definition }

func (l longest) Passcode(language dialogue.Language, code string, lifetime time.Duration, _ bool) string {
	return l.d.Texts.Write(dialogue.Utterance{Key: "passcode.message", Language: language, Values: map[string]dialogue.Value{
		"code": {Type: dialogue.TypeSecret, Text: code}, "minutes": {Type: dialogue.TypeCount, Text: "5"}}})
}

func TestPasscodesGoInTheFormOfTheirLane(t *testing.T) {
	t.Parallel()
	d, _, err := dialogueFolder{}.checked()
	require.NoError(t, err)
	in := func(lanes ...message.Lane) string {
		c := sms.Config{Transliterate: lanes}
		body := passcodes{longest{d}, writing(c)}.Passcode(dialogue.Russian, "123456", 5*time.Minute, false)
		require.Equal(t, 1, text.Segments(body))
		return body
	}
	require.Equal(t, "Пароль 123456, действует 5 мин. Никому его не называйте.", in(message.Notice))
	require.Equal(t, "Parol 123456, deistvuet 5 min. Nikomu ego ne nazyvaite.", in(message.OTP))
}
