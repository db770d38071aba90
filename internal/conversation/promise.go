package conversation

import (
	"context"

	"okno/internal/contact"
	"okno/internal/dialogue"
	"okno/internal/phone"
)

// whyPromised is why a citizen is called to whom an operator has promised that.
const whyPromised = "why.promised"

// PromiseCall opens a callback that an operator has promised, in the operator's queue behind everybody, and confirms its time by SMS where the number
// takes any. The callback for which a number waits already is called at that time. [contact.ErrState] of one that an operator has already.
func (e *Engine) PromiseCall(ctx context.Context, w Work, p contact.Promise) (callback int64, err error) {
	d := e.dialogues.Current()
	i := Interaction{Channel: dialogue.Voice, Number: p.Number, Language: dialogue.Language(p.Language)}
	open, err := w.CallbacksOf(ctx, p.Number)
	if err == nil && len(open) == 0 {
		open, err = e.openPromised(ctx, w, d, i, p)
	}
	if err != nil || p.At.IsZero() {
		return firstOf(open), err
	}
	promised, err := w.PromiseCall(ctx, firstOf(open), p.At)
	if err != nil {
		return 0, err
	}
	if !promised {
		return 0, contact.ErrState
	}
	if !phone.TakesSMS(i.Number) {
		return firstOf(open), nil
	}
	i.ID = open[0].Interaction
	told := openingValues(contact.Opening{Now: p.Now, At: p.At})
	return firstOf(open), e.writeTo(ctx, w, d, i, []dialogue.Utterance{{Key: promisedText, Language: i.Language, Values: told}})
}

func (e *Engine) openPromised(ctx context.Context, w Work, d *dialogue.Definition, i Interaction, p contact.Promise) ([]contact.Ref, error) {
	joined, err := e.waitBy(ctx, w, d, i, otherWay{channel: dialogue.Voice, at: d.CallBackNode(), queue: p.Queue, due: p.At,
		slots: map[string]dialogue.Value{dialogue.SlotWhy: {Type: dialogue.TypePhrase, Text: whyPromised}}})
	if err != nil {
		return nil, err
	}
	open, err := w.CallbacksOf(ctx, p.Number)
	if err == nil && (!joined || len(open) == 0) {
		err = errNoCallBack
	}
	return open, err
}

func firstOf(open []contact.Ref) int64 {
	if len(open) == 0 {
		return 0
	}
	return open[0].ID
}
