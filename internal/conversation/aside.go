package conversation

import (
	"context"

	"okno/internal/dialogue"
)

// stopNotices is the action of the word STOP.
const stopNotices = "notices.stop"

// aside does what a message asks for beside the operator who reads it: whoever writes STOP is to get no more notices, whoever
// else hears it. It gives what is said of it.
func (e *Engine) aside(ctx context.Context, w Work, d *dialogue.Definition, i Interaction, s Session, in dialogue.Input) ([]dialogue.Utterance, error) {
	if in.Kind != dialogue.Text || s.Pending == nil || s.Pending.Action != dialogue.QueueAction {
		return nil, nil
	}
	done, ok := d.Aside(in.Text, stopNotices, s.Language)
	if !ok {
		return nil, nil
	}
	return []dialogue.Utterance{done}, w.SetNotices(ctx, i.Number, true)
}
