package sms

import (
	"slices"
	"sync"
	"time"
)

const (
	delayMemory = 5 * time.Minute
	mostDelays  = 1000
)

// delays remembers how long receipts took: the last thousand, of the last minutes.
type delays struct {
	mu   sync.Mutex
	ring [mostDelays]delay
	next int
}

type delay struct {
	at   time.Time
	took time.Duration
}

func (d *delays) add(at time.Time, took time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ring[d.next] = delay{at, took}
	d.next = (d.next + 1) % mostDelays
}

// percentiles gives the median and the 99th percentile of the last minutes, and of how many receipts they are.
func (d *delays) percentiles(now time.Time) (median, p99 time.Duration, n int) {
	var took []time.Duration
	d.mu.Lock()
	for _, one := range d.ring {
		if now.Sub(one.at) < delayMemory {
			took = append(took, one.took)
		}
	}
	d.mu.Unlock()
	if len(took) == 0 {
		return 0, 0, 0
	}
	slices.Sort(took)
	return took[len(took)/2], took[len(took)*99/100], len(took)
}
