package ivr

import (
	"context"

	"okno/internal/call"
	"okno/internal/conversation"
)

// wait is the time until an operator comes, or the conversation moves on without one. Music plays.
func (c *liveCall) wait(ctx context.Context) (conversation.Turn, error) {
	c.keys = "" // what was pressed to get here answers nothing that comes after
	c.relax()
	for {
		o, err := c.nextOrder(ctx)
		if err != nil {
			return conversation.Turn{}, err
		}
		switch o.Kind {
		case call.Say:
			return c.step(ctx, func(ctx context.Context, again bool) (conversation.Turn, error) {
				return c.floor().Say(ctx, c.lease(), o)
			})
		case call.Connect:
			joined, err := c.connect(ctx, o)
			if err != nil {
				return conversation.Turn{}, err
			}
			if joined {
				return c.talk(ctx)
			}
			c.relax()
		case call.Release: // the leg that it is about is gone
			c.refuse(ctx, o, "nobody talks")
		}
	}
}

// relax plays music, and nothing else.
func (c *liveCall) relax() {
	if err := c.player.stopAll(); err != nil {
		c.log.Warn().Err(err).Msg("silence stays")
	}
	c.player.startMusic()
}

// nextOrder is the next order, those first that came during a prompt.
func (c *liveCall) nextOrder(ctx context.Context) (call.Order, error) {
	if len(c.later) > 0 {
		o := c.later[0]
		c.later = c.later[1:]
		return o, nil
	}
	for {
		item, err := c.next(ctx, nil)
		if err != nil {
			return call.Order{}, err
		}
		switch item := item.(type) {
		case call.Order:
			return item, nil
		case played:
			c.player.over(string(item))
		case doubt: // music that could not be started is tried again
			c.player.startMusic()
		}
	}
}
