package floor

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"okno/internal/call"
	"okno/internal/conversation"
	"okno/internal/dialogue"
)

// GoOn has a conversation go on that waits for answers of agencies: in writing Okno replies, a call's voice node says it. A conversation that
// waits no longer stays as it is.
func (f *Floor) GoOn(ctx context.Context, interaction int64) error {
	err := f.units(ctx, func(w Work) error {
		i, _, err := w.LockSession(ctx, interaction)
		if err != nil {
			return err
		}
		if i.Channel == dialogue.Voice {
			order := call.Order{ID: "okno-say-" + uuid.NewString(), Interaction: interaction, Kind: call.Say, By: conversation.Okno}
			if err := w.AddOrder(ctx, order, call.AnswerLife); err != nil {
				return err
			}
		}
		turn, err := f.dialogue.GoOn(ctx, w, interaction)
		if err != nil || i.Channel == dialogue.Voice {
			return err
		}
		return f.dialogue.Reply(ctx, w, turn)
	})
	if conversation.IsStale(err) || errors.Is(err, call.ErrOver) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("go on with interaction %d: %w", interaction, err)
	}
	return nil
}
