package conversation

import (
	"context"
	"maps"
	"time"

	"okno/internal/contact"
	"okno/internal/dialogue"
	"okno/internal/words"
)

// AfterThread is how long after the end of a thread what a citizen writes is for the operator who had it.
const AfterThread = 10 * time.Minute

// whyAgain is why somebody waits who writes on after the end of a thread.
const whyAgain = "why.again"

// threads are the talks in writing that agents had.
type threads interface {
	// EndedThread gives the last thread of a number that has ended since a moment.
	EndedThread(ctx context.Context, number string, since time.Time) (t contact.Thread, found bool, err error)
}

// write begins an SMS conversation. What comes soon after the end of a thread goes on with it, first of all with the operator who had it: a
// "thank you, and one more thing" is nothing for a menu. Commands are commands all the same.
func (e *Engine) write(ctx context.Context, w Work, from, text string) (interaction int64, err error) {
	caller := Caller{Number: from, Vouched: true}
	if _, command := e.dialogues.Current().IsCommand(words.Normalise(text), ""); command {
		turn, err := e.Begin(ctx, w, dialogue.SMS, caller)
		return turn.Interaction, err
	}
	t, found, err := w.EndedThread(ctx, from, e.clock().Add(-AfterThread))
	if err != nil {
		return 0, err
	}
	d, i, s, err := e.open(ctx, w, dialogue.SMS, caller, dialogue.Language(t.Language))
	if err != nil {
		return 0, err
	}
	if err := w.AddSession(ctx, i.ID, s); err != nil {
		return 0, err
	}
	if found {
		waiting, joined, err := e.joinAgain(ctx, w, d, i, s, t)
		if err != nil {
			return 0, err
		}
		if joined {
			return i.ID, w.SaveSession(ctx, i.ID, waiting)
		}
	}
	_, err = e.advance(ctx, w, d, i, s, dialogue.Input{Kind: dialogue.Started})
	return i.ID, err
}

// joinAgain has a citizen wait in the queue of a thread that has ended, for the agent who had it. Nothing is said of it: the citizen is in the
// middle of a talk. joined is false when the queue takes nobody, or the dialogue leads to it no more.
func (e *Engine) joinAgain(ctx context.Context, w Work, d *dialogue.Definition, i Interaction, s Session, t contact.Thread) (waiting Session, joined bool, err error) {
	node := d.QueueNode(t.Queue)
	if node == "" {
		return s, false, nil
	}
	state := s.State
	state.Slots = maps.Clone(state.Slots)
	state.Slots[dialogue.SlotWhy] = dialogue.Value{Type: dialogue.TypePhrase, Text: whyAgain}
	state, effect, err := d.Enqueue(state, node)
	if err != nil {
		return s, false, err
	}
	arrival := arrivalOf(i, effect)
	arrival.Knows = t.AgentID
	admission, err := w.JoinQueue(ctx, arrival)
	if err != nil || admission != contact.Joined {
		return s, false, err
	}
	step, err := d.Step(state, outcomeOf(effect, result{outcome: string(admission)}))
	s.State = step.State
	return s, true, err
}
