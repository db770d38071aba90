package floor

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"okno/internal/call"
	"okno/internal/lease"
)

// KeepQuality keeps how legs of a talk sound, those of a call that is over too.
func (f *Floor) KeepQuality(ctx context.Context, l lease.Lease, interaction int64, legs []call.Quality) error {
	legs = slices.SortedFunc(slices.Values(legs), func(a, b call.Quality) int { return cmp.Compare(a.Leg, b.Leg) })
	err := f.owned(ctx, l, func(w Work) error {
		if err := w.TakeTurn(ctx, interaction); err != nil {
			return err
		}
		return w.KeepQuality(ctx, interaction, legs)
	})
	if err != nil {
		return fmt.Errorf("quality of interaction %d: %w", interaction, err)
	}
	return nil
}
