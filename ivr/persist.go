package ivr

import (
	"context"
	"errors"
	"time"

	"okno/internal/call"
	"okno/internal/conversation"
	"okno/internal/lease"
)

const (
	// stepLimit bounds a step of the conversation. It is not cut short by a hang-up, nor by the process's end: what the
	// citizen did is kept.
	stepLimit = 10 * time.Second
	// A step that does not work (the store is away) is tried again, a second apart, for as long, before the caller is told to call later.
	// A lease runs out sooner: whoever has it then goes on with the call.
	stepPatience  = time.Minute
	greetPatience = 4 * time.Second // for a call that rings
	stepPause     = time.Second
	// momentAfter is how long a caller hears nothing while a step takes its time.
	momentAfter = 1200 * time.Millisecond
)

// patiently does what may take its time. A caller who hears nothing meanwhile is asked for patience, and hears music; what is pressed then
// answers nothing, while keys from before are kept.
func (c *liveCall) patiently(ctx context.Context, do func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		do()
	}()
	late := time.NewTimer(momentAfter)
	defer late.Stop()
	select {
	case <-done:
		return
	case <-late.C:
	}
	for _, k := range c.inbox.takeKeys() {
		c.press(string(k))
	}
	waits := c.askForPatience(ctx)
	<-done
	if waits {
		c.inbox.takeKeys()
	}
}

// persist does a step again until it works.
func (c *liveCall) persist(ctx context.Context, do func(ctx context.Context, again bool) (conversation.Turn, error)) (turn conversation.Turn, err error) {
	began, patience := time.Now(), stepPatience
	if c.call.Interaction == 0 {
		patience = greetPatience
	}
	for try := 1; ; try++ {
		err = c.once(ctx, func(ctx context.Context) (err error) {
			turn, err = do(ctx, try > 1)
			return err
		})
		if err == nil || isFinal(err) || time.Since(began) > patience {
			return turn, err
		}
		c.log.Warn().Err(err).Int("try", try).Msg("step failed")
		if err := pause(ctx, stepPause); err != nil {
			return turn, err
		}
	}
}

// askForPatience asks for it, with music queued behind: it goes on even if this process may no longer act. It is false for a call that hears something
// already, music or the network's ringing.
func (c *liveCall) askForPatience(ctx context.Context) bool {
	if c.call.Interaction == 0 || c.player.music {
		return false
	}
	if _, err := c.player.play(c.line.config.Voice.Moment(ctx, c.spoken)); err != nil {
		c.log.Warn().Err(err).Msg("not asked for patience")
		return false
	}
	c.player.startMusic()
	return true
}

// insist tells the floor what has happened, until it knows: what Asterisk did is a fact, however long the store is away. It ends with the
// call, for the end is then what counts.
func (c *liveCall) insist(ctx context.Context, what string, tell func(context.Context) error) error {
	for try := 1; ; try++ {
		err := c.once(ctx, tell)
		if err == nil || isFinal(err) {
			return err
		}
		c.log.Warn().Err(err).Int("try", try).Msg(what + " not kept")
		if err := pause(ctx, stepPause); err != nil {
			return err
		}
	}
}

// once runs fn within a step's limit, and to its end.
func (c *liveCall) once(ctx context.Context, fn func(context.Context) error) error {
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), stepLimit)
	defer cancel()
	return fn(limited)
}

// isFinal says that to tell the floor the same again would give the same.
func isFinal(err error) bool {
	return conversation.IsStale(err) || errors.Is(err, lease.ErrFenced) || errors.Is(err, call.ErrOver) || isRefused(err)
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
