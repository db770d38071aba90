package conversation

import (
	"cmp"
	"context"
	"maps"
	"strings"
	"time"

	"okno/internal/contact"
	"okno/internal/dialogue"
	"okno/internal/phone"
	"okno/internal/recording"
)

// otherWay is another way to wait for an operator than the one that the citizen is on.
type otherWay struct {
	channel dialogue.Channel // SMS: the operator answers there; voice: the citizen is called back
	at      string           // the node of the queue
	queue   string           // another queue than the node's; "": that
	slots   map[string]dialogue.Value
	due     time.Time // of a callback: not before
	since   time.Time // when it was asked for, where nobody waited; zero: now
}

// waitBy opens a conversation that waits in a queue, in the place of another. It is false where the queue is none.
func (e *Engine) waitBy(ctx context.Context, w Work, d *dialogue.Definition, i Interaction, way otherWay) (joined bool, err error) {
	slots := maps.Clone(way.slots)
	maps.DeleteFunc(slots, func(name string, v dialogue.Value) bool {
		return name == "at" || name == "in" || strings.TrimSpace(v.Text) == ""
	})
	state, effect, err := d.Enqueue(d.Begin(way.channel, i.Language, slots), way.at)
	if err != nil {
		return false, err
	}
	queue := cmp.Or(way.queue, effect.With["queue"].Text)
	kept, found, err := w.PlaceIn(ctx, i.ID, queue)
	if err != nil || !found {
		return false, err
	}
	if !way.since.IsZero() && way.since.Before(kept.QueuedAt) {
		kept.QueuedAt = way.since
	}
	known, err := w.Known(ctx, i.Number)
	if err != nil {
		return false, err
	}
	// Whoever has the telephone of the number reads the answer, or takes the call: the number vouches as in any message.
	next := Interaction{Channel: way.channel, Number: i.Number, CitizenID: known.CitizenID, Verification: known.Verification(), Language: i.Language,
		Dialogue: d.Version}
	if next.ID, err = w.OpenInteraction(ctx, next); err != nil {
		return false, err
	}
	session := Session{State: state}
	if err := w.AddSession(ctx, next.ID, session); err != nil { // before the contact: the order of locks
		return false, err
	}
	arrival := arrivalOf(next, effect)
	arrival.Queue, arrival.Kept, arrival.DueAt = queue, &kept, way.due
	if way.channel == dialogue.Voice {
		arrival.Channel = contact.Callback
	}
	admission, err := w.JoinQueue(ctx, arrival)
	if err != nil {
		return false, err
	}
	step, err := d.Step(state, outcomeOf(effect, result{outcome: string(admission)}))
	if err != nil {
		return false, err
	}
	session.State = step.State
	if way.channel == dialogue.Voice {
		if err := answersBefore(ctx, w, i.ID, next.ID, queue); err != nil {
			return false, err
		}
		recorded, err := announces(ctx, w, d, next.ID, way.at, queue)
		if err != nil {
			return false, err
		}
		session.State = d.CalledBack(step.State, recorded) // heard by whoever is called
	}
	if err := w.SaveSession(ctx, next.ID, session); err != nil || way.channel == dialogue.Voice {
		return true, err
	}
	return true, e.writeTo(ctx, w, d, next, step.Utterances)
}

// announces says whether a talk with a citizen who is called is recorded, and allows that: whoever is called hears so first.
func announces(ctx context.Context, w Work, d *dialogue.Definition, interaction int64, node, queue string) (bool, error) {
	if !d.Announces(node) {
		return false, nil
	}
	rule, err := w.RecordingRule(ctx, interaction, queue)
	if err != nil || rule != recording.Announced {
		return false, err
	}
	return true, w.AllowRecording(ctx, interaction, true)
}

// answersBefore has the citizen's answer, whether talks of a queue may be recorded, count when the citizen is called back: nobody is asked twice. from
// is the interaction in which the callback was asked for, or 0.
func answersBefore(ctx context.Context, w Work, from, to int64, queue string) error {
	if from == 0 {
		return nil
	}
	rule, err := w.RecordingRule(ctx, to, queue)
	if err != nil || rule != recording.Asked {
		return err
	}
	return w.CopyRecordingAnswer(ctx, from, to)
}

// Reached gives what a citizen hears who was called and has answered: who calls, and the question whether the talk may be recorded, where the queue
// wants that to be asked and the citizen has not answered it. [Turn.Expect] says whether the citizen waits for the agent.
func (e *Engine) Reached(ctx context.Context, w Work, interaction int64, queue string) (Turn, error) {
	d, i, s, err := e.session(ctx, w, interaction)
	if err != nil {
		return Turn{}, err
	}
	in := dialogue.Input{Kind: dialogue.Resumed}
	if d.AsksToRecord(s.Node) {
		rule, err := w.RecordingRule(ctx, interaction, queue)
		if err != nil {
			return Turn{}, err
		}
		if rule == recording.Asked {
			in.Kind = dialogue.Reached
		}
	}
	return e.advance(ctx, w, d, i, s, in)
}

// AwaitsAnswer says whether the session of an interaction waits for an answer of the citizen. [ErrNoSession].
func (e *Engine) AwaitsAnswer(ctx context.Context, w Work, interaction int64) (bool, error) {
	_, s, err := w.LockSession(ctx, interaction)
	return err == nil && s.Pending == nil && !s.Ended, err
}

// writeTo writes to the citizen of an SMS conversation.
func (e *Engine) writeTo(ctx context.Context, w Work, d *dialogue.Definition, i Interaction, said []dialogue.Utterance) error {
	var lines, keys []string
	for _, u := range said {
		lines, keys = append(lines, d.Texts.WriteOn(dialogue.SMS, u)), append(keys, u.Key)
	}
	if len(lines) == 0 {
		return nil
	}
	text := strings.Join(lines, "\n")
	if err := w.AddEntries(ctx, i.ID, Entry{Speaker: Okno, Kind: "wrote", Body: text}); err != nil {
		return err
	}
	return e.reply(ctx, w, i.ID, i.Number, i.Language, d.Transliteration(keys...), text)
}

// CallBack opens a callback for a citizen whose call has broken off while an operator was waited for or talked to, unless one is open, or the
// number is not known. The place in the queue is kept.
func (e *Engine) CallBack(ctx context.Context, w Work, interaction int64) error {
	d, i, s, err := e.session(ctx, w, interaction)
	if err != nil || i.Number == "" {
		return err
	}
	open, err := w.CallbacksOf(ctx, i.Number)
	if err != nil || len(open) > 0 || !d.IsQueue(s.Node) {
		return err
	}
	_, err = e.waitBy(ctx, w, d, i, otherWay{channel: dialogue.Voice, at: s.Node, slots: s.Slots})
	return err
}

// unreachedText tells a citizen that the calls that were asked for were not answered.
const unreachedText = "callback.unreached"

// Unreached ends the conversation of a callback whose citizen did not answer, and says so by SMS where the number takes any.
func (e *Engine) Unreached(ctx context.Context, w Work, interaction int64) error {
	d, i, s, err := e.unheard(ctx, w, interaction)
	if err != nil || !phone.TakesSMS(i.Number) {
		return err
	}
	i.Language = s.Language
	return e.writeTo(ctx, w, d, i, []dialogue.Utterance{{Key: unreachedText, Language: s.Language}})
}

// unheard ends the session of a citizen who was called and has heard nothing.
func (e *Engine) unheard(ctx context.Context, w Work, interaction int64) (*dialogue.Definition, Interaction, Session, error) {
	d, i, s, err := e.session(ctx, w, interaction)
	if err != nil {
		return d, i, s, err
	}
	left, err := d.Step(s.State, dialogue.Input{Kind: dialogue.Hangup})
	if err != nil {
		return d, i, s, err
	}
	s.State = left.State
	return d, i, s, w.SaveSession(ctx, interaction, s)
}
