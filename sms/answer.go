package sms

import (
	"context"
	"time"
)

// answerAll answers waiting messages until ctx ends. Whoever finds as many as
// it can take wakes another answerer.
func (c *Channel) answerAll(ctx context.Context) {
	poll := time.NewTicker(c.tune.poll)
	defer poll.Stop()
	for ctx.Err() == nil {
		found, err := c.Answer(ctx)
		if err != nil && ctx.Err() == nil {
			c.Log.Error().Err(err).Msg("answer mo")
		}
		if found > 0 {
			if found >= AnswerBatch {
				ring(c.unanswered)
			}
			c.wakeSenders()
			continue
		}
		select {
		case <-c.unanswered:
		case <-poll.C:
		case <-ctx.Done():
		}
	}
}
