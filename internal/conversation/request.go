package conversation

import (
	"context"
	"errors"

	"okno/internal/call"
	"okno/internal/dialogue"
)

// whyAway is why somebody waits who asked for a call while Okno was away.
const whyAway = "why.away"

// errNoCallBack says that a dialogue has no queue in which citizens wait to be called back.
var errNoCallBack = errors.New("no queue of the dialogue calls citizens back")

// Request opens a callback for a citizen who asked for one while Okno was away, in the place of who asked then. Whoever waits for a callback
// already goes on waiting for that one.
func (e *Engine) Request(ctx context.Context, w Work, r call.Request) error {
	open, err := w.CallbacksOf(ctx, r.Number)
	if err != nil || len(open) > 0 {
		return err
	}
	d := e.dialogues.Current()
	i := Interaction{Channel: dialogue.Voice, Number: r.Number, Language: dialogue.Language(r.Language)}
	joined, err := e.waitBy(ctx, w, d, i, otherWay{channel: dialogue.Voice, at: d.CallBackNode(), since: r.At,
		slots: map[string]dialogue.Value{dialogue.SlotWhy: {Type: dialogue.TypePhrase, Text: whyAway}}})
	if err == nil && !joined {
		err = errNoCallBack
	}
	return err
}
