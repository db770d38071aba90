package floor

import (
	"context"
	"fmt"

	"okno/internal/call"
	"okno/internal/lease"
)

// TakeRequest keeps a callback that a citizen asked for while Okno was away. Told again it changes nothing: an Asterisk tells of a request until it
// hears that it was taken.
func (f *Floor) TakeRequest(ctx context.Context, l lease.Lease, r call.Request) error {
	err := f.owned(ctx, l, func(w Work) error {
		fresh, err := w.TakeRequest(ctx, r)
		if err != nil || !fresh {
			return err
		}
		return f.dialogue.Request(ctx, w, r)
	})
	if err != nil {
		return fmt.Errorf("take request of %s: %w", r.At.UTC().Format("2006-01-02 15:04"), err)
	}
	return nil
}
