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
