package floor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"okno/internal/acd"
	"okno/internal/contact"
	"okno/internal/conversation"
)

// Dismiss closes as junk all threads that wait in a queue and joined it since a time; nobody is answered. Each is a transaction of its
// own, and told again it changes nothing. Calls are left alone: whoever hangs on the line is a person until heard. It gives how many it
// closed.
func (f *Floor) Dismiss(ctx context.Context, a acd.Agent, queue string, since time.Time, why string) (closed int, err error) {
	var waiting []int64
	err = f.units(ctx, func(w Work) (err error) {
		waiting, err = w.WaitingSince(ctx, queue, since)
		return err
	})
	for _, id := range waiting {
		done := false
		failed := f.units(ctx, func(w Work) error {
			c, err := w.LockContact(ctx, id)
			if err != nil || c.ByCall {
				return err
			}
			_, done, err = move(ctx, w, c, contact.DismissedJunk, 0)
			if err != nil || !done {
				return err
			}
			if err := w.EndInteraction(ctx, c.Interaction, conversation.Dismissed); err != nil {
				return err
			}
			return w.JournalDeed(ctx, a.ID, "contact.dismiss", id, map[string]any{"reason": why})
		})
		switch {
		case errors.Is(failed, contact.ErrState): // it was offered, or has ended, meanwhile
		case failed != nil:
			err = errors.Join(err, failed)
		case done:
			closed++
		}
	}
	if err != nil {
		return closed, fmt.Errorf("dismiss what waits in %s: %w", queue, err)
	}
	return closed, nil
}
