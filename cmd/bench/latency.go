package main

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// latency is how long something takes: for the middle one, and for 99 of a hundred.
type latency struct{ p50, p99 time.Duration }

func (l latency) String() string {
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	return fmt.Sprintf("%.1f / %.1f", ms(l.p50), ms(l.p99))
}

// latencyOf is that of the given times, which it sorts.
func latencyOf(took []time.Duration) (latency, error) {
	if len(took) == 0 {
		return latency{}, errors.New("nothing was timed")
	}
	slices.Sort(took)
	return latency{took[len(took)/2], took[len(took)*99/100]}, nil
}
