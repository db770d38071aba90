package ivr

import (
	"context"
	"slices"
	"strings"
	"time"

	"okno/internal/call"
	"okno/internal/dialogue"
)

const (
	// burstGap is the pause that ends a burst of keys. People who dial a number by heart leave less between two.
	burstGap = 400 * time.Millisecond
	// burstLimit bounds the wait for the end of a burst; the silence behind a refusal lasts longer.
	burstLimit = 5 * time.Second
)

// hear says a prompt and gathers the citizen's answer. Keys pressed ahead answer first, and are not made to wait for the prompt; a key
// during the prompt ends it. After a refused answer that is otherwise: what was pressed behind it was meant for it, so it is dropped,
// and the reason is heard to its end.
func (c *liveCall) hear(ctx context.Context, refusal, clips []string, expect dialogue.Expectation) (dialogue.Input, error) {
	if len(refusal) > 0 {
		if err := c.sayThen(ctx, refusal, silence); err != nil {
			return dialogue.Input{}, err
		}
		if err := c.awaitQuiet(ctx, false); err != nil {
			return dialogue.Input{}, err
		}
		c.keys, c.swallow = "", ""
	}
	c.drain(ctx)
	answer := entry{expect: expect}
	complete := c.pour(&answer)
	if !complete && answer.keys == "" { // whoever presses keys does not speak
		c.listenTo(ctx, expect.Spoken)
		defer func() { c.stopListening(answer.outcome()) }()
	}
	prompt := ""
	if !complete && answer.keys == "" && len(clips) > 0 {
		var err error
		if prompt, err = c.player.play(clips); err != nil {
			return dialogue.Input{}, err
		}
	}
	if !complete {
		if err := c.player.addSilence(); err != nil {
			return dialogue.Input{}, err
		}
		var err error
		if complete, err = c.gather(ctx, &answer, prompt); err != nil {
			return dialogue.Input{}, err
		}
	}
	c.swallow = ""
	if complete {
		c.swallow = answer.trailer()
	}
	if c.swallow != "" && strings.HasPrefix(c.keys, c.swallow) { // pressed ahead
		c.keys, c.swallow = c.keys[1:], ""
	}
	in := answer.input(complete)
	in.Deaf = c.hearing.failed.Load()
	return in, nil
}

// gather takes keys until the answer is complete, or patience is over, which begins with the end of the prompt. It says whether the answer
// is complete. Silence plays on after it, for the next key can come at once.
func (c *liveCall) gather(ctx context.Context, answer *entry, prompt string) (complete bool, err error) {
	patience, renew := time.NewTimer(time.Hour), time.NewTimer(silenceRenew)
	defer patience.Stop()
	defer renew.Stop()
	listen := func() { patience.Reset(answer.patience()) }
	over := func() { // the prompt is, and the silence behind it begins
		prompt = ""
		listen()
		renew.Reset(silenceRenew)
	}
	interrupt := func() error {
		if prompt == "" {
			return nil
		}
		if err := c.player.skip(prompt); err != nil {
			return err
		}
		over()
		return nil
	}
	if prompt == "" {
		over()
	}
	for {
		item, renewed, err := c.nextOr(ctx, patience.C, renew.C)
		if err != nil {
			return false, err
		}
		switch item := item.(type) {
		case nil:
			if !renewed {
				return false, nil
			}
			if prompt != "" { // it plays on
				renew.Reset(silenceRenew)
				continue
			}
			if err := c.player.addSilence(); err != nil {
				return false, err
			}
			renew.Reset(silenceLength)
			continue
		case played:
			c.player.over(string(item))
			if prompt != "" && string(item) == prompt {
				over()
			}
			continue
		case doubt:
			if prompt == "" {
				continue
			}
			if playing, err := c.line.rest.isPlaying(prompt); err == nil && !playing {
				over()
			}
			continue
		case understood:
			if !c.hearing.on || item.question != c.hearing.question {
				continue
			}
			if item.final {
				complete, _ = answer.take(item.meant)
			}
			if err := interrupt(); err != nil || complete {
				return complete, err
			}
			listen()
			continue
		default:
			c.note(ctx, item, false)
		}
		if c.keys == "" {
			continue
		}
		c.stopListening(keyed)
		answer.yield(c.keys[:1])
		if err := interrupt(); err != nil {
			return false, err
		}
		if c.pour(answer) {
			return true, nil
		}
		listen()
	}
}

// awaitQuiet waits for the end of what is being pressed behind a refused answer, or a choice while waiting for an operator: who presses
// without a pause has not heard yet.
func (c *liveCall) awaitQuiet(ctx context.Context, waiting bool) error {
	if !waiting {
		c.drain(ctx)
	}
	limit := time.NewTimer(burstLimit)
	defer limit.Stop()
	for left := burstGap - time.Since(c.pressed); left > 0; left = burstGap - time.Since(c.pressed) {
		quiet := time.NewTimer(left)
		item, limited, err := c.nextOr(ctx, quiet.C, limit.C)
		quiet.Stop()
		if err != nil || limited {
			return err
		}
		c.note(ctx, item, waiting)
	}
	return nil
}

// pour moves keys from the call's buffer into an answer, until it is complete.
func (c *liveCall) pour(answer *entry) (complete bool) {
	for c.keys != "" && !complete {
		complete = answer.press(c.keys[:1])
		c.keys = c.keys[1:]
	}
	return complete
}

// say plays clips to their end, whatever is pressed.
func (c *liveCall) say(ctx context.Context, clips []string) error { return c.sayThen(ctx, clips) }

// sayThen is say with other clips queued behind, which play on.
func (c *liveCall) sayThen(ctx context.Context, clips []string, behind ...string) error {
	if len(clips) == 0 {
		return nil
	}
	id, err := c.player.play(clips)
	if err == nil && len(behind) > 0 {
		_, err = c.player.queue(behind)
	}
	if err != nil {
		return err
	}
	return c.awaitEnd(ctx, id)
}

// sayWaiting says the first words to whoever waits for an operator. One who comes meanwhile is not kept waiting for their end.
func (c *liveCall) sayWaiting(ctx context.Context, clips []string) error {
	comes := func() bool {
		return slices.ContainsFunc(c.later, func(o call.Order) bool { return o.Kind == call.Connect })
	}
	if len(clips) == 0 || comes() {
		return nil
	}
	id, err := c.player.play(clips)
	if err != nil {
		return err
	}
	return c.awaitEndOr(ctx, id, comes)
}

// awaitEnd waits for the end of a playback, whatever is pressed.
func (c *liveCall) awaitEnd(ctx context.Context, id string) error {
	return c.awaitEndOr(ctx, id, func() bool { return false })
}

// awaitEndOr is awaitEnd that does not wait on once enough is true.
func (c *liveCall) awaitEndOr(ctx context.Context, id string, enough func() bool) error {
	for c.player.plays(id) && !enough() {
		item, err := c.next(ctx, nil)
		if err != nil {
			return err
		}
		switch item := item.(type) {
		case played:
			c.player.over(string(item))
		case doubt:
			if playing, err := c.line.rest.isPlaying(id); err == nil && !playing {
				c.player.over(id)
			}
		default:
			c.note(ctx, item, true)
		}
	}
	return nil
}

// note takes what happens beside what is being waited for. Orders wait for the end of a prompt if an operator is waited for, and are
// refused if not.
func (c *liveCall) note(ctx context.Context, item any, waiting bool) {
	switch item := item.(type) {
	case key:
		c.press(string(item))
	case played:
		c.player.over(string(item))
	case call.Order:
		if waiting {
			c.later = append(c.later, item)
		} else {
			c.refuse(ctx, item, "the citizen does not wait")
		}
	}
}

// press takes a key. The key that ends an entry is dropped behind one that was complete without it.
func (c *liveCall) press(k string) {
	if !isKey(k) {
		return
	}
	c.pressed = time.Now()
	if c.swallow == k {
		c.swallow = ""
		return
	}
	c.swallow = ""
	c.keys += k
}

// drain takes what came while nobody listened.
func (c *liveCall) drain(ctx context.Context) {
	for _, o := range c.later {
		c.note(ctx, o, false)
	}
	c.later = nil
	for item := c.inbox.take(); item != nil; item = c.inbox.take() {
		c.note(ctx, item, false)
	}
}
