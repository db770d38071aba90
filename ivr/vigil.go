package ivr

import (
	"context"
	"errors"
	"time"
)

// errMute is the cause of a call's context when nothing has ever come from the citizen's telephone.
var errMute = errors.New("no sound has come from the telephone")

const (
	// signWithin is how long after the answer there must be a sign of life: a packet of sound, comfort noise included, a report (RTCP), a key, or
	// the hold by which a telephone says that it will send nothing. One that listens sends, too; rtp_timeout of Asterisk ends a call much later
	// whose telephone goes away in the middle, for telephones may suppress silence.
	signWithin = 15 * time.Second
	signAgain  = 5 * time.Second // of a telephone that holds us, or an Asterisk that does not answer
)

// vigil is the wait for a telephone's first sign of life.
type vigil struct{ timer *time.Timer }

// begin begins it with the answer, or when the call is adopted.
func (v *vigil) begin() {
	if v.timer == nil {
		v.timer = time.NewTimer(signWithin)
	}
}

// due is told when a sign is overdue. A call that has not been answered waits for none.
func (v *vigil) due() <-chan time.Time {
	if v.timer == nil {
		return nil
	}
	return v.timer.C
}

// seekSign ends a call from whose telephone nothing has come. It looks once at a call that lives: one look for all of it.
func (c *liveCall) seekSign(ctx context.Context) {
	if !c.pressed.IsZero() {
		return
	}
	found, err := c.line.rest.rtp(ctx, c.channel)
	switch {
	case err == nil && (found.Received > 0 || found.reports()), isRejected(err): // a channel without RTP sends none
		return
	case err == nil:
		held, err := c.line.rest.isHeldByFar(ctx, c.channel)
		if err == nil && !held {
			c.log.Warn().Msg("no sound has ever come from the telephone: hung up")
			c.hangUp(errMute)
			return
		}
	}
	c.vigil.timer.Reset(signAgain)
}
