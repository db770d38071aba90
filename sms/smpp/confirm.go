package smpp

import (
	"sync"
	"time"
)

// confirmation follows which of the peer's messages surely have their answer: a peer that responds to a request has read all
// that was written before it. A side that will not ask does not follow them: a peer that is sent nothing responds to nothing.
type confirmation struct {
	follows bool

	mu      sync.Mutex
	open    []*received // in the order of arrival, from the first that is not confirmed
	written uint64      // frames so far
}

// received is a message of the peer.
type received struct {
	at     time.Time
	answer uint64 // the place of its answer among the frames written; 0 before that
}

func (c *confirmation) receive() *received {
	r := &received{at: time.Now()}
	if !c.follows {
		return r
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open = append(c.open, r)
	return r
}

// write notes that a frame is about to be written. Its place counts from 1.
func (c *confirmation) write(o *outgoing) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.written++
	o.place = c.written
	if o.answers != nil {
		o.answers.answer = c.written
	}
}

// confirm notes the response to a request.
func (c *confirmation) confirm(o *outgoing) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := 0
	for n < len(c.open) && c.open[n].answer > 0 && c.open[n].answer < o.place {
		n++
	}
	if c.open = c.open[n:]; len(c.open) == 0 {
		c.open = nil
	}
}

// waiting is how long the oldest answer has waited to be confirmed, 0 if there is none or the oldest message has no answer.
func (c *confirmation) waiting() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.open) == 0 || c.open[0].answer == 0 {
		return 0
	}
	return time.Since(c.open[0].at)
}

// Unconfirmed is how long ago the oldest message of the peer came whose answer the peer may not have read; 0 if there is
// none. Should the session be lost, the peer may send again what came since then, and nothing that came before. It may be
// asked after the session's end. Without Options.ConfirmWithin it is always 0.
func (s *Session) Unconfirmed() time.Duration {
	s.confirmation.mu.Lock()
	defer s.confirmation.mu.Unlock()
	if len(s.confirmation.open) == 0 {
		return 0
	}
	return time.Since(s.confirmation.open[0].at)
}
