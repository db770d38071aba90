package sms

import (
	"context"
	"time"
)

// answerAll answers waiting messages until ctx ends. Whoever finds one wakes
// another answerer, so that as many work as there is work.
func (c *Channel) answerAll(ctx context.Context) {
	poll := time.NewTicker(c.tune.poll)
	defer poll.Stop()
	for ctx.Err() == nil {
		found, err := c.Answer(ctx)
		if err != nil && ctx.Err() == nil {
			c.Log.Error().Err(err).Msg("answer mo")
		}
		if found {
			ring(c.unheard)
			c.wakeSenders()
			continue
		}
		select {
		case <-c.unheard:
		case <-poll.C:
		case <-ctx.Done():
		}
	}
}
