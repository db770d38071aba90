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

// The texts that tell of bindings, to numbers that are not in the conversation.
const (
	boundText   = "binding.bound"
	unboundText = "binding.unbound"
)

// BoundText is citizen.Texts.
func (p Passcodes) BoundText(l dialogue.Language, number string) string {
	return p.ofNumber(boundText, l, number)
}

// UnboundText is citizen.Texts.
func (p Passcodes) UnboundText(l dialogue.Language, number string) string {
	return p.ofNumber(unboundText, l, number)
}

func (p Passcodes) ofNumber(key string, l dialogue.Language, number string) string {
	d := p.dialogues.Current()
	text := d.Texts.Write(dialogue.Utterance{Key: key, Language: l, Values: map[string]dialogue.Value{"number": dialogue.TextValue(number)}})
	return p.writing.form(message.Reply, l, d.Transliteration(key), text)
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
