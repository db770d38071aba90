package floor

import (
	"context"
	"slices"
	"time"

	"okno/internal/acd"
	"okno/internal/contact"
	"okno/internal/fault"
)

// PromiseTimes lists the times at which an agent may promise to call the citizen of a contact in hand. The errors are those of PromiseCall.
func (f *Floor) PromiseTimes(ctx context.Context, w Work, a acd.Agent, id int64) ([]time.Time, error) {
	_, rules, now, err := f.promises(ctx, w, a, id)
	if err != nil {
		return nil, err
	}
	return rules.PromiseTimes(now), nil
}

// PromiseCall opens a callback to the citizen of a contact in hand, in the contact's queue, or changes the one that is open. The citizen is told by
// SMS of a time; zero is as soon as the turn comes. own addresses it to the agent. [contact.ErrState] outside a talk and a wrap-up, and of a
// callback that an agent has already; [contact.ErrNowhere] when the number is withheld.
func (f *Floor) PromiseCall(ctx context.Context, w Work, a acd.Agent, id int64, at time.Time, own bool) error {
	c, rules, now, err := f.promises(ctx, w, a, id)
	if err != nil {
		return err
	}
	if !at.IsZero() {
		times := rules.PromiseTimes(now)
		i := slices.IndexFunc(times, at.Equal)
		if i < 0 {
			return &fault.Error{Kind: fault.Invalid, Field: "at", Text: "a full or half hour in which the queue calls back"}
		}
		at = times[i]
	}
	callback, err := f.dialogue.PromiseCall(ctx, w, contact.Promise{Number: c.Number, Language: c.Language, Queue: c.Queue, At: at, Now: now})
	if err != nil {
		return err
	}
	to := int64(0)
	if own {
		to = a.ID
	}
	if _, err := w.Address(ctx, callback, to, rules.AddressedFor(false)); err != nil {
		return err
	}
	return w.JournalDeed(ctx, a.ID, "contact.promise_call", id, map[string]any{"callback": callback, "own": own})
}

// promises gives a contact in hand whose citizen may be promised a call, the rules of its queue, and the store's time.
func (f *Floor) promises(ctx context.Context, w Work, a acd.Agent, id int64) (c contact.Contact, rules acd.Rules, now time.Time, err error) {
	if c, err = f.Held(ctx, w, a, id); err != nil {
		return c, rules, now, err
	}
	switch {
	case c.State != contact.Connected && c.State != contact.WrapUp || c.Helps != 0:
		return c, rules, now, contact.ErrState
	case c.Number == "":
		return c, rules, now, contact.ErrNowhere
	}
	if rules, err = w.Rules(ctx, c.Queue); err == nil {
		now, err = w.Now(ctx)
	}
	return c, rules, now, err
}
