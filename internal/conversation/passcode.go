package conversation

import (
	"strconv"
	"time"

	"okno/internal/dialogue"
	"okno/internal/message"
)

// The texts that carry a one-time password by SMS.
const (
	passcodeMessage = "passcode.message"
	passcodeBrief   = "passcode.brief"
)

// Passcodes writes the messages that carry one-time passwords, in the words of the current dialogue.
type Passcodes struct {
	dialogues Dialogues
	writing   Writing
}

// NewPasscodes takes its parts.
func NewPasscodes(d Dialogues, writing Writing) Passcodes { return Passcodes{d, writing} }

// Passcode writes one. A brief one leaves room for more.
func (p Passcodes) Passcode(language dialogue.Language, code string, lifetime time.Duration, brief bool) string {
	key := passcodeMessage
	if brief {
		key = passcodeBrief
	}
	d := p.dialogues.Current()
	text := d.Texts.Write(dialogue.Utterance{Key: key, Language: language, Values: map[string]dialogue.Value{
		"code":    {Type: dialogue.TypeSecret, Text: code},
		"minutes": {Type: dialogue.TypeCount, Text: strconv.Itoa(int(lifetime.Minutes()))},
	}})
	return p.writing.form(message.OTP, language, d.Transliteration(key), text)
}
