package sms

import (
	"slices"

	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/message"
	"okno/sms/text"
)

// Writing measures texts as they are sent, and puts each into the form that the dialogue chooses for it, or else the configuration
// for its lane.
func (c Config) Writing() conversation.Writing {
	form := func(lane message.Lane, l dialogue.Language, choice dialogue.Transliteration, s string) string {
		switch choice {
		case dialogue.Always:
			return text.Latin(string(l), s)
		case dialogue.Never:
			return s
		}
		return c.form(lane, string(l), s)
	}
	return conversation.Writing{Segments: text.Segments, Pages: text.Pages, Form: form}
}

// AgencyForm is the form of a text that an agency submits: its letters tell the language.
func (c Config) AgencyForm(lane message.Lane, s string) string { return c.form(lane, "", s) }

// form gives a text as it is sent in a lane. language is "kk" or "ru", or "" where nobody has said.
func (c Config) form(lane message.Lane, language, s string) string {
	if slices.Contains(c.Transliterate, lane) {
		return text.Latin(language, s)
	}
	return s
}
