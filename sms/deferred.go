package sms

import (
	"sync"
	"time"
)

const (
	deferredMost   = 10_000           // how many messages are remembered
	deferredWithin = 10 * time.Minute // by then an SMSC has most likely sent again what it was to keep
)

// deferred remembers, by fingerprint, when messages came that were answered "try again later" though they may have been kept. The SMSC
// redelivers them, over any bind.
type deferred struct {
	mu sync.Mutex
	at map[string]time.Time
}

// remember keeps when a message came. If it is remembered already the first time counts: the message may have been kept then,
// whatever came of it since.
func (d *deferred) remember(fingerprint []byte, at time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.at == nil {
		d.at = map[string]time.Time{}
	}
	if first, known := d.at[string(fingerprint)]; known && first.Before(at) {
		return
	}
	for other := range d.at {
		if len(d.at) < deferredMost {
			break
		}
		delete(d.at, other)
	}
	d.at[string(fingerprint)] = at
}

// when a message came, or zero.
func (d *deferred) when(fingerprint []byte) time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.at[string(fingerprint)]
}

// since is when the first of them came, of those that may still come again soon; now if there is none.
func (d *deferred) since(now time.Time) time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	first := now
	for _, at := range d.at {
		if at.Before(first) && now.Sub(at) < deferredWithin {
			first = at
		}
	}
	return first
}

func (d *deferred) forget(fingerprint []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.at, string(fingerprint))
}
