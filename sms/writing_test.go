package sms

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/dialogue"
	"okno/internal/message"
)

func TestTextsGoInTheLettersThatTheDialogueWantsOrElseTheirLane(t *testing.T) {
	t.Parallel()
	const cyrillic, latin = "Пароль 123456", "Parol 123456"
	for _, test := range []struct {
		choice dialogue.Transliteration
		lane   message.Lane // that is transliterated
		want   string
	}{
		{dialogue.AsConfigured, message.Notice, cyrillic},
		{dialogue.AsConfigured, message.OTP, latin},
		{dialogue.Always, message.Notice, latin},
		{dialogue.Never, message.OTP, cyrillic},
	} {
		c := Config{Transliterate: []message.Lane{test.lane}}
		require.Equal(t, test.want, c.Writing().Form(message.OTP, dialogue.Russian, test.choice, cyrillic), "%+v", test)
		if test.choice == dialogue.AsConfigured {
			require.Equal(t, test.want, c.AgencyForm(message.OTP, cyrillic))
		}
	}
	w := Config{}.Writing()
	require.Equal(t, 2, w.Segments(string(make([]rune, 71))+"ы"))
	require.Len(t, w.Pages("a", "more"), 1)
}
