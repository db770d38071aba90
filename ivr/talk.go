package ivr

import (
	"context"
	"slices"

	"okno/internal/call"
	"okno/internal/conversation"
)

// talk is the time with an agent.
func (c *liveCall) talk(ctx context.Context) (conversation.Turn, error) {
	leg, _ := c.call.Leg(call.Agent)
	for _, o := range c.later {
		c.inbox.put(o)
	}
	c.later = nil
	for {
		item, err := c.next(ctx, nil)
		if err != nil {
			return conversation.Turn{}, err
		}
		switch item := item.(type) {
		case call.Order:
			if item.Kind == call.Release {
				return c.agentLeft(ctx, leg.ID, false, item.ID)
			}
			c.refuse(ctx, item, "the citizen talks")
		case legDown:
			if item.channel == leg.ID {
				return c.agentLeft(ctx, leg.ID, item.cause != normalClearing, "")
			}
		case doubt:
			if together, err := c.together(leg.ID); err == nil && !together {
				return c.agentLeft(ctx, leg.ID, true, "")
			}
		}
	}
}

// agentLeft goes on without the agent.
func (c *liveCall) agentLeft(ctx context.Context, leg string, lost bool, order string) (conversation.Turn, error) {
	c.log.Info().Bool("lost", lost).Msg("agent left")
	c.dropAgent()
	c.keys = ""
	var turn conversation.Turn
	var err error
	c.patiently(ctx, func() {
		err = c.insist(ctx, "agent's leaving", func(ctx context.Context) (err error) {
			turn, err = c.floor().AgentLeft(ctx, c.lease(), c.call.Interaction, leg, lost, order)
			return err
		})
	})
	return turn, err
}

// together says whether citizen and agent are in their room.
func (c *liveCall) together(leg string) (bool, error) {
	inside, err := c.line.rest.bridged(c.call.Room)
	return slices.Contains(inside, c.channel) && slices.Contains(inside, leg), err
}
