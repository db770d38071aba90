package floor

import (
	"context"
	"fmt"
	"time"

	"okno/internal/acd"
	"okno/internal/conversation"
	"okno/internal/lease"
	"okno/internal/recording"
)

// PauseRecording has the recording of an agent's talk be silent for [recording.Pause], or go on at once. [contact.ErrState] outside a talk,
// [recording.ErrNone] of one that is not recorded.
func (f *Floor) PauseRecording(ctx context.Context, w Work, a acd.Agent, id int64, pause bool) error {
	c, _, err := f.talk(ctx, w, a, id)
	if err != nil {
		return err
	}
	if err := arrange(ctx, w, c); err != nil {
		return err
	}
	length := time.Duration(0)
	if pause {
		length = recording.Pause
	}
	return w.PauseRecording(ctx, c.Interaction, length)
}

// RecordingFailed keeps that a talk goes on and is not recorded any more.
func (f *Floor) RecordingFailed(ctx context.Context, l lease.Lease, interaction int64, name string) error {
	err := f.owned(ctx, l, func(w Work) error {
		if err := w.TakeTurn(ctx, interaction); err != nil {
			return err
		}
		return w.FailRecording(ctx, interaction, name)
	})
	if err != nil {
		return fmt.Errorf("recording of interaction %d: %w", interaction, err)
	}
	return nil
}

// MessageRecorded keeps that a caller has ended a message, and gives what follows; a length below 0 says that none could be recorded.
func (f *Floor) MessageRecorded(ctx context.Context, l lease.Lease, interaction int64, length time.Duration) (turn conversation.Turn, err error) {
	err = f.owned(ctx, l, func(w Work) error {
		if err := w.TakeTurn(ctx, interaction); err != nil {
			return err
		}
		outcome := conversation.Recorded
		if length < recording.Least {
			if outcome = conversation.Silent; length < 0 {
				outcome = conversation.Unrecorded
			}
			if err := w.DropMessage(ctx, interaction); err != nil {
				return err
			}
		}
		if err := w.EndMessage(ctx, interaction, length); err != nil {
			return err
		}
		turn, err = f.dialogue.Answer(ctx, w, interaction, outcome)
		return err
	})
	return turn, err
}

// MessageHeard gives what follows when a caller has heard a message.
func (f *Floor) MessageHeard(ctx context.Context, l lease.Lease, interaction int64) (turn conversation.Turn, err error) {
	err = f.owned(ctx, l, func(w Work) error {
		turn, err = f.dialogue.Answer(ctx, w, interaction, conversation.Heard)
		return err
	})
	return turn, err
}

// MessageLeft keeps how long the message is of a caller who has hung up meanwhile. What becomes of it is settled by HungUp.
func (f *Floor) MessageLeft(ctx context.Context, l lease.Lease, interaction int64, length time.Duration) error {
	return f.owned(ctx, l, func(w Work) error {
		if err := w.TakeTurn(ctx, interaction); err != nil {
			return err
		}
		return w.EndMessage(ctx, interaction, length)
	})
}
