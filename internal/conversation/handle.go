package conversation

import (
	"context"
	"strings"
	"time"

	"okno/internal/dialogue"
	"okno/internal/message"
)

// smsIdle is how long an SMS conversation stays open without a word: a number that answers a list the next day would be
// an answer to something forgotten.
const smsIdle = 2 * time.Hour

// Handle takes a citizen's message: the step that follows, its effects and the reply are part of the same unit of work. A message
// over the limit has no step: the citizen is asked to slow down. It gives the interaction to which the message belongs, or 0.
func (e *Engine) Handle(ctx context.Context, w Work, mo message.MO) (interaction int64, err error) {
	if mo.Flood {
		return e.slowDown(ctx, w, mo.Source)
	}
	return e.converse(ctx, w, mo.Source, mo.Text)
}

// converse advances the number's open conversation by a text, or begins one. from is E.164.
func (e *Engine) converse(ctx context.Context, w Work, from, text string) (interaction int64, err error) {
	id, activeAt, found, err := w.OpenOn(ctx, dialogue.SMS, from)
	if err != nil {
		return 0, err
	}
	if found && e.clock().Sub(activeAt) > smsIdle {
		i, s, err := w.LockSession(ctx, id)
		if err != nil {
			return 0, err
		}
		if s.Pending == nil { // whoever waits for an operator goes on waiting
			if err := w.EndInteraction(ctx, i.ID, SelfService); err != nil {
				return 0, err
			}
			found = false
		}
	}
	if !found {
		if id, err = e.write(ctx, w, from, text); err != nil {
			return 0, err
		}
	}
	turn, err := e.Advance(ctx, w, id, dialogue.Input{Kind: dialogue.Text, Text: strings.TrimSpace(text)})
	if err != nil {
		return 0, err
	}
	return id, e.Reply(ctx, w, turn)
}

// Reply sends what Okno wrote in a turn, as one message; what it spoke is not its business.
func (e *Engine) Reply(ctx context.Context, w Work, turn Turn) error {
	text := strings.Join(turn.Written, "\n")
	if text == "" {
		return nil
	}
	return e.reply(ctx, w, turn.Interaction, turn.Number, turn.Language, turn.Transliteration, text)
}

// reply sends a text of the dialogue, in the form in which replies are written.
func (e *Engine) reply(ctx context.Context, w Work, interaction int64, to string, l dialogue.Language, choice dialogue.Transliteration, text string) error {
	text = e.writing.form(message.Reply, l, choice, text)
	return w.EnqueueMT(ctx, message.MT{Lane: message.Reply, Destination: to, Text: text, Segments: e.writing.Segments(text),
		Interaction: interaction, ExpiresAt: e.clock().Add(message.ReplyLifetime)})
}
