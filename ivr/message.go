package ivr

import (
	"context"
	"errors"
	"time"

	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/recording"
)

// does carries out what a turn has the voice channel do: it records a message of the caller's, or plays it.
func (c *liveCall) does(ctx context.Context, turn conversation.Turn, clips []string) (conversation.Turn, error) {
	var name string
	err := c.insist(ctx, "message", func(ctx context.Context) (err error) {
		name, _, err = c.line.config.Store.MessageOf(ctx, c.call.Interaction)
		return err
	})
	if err != nil {
		return conversation.Turn{}, err
	}
	file := recording.FileOf(name, recording.Citizen)
	if turn.Expect.Does == dialogue.HearMessage {
		return c.playMessage(ctx, clips, file)
	}
	length := -time.Second
	if c.line.config.Files != nil && name != "" {
		if length, err = c.recordMessage(ctx, clips, file); err != nil {
			return conversation.Turn{}, err
		}
	}
	c.keys, c.swallow = "", "" // of whoever pressed another key than the one that ends it
	return c.step(ctx, func(ctx context.Context, again bool) (conversation.Turn, error) {
		if again {
			return c.floor().Advance(ctx, c.lease(), c.call.Interaction, resumed)
		}
		return c.floor().MessageRecorded(ctx, c.lease(), c.call.Interaction, length)
	})
}

// recordMessage records what the caller says after a prompt and a tone, until there is silence, a #, or the longest time is over. What a
// process before us has begun to record goes on, or is taken as it is. A length below 0 says that it cannot be recorded.
func (c *liveCall) recordMessage(ctx context.Context, clips []string, file string) (length time.Duration, err error) {
	going, err := c.line.rest.isRecording(file)
	if err != nil {
		return 0, err
	}
	if !going {
		if length, err := c.line.rest.recordingLength(ctx, file); err == nil {
			return length, nil
		}
		if err := c.say(ctx, clips); err != nil {
			return 0, err
		}
		if err := c.player.stopAll(); err != nil {
			return 0, err
		}
		c.player.stopMusic()
		if err := c.line.rest.recordSpoken(c.channel, file); isRejected(err) && !isGone(err) {
			c.line.unrecorded(err.Error())
			return -time.Second, nil
		} else if err != nil {
			return 0, err
		}
	}
	if err := c.awaitRecorded(ctx, file); err != nil {
		if errors.Is(context.Cause(ctx), ErrHangup) {
			c.line.leaveMessage(context.WithoutCancel(ctx), c.call.Interaction)
		}
		return 0, err
	}
	length, err = c.line.rest.recordingLength(ctx, file)
	if isGone(err) { // Asterisk could not write it
		c.line.unrecorded("a message of a caller is not in the spool")
		return -time.Second, nil
	}
	return length, err
}

// awaitRecorded waits until a message has been recorded.
func (c *liveCall) awaitRecorded(ctx context.Context, file string) error {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		item, looked, err := c.nextOr(ctx, nil, look.C)
		if err != nil {
			return err
		}
		if ended, ok := item.(tapFailed); ok && string(ended) == c.channel {
			return nil
		}
		c.note(ctx, item, false)
		if looked {
			if going, err := c.line.rest.isRecording(file); err == nil && !going {
				return nil
			}
		}
	}
}

// playMessage has the caller hear the message; a key ends that, and is an answer to what comes next.
func (c *liveCall) playMessage(ctx context.Context, clips []string, file string) (conversation.Turn, error) {
	c.keys, c.swallow = "", ""
	id, err := c.player.play(append(clips, "recording:"+file))
	if err == nil {
		err = c.player.addSilence()
	}
	if err == nil {
		err = c.awaitEndOr(ctx, id, func() bool { return c.keys != "" })
	}
	if err != nil {
		return conversation.Turn{}, err
	}
	return c.step(ctx, func(ctx context.Context, again bool) (conversation.Turn, error) {
		if again {
			return c.floor().Advance(ctx, c.lease(), c.call.Interaction, resumed)
		}
		return c.floor().MessageHeard(ctx, c.lease(), c.call.Interaction)
	})
}

// recordedAfter is how long after a hang-up Asterisk may still write the message.
const recordedAfter = 2 * time.Second

// leaveMessage tells how long the message is, if there is one, that was being recorded when the caller hung up.
func (l *Line) leaveMessage(ctx context.Context, interaction int64) {
	ctx, cancel := context.WithTimeout(ctx, stepLimit)
	defer cancel()
	name, going, err := l.config.Store.MessageOf(ctx, interaction)
	if err == nil && going {
		file := recording.FileOf(name, recording.Citizen)
		for until := time.Now().Add(recordedAfter); time.Now().Before(until) && err == nil && going; {
			if going, err = l.rest.isRecording(file); going {
				err = errors.Join(err, pause(ctx, 50*time.Millisecond))
			}
		}
		var length time.Duration
		if length, err = l.rest.recordingLength(ctx, file); err == nil || isGone(err) {
			err = l.config.Floor.MessageLeft(ctx, l.lease(), interaction, length)
		}
	}
	if err != nil {
		l.log.Warn().Err(err).Int64("interaction", interaction).Msg("message of a caller who has hung up not measured")
	}
}
