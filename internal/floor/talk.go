package floor

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"okno/internal/acd"
	"okno/internal/call"
	"okno/internal/contact"
	"okno/internal/fault"
)

// Hold has the citizen hear music, and not the agent, nor the agent the citizen; or ends that. [contact.ErrState] outside a talk.
func (f *Floor) Hold(ctx context.Context, w Work, a acd.Agent, id int64, hold bool) error {
	c, live, err := f.serves(ctx, w, a, id)
	if err != nil {
		return err
	}
	if err := arrange(ctx, w, c); err != nil {
		return err
	}
	return w.HoldLeg(ctx, live.Channel(), hold)
}

// mostKeys is how many keys one order sends.
const mostKeys = 32

// Keys sends keys to whoever the agent talks with, as if they were pressed on the agent's telephone. [contact.ErrState] while nobody hears
// the agent.
func (f *Floor) Keys(ctx context.Context, w Work, a acd.Agent, id int64, keys string) error {
	c, live, err := f.talk(ctx, w, a, id)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(live.Legs, func(l call.Leg) bool { return l.Hears(a.ID) }) {
		return contact.ErrState
	}
	if keys == "" || len(keys) > mostKeys || strings.Trim(keys, "0123456789*#") != "" {
		return &fault.Error{Kind: fault.Invalid, Field: "keys", Text: "keys are digits, * and #, 32 at most"}
	}
	return order(ctx, w, c, call.Order{Kind: call.Keys, Keys: keys}, call.KeysLife)
}

// Rejoin rings the page of an agent who talks anew, in the place of a leg that it no longer has: it was loaded anew. A page whose leg is
// there already, or rings, is not rung again.
func (f *Floor) Rejoin(ctx context.Context, w Work, a acd.Agent, id int64) error {
	c, live, err := f.serves(ctx, w, a, id)
	if err != nil {
		return err
	}
	old := slices.IndexFunc(live.Legs, func(l call.Leg) bool { return l.AgentID == a.ID })
	if a.Endpoint != "" || old >= 0 && live.Legs[old].State == call.LegRinging {
		return contact.ErrState
	}
	rules, err := w.Rules(ctx, c.Queue)
	if err != nil {
		return err
	}
	if err := w.SetAway(ctx, c.Interaction, true); err != nil {
		return err
	}
	if err := arrange(ctx, w, c); err != nil {
		return err
	}
	err = w.AddOrder(ctx, call.Order{ID: call.AgentLegPrefix + uuid.NewString(), Interaction: c.Interaction, Kind: call.Connect, Contact: c.ID,
		Agent: a.ID, Endpoint: pageOf(a.ID), Role: call.Agent, Ring: rules.Ring, By: By(a.ID)}, call.ConnectLife)
	if err != nil || old < 0 {
		return err
	}
	return w.SetLeg(ctx, live.Legs[old].ID, call.LegEnded)
}

// hangUp ends an agent's part of a call. An agent who has brought somebody into it leaves the citizen to that other.
func (f *Floor) hangUp(ctx context.Context, w Work, a acd.Agent, c contact.Contact) error {
	live, err := w.Call(ctx, c.Interaction)
	if err != nil {
		return err
	}
	switch {
	case c.Helps != 0:
		return endAside(ctx, w, c, live)
	case goesOn(live, false):
		return f.pass(ctx, w, c, live)
	}
	if err := release(ctx, w, c); err != nil {
		return err
	}
	return order(ctx, w, c, call.Order{Kind: call.Release}, call.ReleaseLife)
}

// release ends a talk, and a consultation beside it.
func release(ctx context.Context, w Work, c contact.Contact) error {
	if _, _, err := move(ctx, w, c, contact.Released, 0); err != nil {
		return err
	}
	help, found, err := w.LockHelp(ctx, c.Interaction)
	if err != nil || !found {
		return err
	}
	_, _, err = move(ctx, w, help, contact.HelpOver, 0)
	return err
}

// talk gives the contact and the call in which an agent talks. [contact.ErrState].
func (f *Floor) talk(ctx context.Context, w Work, a acd.Agent, id int64) (c contact.Contact, live call.Call, err error) {
	if c, err = f.Held(ctx, w, a, id); err != nil {
		return c, live, err
	}
	if !c.ByCall || c.State != contact.Connected {
		return c, live, contact.ErrState
	}
	live, err = w.Call(ctx, c.Interaction)
	return c, live, err
}

// serves is talk for the agent in whose hands the citizen is, and not for one who helps.
func (f *Floor) serves(ctx context.Context, w Work, a acd.Agent, id int64) (contact.Contact, call.Call, error) {
	c, live, err := f.talk(ctx, w, a, id)
	if err == nil && c.Helps != 0 {
		err = contact.ErrState
	}
	return c, live, err
}

// arrange orders that the room of a contact's call be made what its legs say.
func arrange(ctx context.Context, w Work, c contact.Contact) error {
	return order(ctx, w, c, call.Order{Kind: call.Arrange}, call.ArrangeLife)
}

// order writes an order to the call of a contact, in the name of the agent who has it.
func order(ctx context.Context, w Work, c contact.Contact, o call.Order, life time.Duration) error {
	o.ID, o.Interaction, o.Contact, o.Agent, o.By = "okno-"+string(o.Kind)+"-"+uuid.NewString(), c.Interaction, c.ID, c.AgentID, By(c.AgentID)
	return w.AddOrder(ctx, o, life)
}
