package sms

import (
	"context"

	"okno/internal/message"
	"okno/sms/smpp"
)

// grants are the binds that would submit a reply at once: nothing waits for them, and they have room.
func (c *Channel) grants() []message.Grant {
	var grants []message.Grant
	table, now := c.table.Load(), c.Clock()
	for _, b := range c.binds {
		s := b.sender.Load()
		if s == nil || !s.idle.Load() {
			continue
		}
		routes := table.routes[b.link.Name]
		room := b.pace.room(now)
		if len(routes) == 0 || room.segments == 0 {
			continue
		}
		grants = append(grants, message.Grant{Link: b.link.Name, Slot: b.slot, Routes: routes, Prefixes: table.prefixes,
			Room: room.segments, Awaited: b.awaits(), Now: now, LeaseEnd: now.Add(b.lease())})
	}
	return grants
}

// dispatch hands segments to the binds that they were granted to.
func (c *Channel) dispatch(granted []message.Granted) {
	bySlot := map[string][]message.Segment{}
	for _, g := range granted {
		bySlot[g.Slot] = append(bySlot[g.Slot], g.Segment)
	}
	for _, b := range c.binds {
		segments := bySlot[b.slot]
		if len(segments) == 0 {
			continue
		}
		if s := b.sender.Load(); s != nil {
			s.take(context.Background(), segments)
			continue
		}
		now := c.Clock()
		for _, segment := range segments { // the session has ended since
			c.settled.owe(outcomeOf(segment, "", smpp.ErrNotSent, now))
		}
	}
}

// awaits says whether it matters that receipts come.
func (b *bind) awaits() bool { return b.link.Query || b.link.ReceiptsWithin > 0 }
