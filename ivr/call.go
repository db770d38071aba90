package ivr

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"okno/internal/call"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/lease"
	"okno/internal/phone"
)

// ErrHangup is the cause of a call's context once the citizen's channel is gone.
var ErrHangup = errors.New("the citizen has hung up")

// hangup is ErrHangup with what the network says of it: a cause (Q.850).
type hangup struct{ cause int }

func (h hangup) Error() string { return fmt.Sprintf("%v, cause %d", ErrHangup, h.cause) }

func (hangup) Is(target error) bool { return target == ErrHangup }

// errLost is the cause of a call's context when Asterisk has gone down with the citizen's channel.
var errLost = errors.New("asterisk has restarted")

// errFinished says that the dialogue has ended, and Okno hangs up.
var errFinished = errors.New("the dialogue has ended")

// What can be in a call's mailbox, beside a call.Order.
type (
	key     string // the citizen pressed it
	played  string // the playback with this id is over
	legUp   string // the agent's leg, by its channel, has answered
	legDown struct {
		channel string
		cause   int // Q.850; 0 when Asterisk does not say
	}
	cancelled string   // the order to connect with this id is wanted no more
	doubt     struct{} // events may have been lost: look for yourself
)

// normalClearing is the Q.850 cause of a side that hung up of its own will.
const normalClearing = 16

// liveCall is a call in the hands of its goroutine.
type liveCall struct {
	line    *Line
	channel string // the citizen's; set for good, unlike call, which is the goroutine's own
	hangUp  func(cause error)
	outward bool      // the citizen was called; set for good, too
	began   time.Time // the citizen's channel is at least as old
	inbox   *mailbox
	log     zerolog.Logger
	rings   atomic.Pointer[string] // the order by which an agent's phone rings

	call    call.Call
	tape    tape
	meter   meter
	came    map[string]bool // channels that record, and have come
	ear     string          // the channel by which a supervisor hears; "" of none
	keys    string          // pressed, and not used yet
	later   []call.Order    // that wait for the end of a prompt
	known   map[string]bool // orders that have been put into the mailbox; guarded by line.mu
	player  player
	spoken  dialogue.Language // of the last turn
	swallow string            // a key that ends an entry which was complete without it
	pressed time.Time         // the last key
	vigil   vigil             // for the telephone's first sign of life
	hearing hearing           // of what the caller says in the place of keys
}

func newLiveCall(l *Line, c call.Call, hangUp func(cause error)) *liveCall {
	log := l.log.With().Str("channel", c.Channel()).Logger()
	lc := &liveCall{line: l, call: c, channel: c.Channel(), hangUp: hangUp, inbox: newMailbox(), log: log, known: map[string]bool{}, came: map[string]bool{}}
	lc.tape = tape{name: c.Recording.Name, known: true, adopted: true} // of a call that is adopted
	lc.began = time.Now()
	if leg, ok := c.Leg(call.Citizen); ok {
		lc.outward = leg.Outbound
		if !leg.Since.IsZero() {
			lc.began = leg.Since
		}
	}
	lc.player = player{rest: l.rest, channel: lc.channel, log: log}
	return lc
}

// order puts an order into the mailbox, once. The line's lock is held.
func (c *liveCall) order(o call.Order) {
	if !c.known[o.ID] {
		c.known[o.ID] = true
		c.inbox.put(o)
	}
}

// ringsBy is the order by which an agent's phone rings, or "".
func (c *liveCall) ringsBy() string {
	if id := c.rings.Load(); id != nil {
		return *id
	}
	return ""
}

func (c *liveCall) lease() lease.Lease { return c.line.lease() }

func (c *liveCall) floor() Floor { return c.line.config.Floor }

// run is the whole call: a first turn, and turn after turn from there.
func (c *liveCall) run(ctx context.Context, start func(*liveCall, context.Context) (conversation.Turn, error)) {
	turn, err := start(c, ctx)
	for {
		for err == nil {
			start = (*liveCall).repeat
			turn, err = c.take(ctx, turn)
		}
		// Asterisk may be away for a while with the call in it. Only what is known to be wrong ends a call.
		if !isTransient(err) || ctx.Err() != nil {
			break
		}
		c.log.Warn().Err(err).Msg("call waits for asterisk")
		if err = c.awaitAsterisk(ctx); err == nil {
			turn, err = start(c, ctx)
		}
	}
	c.stopSound()
	c.finish(ctx, err)
}

// repeat goes on with what was said last.
func (c *liveCall) repeat(ctx context.Context) (conversation.Turn, error) {
	if err := c.player.reset(); err != nil {
		return conversation.Turn{}, err
	}
	return c.advance(ctx, resumed)
}

// awaitAsterisk waits until Asterisk answers for the citizen's channel again. Its error is that of a call which is over.
func (c *liveCall) awaitAsterisk(ctx context.Context) error {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		item, looked, err := c.nextOr(ctx, nil, look.C)
		switch item := item.(type) {
		case call.Order:
			c.later = append(c.later, item)
		case nil:
			if err != nil {
				return err
			}
			if _, err := c.line.rest.exists(c.channel); looked && err == nil {
				c.checkChannel()
				return context.Cause(ctx)
			}
		}
	}
}

// take says a turn, and gives the next one.
func (c *liveCall) take(ctx context.Context, turn conversation.Turn) (conversation.Turn, error) {
	c.spoken = turn.Language
	turn = c.sayable(ctx, turn)
	refusal, clips := c.clips(ctx, turn)
	if !takesKeys(turn.Expect) {
		c.stopSound()
	}
	switch {
	case takesKeys(turn.Expect):
		in, err := c.hear(ctx, refusal, clips, turn.Expect)
		if err != nil {
			return conversation.Turn{}, err
		}
		return c.advance(ctx, in)
	case turn.Expect.Does != "":
		return c.does(ctx, turn, slices.Concat(refusal, clips))
	case turn.Expect.Kind == dialogue.ExpectOutcome:
		say := c.sayWaiting
		if c.outward { // the operator, who has accepted, comes at once: the words would be cut
			say = c.say
		}
		if err := say(ctx, slices.Concat(refusal, clips)); err != nil {
			return conversation.Turn{}, err
		}
		return c.wait(ctx)
	default:
		if err := c.say(ctx, slices.Concat(refusal, clips)); err != nil {
			return conversation.Turn{}, err
		}
		return conversation.Turn{}, errFinished
	}
}

// clips gives the clips of a turn: what tells why an answer was refused, which is heard to its end, and the rest.
func (c *liveCall) clips(ctx context.Context, turn conversation.Turn) (refusal, rest []string) {
	n := min(turn.Refused, len(turn.Spoken))
	return c.line.config.Voice.Clips(ctx, turn.Spoken[:n]), c.line.config.Voice.Clips(ctx, turn.Spoken[n:])
}

// greet opens the interaction of a new call, and answers it. The caller hears ringing until there is something to say.
func (c *liveCall) greet(ctx context.Context) (conversation.Turn, error) {
	c.log.Info().Str("number", phone.Mask(c.call.Number)).Msg("call")
	turn, err := c.step(ctx, func(ctx context.Context, _ bool) (conversation.Turn, error) {
		return c.floor().Begin(ctx, c.lease(), c.call)
	})
	if err != nil {
		return turn, err
	}
	c.call.Interaction = turn.Interaction
	c.log = c.log.With().Int64("interaction", turn.Interaction).Logger()
	c.line.route(c, turn.Interaction, "")
	turn.Said = slices.Insert(turn.Said, min(turn.Refused, len(turn.Said)), dialogue.Utterance{})
	turn.Spoken = slices.Insert(turn.Spoken, turn.Refused, nil) // a breath before the first word: a connection's first moment is often lost
	return turn, c.answer(ctx)
}

// greetAgain is greet for a call that a process before us may have begun with, and could not keep.
func (c *liveCall) greetAgain(ctx context.Context) (conversation.Turn, error) {
	if err := c.line.rest.follow(c.channel); err != nil {
		return conversation.Turn{}, err
	}
	if err := c.player.reset(); err != nil {
		return conversation.Turn{}, err
	}
	return c.greet(ctx)
}

// answer answers the citizen's channel, and keeps that. A store that fails costs no call: a later process answers again.
func (c *liveCall) answer(ctx context.Context) error {
	if err := c.line.rest.answer(c.channel); err != nil {
		return err
	}
	c.vigil.begin()
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), stepLimit)
	defer cancel()
	if err := c.floor().Answered(limited, c.lease(), c.call.Interaction); err != nil {
		c.log.Warn().Err(err).Msg("answer not kept")
	}
	return nil
}

var resumed = dialogue.Input{Kind: dialogue.Resumed}

// advance gives the conversation an input. One that failed may still have been taken, so after a failure it is asked to
// resume, which repeats what was said last.
func (c *liveCall) advance(ctx context.Context, in dialogue.Input) (conversation.Turn, error) {
	return c.step(ctx, func(ctx context.Context, again bool) (conversation.Turn, error) {
		if again {
			in = resumed
		}
		if c.outward {
			return c.floor().AdvanceCalled(ctx, c.lease(), c.call.Interaction, in)
		}
		return c.floor().Advance(ctx, c.lease(), c.call.Interaction, in)
	})
}

// step does a step of the conversation, to its end and again until it works.
func (c *liveCall) step(ctx context.Context, do func(ctx context.Context, again bool) (conversation.Turn, error)) (turn conversation.Turn, err error) {
	again := false
	c.patiently(ctx, func() {
		turn, err = c.persist(ctx, func(ctx context.Context, a bool) (conversation.Turn, error) {
			again = a
			return do(ctx, a)
		})
	})
	if again { // what was pressed ahead was meant for what came after the input that may be lost
		c.keys, c.swallow = "", ""
		c.inbox.takeKeys()
	}
	return turn, err
}

// next returns what happens next, or nil when patience is over.
func (c *liveCall) next(ctx context.Context, patience <-chan time.Time) (any, error) {
	item, _, err := c.nextOr(ctx, patience, nil)
	return item, err
}

// nextOr is next with two timers; second says which of them ended. The end of the call comes before all else: what is found wrong after it
// (an empty room) is of no account.
func (c *liveCall) nextOr(ctx context.Context, patience, other <-chan time.Time) (item any, second bool, err error) {
	for {
		item := c.inbox.take()
		if _, ok := item.(doubt); ok && ctx.Err() == nil {
			c.checkChannel()
		}
		if ctx.Err() != nil {
			return nil, false, context.Cause(ctx)
		}
		if item != nil {
			return item, false, nil
		}
		select {
		case <-c.inbox.ready:
		case <-patience:
			return nil, false, nil
		case <-other:
			return nil, true, nil
		case <-c.vigil.due():
			c.seekSign(ctx)
		case <-ctx.Done():
		}
	}
}

// checkChannel asks Asterisk whether the citizen is still there.
func (c *liveCall) checkChannel() {
	there, err := c.line.rest.exists(c.channel)
	if err != nil || there {
		return
	}
	if started, err := c.line.rest.startedAt(); err == nil && c.began.Before(started) {
		c.hangUp(errLost)
	} else {
		c.hangUp(ErrHangup)
	}
}

// refuse answers an order that comes at the wrong time.
func (c *liveCall) refuse(ctx context.Context, o call.Order, why string) {
	err := c.once(ctx, func(ctx context.Context) error { return c.floor().Refuse(ctx, c.lease(), o, why) })
	if err != nil {
		c.log.Warn().Err(err).Str("kind", string(o.Kind)).Msg("order not refused")
		c.line.forgetOrder(c, o.ID) // the next sweep brings it again
	}
}
