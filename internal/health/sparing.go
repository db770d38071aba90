package health

import (
	"context"
	"time"
)

// sparingAge is how old an answer may be: whoever asks often costs no more than one check in it.
const sparingAge = 500 * time.Millisecond

// Sparing gives a check that runs one at a time, and not again while its last answer is fresh. Whoever asks meanwhile waits for it, as
// long as the request lasts.
func Sparing(check Check) Check {
	turn := make(chan struct{}, 1)
	var last error
	var at time.Time
	return func(ctx context.Context) error {
		select {
		case turn <- struct{}{}:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		defer func() { <-turn }()
		if !at.IsZero() && time.Since(at) < sparingAge {
			return last
		}
		last = check(ctx)
		at = time.Now()
		return last
	}
}
