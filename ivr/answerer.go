package ivr

import (
	"context"
	"errors"
	"strconv"
	"time"

	"okno/internal/call"
)

// errMachine says that an answering machine has answered a callback, and Okno hangs up.
var errMachine = errors.New("an answering machine has answered")

// talks is news of a call's mailbox: the citizen has begun to talk, or is quiet again.
type talks bool

// whoAnswered listens how the other side of a callback begins, and says who it is. It takes little more than a second, or until a hello is over; where Asterisk
// cannot tell of talk, a person is taken for granted, and so is one after any key.
func (c *liveCall) whoAnswered(ctx context.Context) (call.Answerer, error) {
	if c.line.config.Asterisk.Outward.KeepMachines {
		return call.Person, nil
	}
	var back bool
	err := c.insist(ctx, "who is called", func(ctx context.Context) (err error) {
		back, err = c.floor().CalledBack(ctx, c.lease(), c.call.Interaction)
		return err
	})
	if err != nil || !back { // the agent of an outgoing call hears who answers
		return call.Person, err
	}
	if err := c.line.rest.listenForTalk(c.channel); err != nil {
		c.log.Warn().Err(err).Msg("nothing tells an answering machine from a person: is func_talkdetect loaded?")
		return call.Person, nil
	}
	defer c.line.rest.stopListening(c.channel)
	greeting := call.Greeting{Answered: time.Now()}
	for {
		who, told := greeting.By(time.Now())
		if who != call.Unsure {
			return who, nil
		}
		item, err := c.next(ctx, time.After(time.Until(told)))
		if err != nil {
			return call.Unsure, err
		}
		switch item := item.(type) {
		case nil:
		case talks:
			if item {
				greeting.Talks(time.Now())
			} else {
				greeting.Quiet()
			}
		case key:
			c.note(ctx, item, true)
			return call.Person, nil
		case cancelled:
			if string(item) == c.channel {
				c.dropUnwanted()
			}
		default:
			c.note(ctx, item, true)
		}
	}
}

// listenForTalk has Asterisk tell when a channel begins to talk, and when it is quiet.
func (r *rest) listenForTalk(channel string) error {
	return insist("listen for talk", func() error {
		return r.client.Channel().SetVariable(channelKey(channel), "TALK_DETECT(set)", strconv.Itoa(int(call.TalkEnds.Milliseconds())))
	})
}

// stopListening has it tell no more. A channel that has gone tells nothing anyway.
func (r *rest) stopListening(channel string) {
	_ = r.client.Channel().SetVariable(channelKey(channel), "TALK_DETECT(remove)", "")
}
