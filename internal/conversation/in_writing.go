package conversation

import (
	"context"

	"okno/internal/dialogue"
	"okno/internal/phone"
)

// inWritingText tells a caller that what could not be said comes by SMS.
const inWritingText = "common.in_writing"

// InWriting sends by SMS what could not be said in a call, and gives what is said in its place: nothing where the number takes no SMS.
func (e *Engine) InWriting(ctx context.Context, w Work, interaction int64, unsaid []dialogue.Utterance) ([]dialogue.Fragment, error) {
	d, i, s, err := e.session(ctx, w, interaction)
	if err != nil || !phone.TakesSMS(i.Number) {
		return nil, err
	}
	i.Language = s.Language
	if err := e.writeTo(ctx, w, d, i, unsaid); err != nil {
		return nil, err
	}
	told := dialogue.Utterance{Key: inWritingText, Language: s.Language}
	if err := w.AddEntries(ctx, i.ID, Entry{Speaker: Okno, Kind: "said", Body: d.Texts.Transcript(told)}); err != nil {
		return nil, err
	}
	return d.Texts.Speak(told), nil
}
