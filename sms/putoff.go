package sms

import (
	"sync"
	"time"
)

const (
	putOffs    = 10_000           // how many messages are remembered
	putOffSoon = 10 * time.Minute // by then an SMSC has most likely sent again what it was to keep
)

// putOff remembers messages that were put off though they may have been kept, by fingerprint, and when they came. The SMSC
// will send them again, over whatever bind.
type putOff struct {
	mu sync.Mutex
	at map[string]time.Time
}

// remember keeps when a message came. If it is remembered already the first time counts: the message may have been kept then,
// whatever came of it since.
func (p *putOff) remember(fingerprint []byte, at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.at == nil {
		p.at = map[string]time.Time{}
	}
	if first, known := p.at[string(fingerprint)]; known && first.Before(at) {
		return
	}
	for other := range p.at {
		if len(p.at) < putOffs {
			break
		}
		delete(p.at, other)
	}
	p.at[string(fingerprint)] = at
}

// when a message came, or zero.
func (p *putOff) when(fingerprint []byte) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.at[string(fingerprint)]
}

// since is when the first of them came, of those that may still come again soon; now if there is none.
func (p *putOff) since(now time.Time) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	first := now
	for _, at := range p.at {
		if at.Before(first) && now.Sub(at) < putOffSoon {
			first = at
		}
	}
	return first
}

func (p *putOff) forget(fingerprint []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.at, string(fingerprint))
}
