package gateway

import "time"

// bucket lets so many segments a second through, and as many at once. A long
// message may overdraw it; the next ones then wait longer.
type bucket struct {
	rate   float64 // 0: no limit
	tokens float64
	at     time.Time
}

func (b *bucket) take(segments int, now time.Time) bool {
	if b.rate == 0 {
		return true
	}
	most := max(b.rate, 1)
	if b.at.IsZero() {
		b.tokens = most
	} else if passed := now.Sub(b.at); passed > 0 {
		b.tokens = min(most, b.tokens+passed.Seconds()*b.rate)
	}
	b.at = now
	if b.tokens < 1 {
		return false
	}
	b.tokens -= float64(segments)
	return true
}
