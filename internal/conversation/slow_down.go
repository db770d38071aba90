package conversation

import (
	"context"

	"okno/internal/dialogue"
)

// slowDownText is the text for a citizen who writes more than is answered.
const slowDownText = "common.slow_down"

// IsStop says whether a message is the word that stops notices: it counts however much the citizen has written.
func (e *Engine) IsStop(text string) bool { return e.dialogues.Current().LeadsTo(text, "notices.stop") }

// slowDown answers a message that came over the limit: the dialogue does not see it, and the citizen is asked to write less. It gives
// the open conversation, or 0. from is E.164.
func (e *Engine) slowDown(ctx context.Context, w Work, from string) (interaction int64, err error) {
	known, err := w.Known(ctx, from)
	if err != nil {
		return 0, err
	}
	id, _, found, err := w.OpenOn(ctx, dialogue.SMS, from)
	if err != nil {
		return 0, err
	}
	language := known.Language
	if language == "" {
		language = dialogue.Russian
	}
	d := e.dialogues.Current()
	text := d.Texts.Line(language, slowDownText)
	if found {
		if err := w.AddEntries(ctx, id, Entry{Speaker: Okno, Kind: "wrote", Body: text}); err != nil {
			return 0, err
		}
	}
	return id, e.reply(ctx, w, id, from, language, d.Transliteration(slowDownText), text)
}
