package conversation

import (
	"strconv"
	"time"

	"okno/internal/dialogue"
)

// Passcode writes the message that carries a one-time password, in the words of the current dialogue.
func (l *Library) Passcode(language dialogue.Language, code string, lifetime time.Duration, brief bool) string {
	key := "passcode.message"
	if brief {
		key = "passcode.brief"
	}
	return l.current.Texts.Write(dialogue.Utterance{Key: key, Language: language, Values: map[string]dialogue.Value{
		"code":    {Type: dialogue.TypeSecret, Text: code},
		"minutes": {Type: dialogue.TypeCount, Text: strconv.Itoa(int(lifetime.Minutes()))},
	}})
}
