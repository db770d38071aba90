package conversation

import (
	"cmp"
	"context"

	"okno/internal/citizen"
	"okno/internal/contact"
	"okno/internal/dialogue"
)

// whyOutgoing is why an agent talks with somebody who has asked for nobody.
const whyOutgoing = "why.outgoing"

// OutgoingCall is a call that an agent places to a citizen.
type OutgoingCall struct {
	Number    string            // E.164
	CitizenID int64             // whom the agent wants to reach; 0: nobody knows
	Language  dialogue.Language // that the citizen hears who has chosen none
	Queue     string
	Case      string // the number of the case that it is about, or ""
}

// Outgoing opens the conversation of an outgoing call, and gives the arrival by which its contact joins a queue. Whoever answers hears first who
// calls, and may be anybody: the number proves nothing here. [contact.ErrNowhere] of a queue that is none.
func (e *Engine) Outgoing(ctx context.Context, w Work, o OutgoingCall) (contact.Arrival, error) {
	none := contact.Arrival{}
	d := e.dialogues.Current()
	node := d.OutgoingNode(o.Queue)
	if node == "" {
		return none, errNoCallBack
	}
	known, err := w.Known(ctx, o.Number)
	if err != nil {
		return none, err
	}
	slots := map[string]dialogue.Value{dialogue.SlotWhy: {Type: dialogue.TypePhrase, Text: whyOutgoing}}
	if o.Case != "" {
		slots["case"] = dialogue.Value{Type: dialogue.TypeCaseNumber, Text: o.Case}
	}
	state, effect, err := d.Enqueue(e.began(d, dialogue.Voice, cmp.Or(known.Language, o.Language), slots), node)
	if err != nil {
		return none, err
	}
	i := Interaction{Channel: dialogue.Voice, Number: o.Number, CitizenID: o.CitizenID, Verification: citizen.Nobody, Language: state.Language,
		Dialogue: d.Version}
	if i.ID, err = w.OpenInteraction(ctx, i); err != nil {
		return none, err
	}
	session := Session{State: state}
	if err := w.AddSession(ctx, i.ID, session); err != nil {
		return none, err
	}
	kept, found, err := w.PlaceIn(ctx, i.ID, o.Queue)
	if err == nil && !found {
		err = contact.ErrNowhere
	}
	if err != nil {
		return none, err
	}
	step, err := d.Step(state, outcomeOf(effect, result{outcome: string(contact.Joined)})) // whoever has a place is admitted
	if err != nil {
		return none, err
	}
	recorded, err := announces(ctx, w, d, i.ID, node, o.Queue)
	if err != nil {
		return none, err
	}
	session.State = d.Called(step.State, recorded)
	arrival := arrivalOf(i, effect)
	arrival.Channel, arrival.Queue, arrival.Kept = contact.Outgoing, o.Queue, &kept
	return arrival, w.SaveSession(ctx, i.ID, session)
}

// Unanswered ends the conversation of an outgoing call that the citizen did not answer, who is told nothing: nobody asked for the call.
func (e *Engine) Unanswered(ctx context.Context, w Work, interaction int64) error {
	_, _, _, err := e.unheard(ctx, w, interaction)
	return err
}
