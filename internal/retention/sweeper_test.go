package retention

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/job"
)

type fakeStore struct {
	whole bool
	err   error
}

func (f fakeStore) SweepOld(context.Context, time.Time, time.Duration) (map[string]int, bool, error) {
	return map[string]int{"x": 1}, f.whole, f.err
}

func TestAPassThatIsNotDoneGoesOn(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	sweep := func(f fakeStore) error { return NewSweeper(f, zerolog.Nop()).Sweep(t.Context(), job.SweepOld{}) }
	require.NoError(t, sweep(fakeStore{whole: true}))
	require.ErrorIs(t, sweep(fakeStore{err: broken}), broken)
	var later job.Later
	require.ErrorAs(t, sweep(fakeStore{}), &later)
}
