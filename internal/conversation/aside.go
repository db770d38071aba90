package conversation

import (
	"context"
	"fmt"

	"okno/internal/dialogue"
)

// stopNotices is the action of the word STOP.
const stopNotices = "notices.stop"

// aside carries out a command that a citizen gives in a message to an operator, such as STOP, beside the conversation, which goes on as if it had not
// been given: whoever writes STOP is to get no more notices, whoever else hears it. It gives what is said of it. A command that would have to
// ask something back, take its time, or join a queue, is the operator's.
func (e *Engine) aside(ctx context.Context, w Work, d *dialogue.Definition, i Interaction, s Session, in dialogue.Input) (said []dialogue.Utterance, err error) {
	if in.Kind != dialogue.Text || s.Pending == nil || s.Pending.Action != dialogue.QueueAction {
		return nil, nil
	}
	run, ok := d.Aside(s.State, in.Text)
	if !ok {
		return nil, nil
	}
	for range mostActions {
		said = append(said, run.Utterances...)
		if run.Effect == nil || run.Effect.Action == dialogue.QueueAction {
			return said, nil
		}
		i.Language = run.State.Language
		outcome, err := e.act(ctx, w, d, &i, run.Effect)
		if err != nil {
			return nil, fmt.Errorf("%s beside interaction %d: %w", run.Effect.Action, i.ID, err)
		}
		if outcome == nil {
			return said, nil
		}
		if run, err = d.Step(run.State, *outcome); err != nil {
			return nil, fmt.Errorf("step beside interaction %d: %w", i.ID, err)
		}
	}
	return said, nil
}
