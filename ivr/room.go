package ivr

import (
	"slices"

	"okno/internal/call"
)

// arrange makes Asterisk agree with the legs of the call: who is held hears music, and so does a citizen whom nobody hears; everybody else who
// is up is in the room. Whoever leaves the room does so before anybody enters it. afresh starts music that may be playing already: nobody knows after a crash.
func (c *liveCall) arrange(afresh bool) error {
	inside, err := c.line.rest.bridged(c.call.Room)
	if err != nil {
		return err
	}
	heard := slices.ContainsFunc(c.call.Legs, func(l call.Leg) bool {
		return l.Role != call.Citizen && l.Role != call.Supervisor && l.State == call.LegUp && !l.Held
	})
	if err := c.dropOldEar(); err != nil {
		return err
	}
	var enter []string
	for _, leg := range c.call.Legs {
		leg.Held = leg.Held || leg.Role == call.Citizen && !heard
		within := slices.Contains(inside, leg.ID)
		switch {
		case leg.State != call.LegUp:
		case leg.Role == call.Supervisor && leg.Mode != call.Barge:
			if !within {
				continue
			}
			if err := c.line.rest.unbridge(c.call.Room, leg.ID); err != nil {
				return err
			}
		case !leg.Held && !within:
			enter = append(enter, leg.ID)
		case leg.Held && within:
			if err := c.line.rest.unbridge(c.call.Room, leg.ID); err != nil {
				return err
			}
			fallthrough
		case leg.Held && afresh:
			if err := c.music(leg.ID, true); err != nil {
				return err
			}
		}
	}
	for _, id := range enter {
		if err := c.music(id, false); err != nil {
			return err
		}
	}
	if err := c.line.rest.bridge(c.call.Room, enter...); err != nil {
		return err
	}
	return c.listen()
}

// music plays music to a leg, or no more.
func (c *liveCall) music(leg string, on bool) error {
	if leg == c.channel {
		c.player.music = on // as far as anybody else asks
	}
	if on {
		return c.line.rest.startMusic(leg)
	}
	return c.line.rest.stopMusic(leg)
}
