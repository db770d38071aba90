package floor

import (
	"context"

	"github.com/google/uuid"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/call"
	"okno/internal/contact"
)

// Supervise brings a supervisor into a talk, whose telephone rings for it; or changes how the supervisor takes part in it. One supervisor at a
// time: [contact.ErrState] when another is there, outside a talk and in one's own, and the errors of access. The journal keeps it.
func (f *Floor) Supervise(ctx context.Context, w Work, s acd.Agent, id int64, mode call.Mode) error {
	c, live, leg, err := f.supervised(ctx, w, s, id)
	if err != nil {
		return err
	}
	if err := w.JournalDeed(ctx, s.ID, "contact.supervise", id, map[string]any{"mode": mode}); err != nil {
		return err
	}
	if leg.ID == "" {
		endpoint := s.Endpoint
		if endpoint == "" {
			endpoint = pageOf(s.ID)
		}
		return w.AddOrder(ctx, call.Order{ID: call.AgentLegPrefix + uuid.NewString(), Interaction: live.Interaction, Kind: call.Supervise, Contact: c.ID,
			Agent: s.ID, Endpoint: endpoint, Role: call.Supervisor, Mode: mode, Ring: acd.DefaultRules.Ring, By: By(s.ID)}, call.ConnectLife)
	}
	if err := arrange(ctx, w, c); err != nil {
		return err
	}
	return w.SetMode(ctx, leg.ID, mode)
}

// supervised gives a talk that somebody may supervise, and the supervisor's leg in it, if there is one.
func (f *Floor) supervised(ctx context.Context, w Work, s acd.Agent, id int64) (c contact.Contact, live call.Call, leg call.Leg, err error) {
	if err = access.May(Subject(s), access.SuperviseCall, access.Untied); err != nil {
		return c, live, leg, err
	}
	if c, err = w.LockContact(ctx, id); err != nil {
		return c, live, leg, err
	}
	if !c.ByCall || c.State != contact.Connected || c.Helps != 0 || c.AgentID == s.ID {
		return c, live, leg, contact.ErrState
	}
	if live, err = w.Call(ctx, c.Interaction); err != nil {
		return c, live, leg, err
	}
	if leg, _ = live.Leg(call.Supervisor); leg.ID != "" && leg.AgentID != s.ID {
		err = contact.ErrState
	}
	return c, live, leg, err
}

// Unsupervise takes a supervisor out of a talk.
func (f *Floor) Unsupervise(ctx context.Context, w Work, s acd.Agent, id int64) error {
	c, _, leg, err := f.supervised(ctx, w, s, id)
	if err != nil {
		return err
	}
	if err := arrange(ctx, w, c); err != nil || leg.ID == "" {
		return err
	}
	return w.SetLeg(ctx, leg.ID, call.LegEnded)
}

// TakeOver makes a supervisor who is in a talk the one in whose hands the citizen is. The agent's part ends.
func (f *Floor) TakeOver(ctx context.Context, w Work, s acd.Agent, id int64) error {
	c, live, leg, err := f.supervised(ctx, w, s, id)
	if err != nil {
		return err
	}
	if _, aside := live.Aside(); aside || leg.State != call.LegUp {
		return contact.ErrState
	}
	next, err := w.CopyContact(ctx, c.ID, "", "take-over:"+leg.ID, 0)
	if err != nil {
		return err
	}
	if err := release(ctx, w, c); err != nil {
		return err
	}
	for _, e := range []contact.Event{contact.OfferMade, contact.AcceptedOffer, contact.Answered} {
		if next, _, err = seize(ctx, w, next, e, s.ID); err != nil {
			return err
		}
	}
	if err := w.JournalDeed(ctx, s.ID, "contact.take_over", id, nil); err != nil {
		return err
	}
	if err := arrange(ctx, w, c); err != nil {
		return err
	}
	if old, ok := live.Leg(call.Agent); ok {
		if err := w.SetLeg(ctx, old.ID, call.LegEnded); err != nil {
			return err
		}
	}
	if err := w.HoldLeg(ctx, live.Channel(), false); err != nil {
		return err
	}
	if err := w.SetMode(ctx, leg.ID, ""); err != nil {
		return err
	}
	return w.GiveLeg(ctx, leg.ID, call.Agent)
}

// seize moves a contact that is offered to nobody: its agent has it without being asked.
func seize(ctx context.Context, w Work, c contact.Contact, e contact.Event, agent int64) (contact.Contact, bool, error) {
	m, done, err := c.After(e)
	if err != nil || done {
		return c, done, err
	}
	moved, err := w.MoveContact(ctx, c, m, agent)
	return moved, false, err
}
