package sms

import (
	"errors"
	"math/rand/v2"
	"time"

	"okno/sms/smpp"
)

const (
	slowest = 60 * time.Second
	stable  = time.Minute // a session that lived so long starts the pauses afresh
)

// backoff gives the pauses between binds: doubling up to a minute, each with
// jitter of a half, so that links which fell together do not rise together.
type backoff struct{ first, next time.Duration }

func newBackoff(first time.Duration) *backoff { return &backoff{first, first} }

// after gives the pause after a session that ended with err.
func (b *backoff) after(err error, lived time.Duration) time.Duration {
	if lived >= stable {
		b.next = b.first
	}
	pause := b.next
	b.next = min(2*b.next, slowest)
	if needsPatience(err) {
		pause = slowest
	}
	return pause/2 + rand.N(pause/2+1)
}

// needsPatience says if binding again soon can only do harm: the SMSC still
// holds the last session, or somebody has to change the configuration.
func needsPatience(err error) bool {
	var status smpp.Status
	if !errors.As(err, &status) {
		return false
	}
	switch status {
	case smpp.AlreadyBound, smpp.BindFailed, smpp.InvalidPassword, smpp.InvalidSystemID:
		return true
	}
	return false
}
