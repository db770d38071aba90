package ivr

import (
	"context"
	"time"

	"okno/internal/call"
	"okno/internal/conversation"
	"okno/internal/dialogue"
)

// tellAgain is when the store is asked again how the wait stands, if it did not answer.
const tellAgain = 5 * time.Second

// wait is the time until an operator comes, or the conversation moves on without one. Music plays, and from time to time the caller is told how
// the wait stands. Each key is a choice of its own: music does not keep Asterisk from telling of a key twice (player.go), so what follows a
// key in one burst is dropped with it.
func (c *liveCall) wait(ctx context.Context) (conversation.Turn, error) {
	c.keys, c.swallow = "", "" // what was pressed to get here answers nothing that comes after
	c.relax()
	telling, tell := "", time.NewTimer(0)
	defer tell.Stop()
	say := func(turn conversation.Turn) {
		if clips := c.line.config.Voice.Clips(ctx, turn.Spoken); len(clips) > 0 {
			id, err := c.player.play(clips)
			if err != nil {
				c.log.Warn().Err(err).Msg("caller not told how the wait stands")
				c.relax()
			}
			telling = id
		}
	}
	for {
		item, err := c.nextWaiting(ctx, tell.C)
		if err != nil {
			return conversation.Turn{}, err
		}
		switch item := item.(type) {
		case nil:
			turn, next := c.tellWait(ctx)
			if telling == "" || !c.player.plays(telling) { // music that could not be started is tried again
				c.player.startMusic()
			}
			say(turn)
			if next > 0 {
				tell.Reset(next)
			}
		case key:
			turn, err := c.keyInQueue(ctx, string(item))
			if err != nil || turn.Expect.Kind != dialogue.ExpectOutcome {
				return turn, err
			}
			say(turn)
		case played:
			c.player.over(string(item))
			if string(item) == telling {
				c.player.startMusic()
			}
		case doubt: // music that could not be started is tried again
			if playing, err := c.line.rest.isPlaying(telling); telling == "" || err == nil && !playing {
				c.player.startMusic()
			}
		case call.Order:
			turn, stays, err := c.orderInQueue(ctx, item)
			if err != nil || !stays {
				return turn, err
			}
		}
	}
}

// orderInQueue carries out an order to a call that waits. What the caller was being told ends. stays means that the caller waits on.
func (c *liveCall) orderInQueue(ctx context.Context, o call.Order) (turn conversation.Turn, stays bool, err error) {
	switch o.Kind {
	case call.Say:
		turn, err = c.step(ctx, func(ctx context.Context, again bool) (conversation.Turn, error) {
			return c.floor().Say(ctx, c.lease(), o)
		})
		return turn, false, err
	case call.Connect:
		c.relax()
		joined, err := c.connect(ctx, o)
		if err != nil {
			return turn, false, err
		}
		c.keys, c.swallow = "", "" // pressed while the phone rang
		if joined {
			turn, err = c.talk(ctx, false)
			return turn, false, err
		}
		c.relax()
	default: // the leg that it is about is gone
		c.refuse(ctx, o, "nobody talks")
	}
	return turn, true, nil
}

// tellWait gives what the caller is to hear of the wait, and when to ask again. A store that does not answer leaves the music.
func (c *liveCall) tellWait(ctx context.Context) (turn conversation.Turn, next time.Duration) {
	err := c.once(ctx, func(ctx context.Context) (err error) {
		turn, next, err = c.floor().TellWait(ctx, c.lease(), c.call.Interaction)
		return err
	})
	if err != nil {
		c.log.Warn().Err(err).Msg("how the wait stands is not known")
		return conversation.Turn{}, tellAgain
	}
	return turn, next
}

// keyInQueue gives what follows from a key, once its burst is over.
func (c *liveCall) keyInQueue(ctx context.Context, k string) (turn conversation.Turn, err error) {
	waits := conversation.Turn{Expect: dialogue.Expectation{Kind: dialogue.ExpectOutcome, Queue: true}}
	if !isKey(k) {
		return waits, nil
	}
	c.relax() // what the caller was being told ends
	c.pressed = time.Now()
	if err := c.awaitQuiet(ctx, true); err != nil {
		return turn, err
	}
	c.keys, c.swallow = "", ""
	return c.step(ctx, func(ctx context.Context, again bool) (conversation.Turn, error) {
		if again {
			return c.floor().Advance(ctx, c.lease(), c.call.Interaction, resumed)
		}
		return c.floor().KeyInQueue(ctx, c.lease(), c.call.Interaction, k)
	})
}

// relax plays music, and nothing else.
func (c *liveCall) relax() {
	if err := c.player.stopAll(); err != nil {
		c.log.Warn().Err(err).Msg("silence stays")
	}
	c.player.startMusic()
}

// nextWaiting is what happens next to a caller who waits, orders first that came during a prompt; nil when it is time to tell.
func (c *liveCall) nextWaiting(ctx context.Context, tell <-chan time.Time) (any, error) {
	if len(c.later) > 0 {
		o := c.later[0]
		c.later = c.later[1:]
		return o, nil
	}
	return c.next(ctx, tell)
}
