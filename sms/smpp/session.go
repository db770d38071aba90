package smpp

import (
	"bufio"
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
)

// Why a session ended, or a request has no response.
var (
	// ErrNotSent is a request that surely did not leave: it may be sent again.
	ErrNotSent = errors.New("smpp: not sent")
	// ErrUnanswered is a request that left, or may have, and got no response:
	// what the peer did with it is unknown.
	ErrUnanswered = errors.New("smpp: no answer")
	// ErrClosed is a session ended by its own side, with nothing open on either.
	ErrClosed = errors.New("smpp: session closed")
	// ErrAbandoned is a session ended by its own side with requests unanswered.
	ErrAbandoned = errors.New("smpp: session closed with requests open")
	// ErrUnbound is a session that the peer has ended with an unbind.
	ErrUnbound = errors.New("smpp: unbound by the peer")
	// ErrSilent is a peer that no longer answers enquire_link.
	ErrSilent = errors.New("smpp: peer is silent")
	// ErrStalled is a peer that no longer reads.
	ErrStalled = errors.New("smpp: peer does not read")
)

// Session is a bind: from Dial or Accept until Run returns. Its methods may be
// called from any goroutine.
type Session struct {
	conn   net.Conn
	reader *bufio.Reader
	bind   Bind // as the ESME presented itself
	esme   bool // which end this is
	opts   Options
	log    zerolog.Logger

	window  chan struct{} // a slot for each own request in flight
	out     chan *outgoing
	control chan *outgoing // enquiries, unbinds and the reader's own answers

	mu       sync.Mutex
	sequence uint32
	pending  map[uint32]*outgoing // own requests only, so a peer's number never meets them
	inbound  int                  // the peer's requests not answered yet
	draining bool
	quiet    chan struct{} // closed when draining and nothing is open

	confirmation confirmation

	done     chan struct{}
	endOnce  sync.Once
	endCause error // read after done
	unbound  bool  // the peer has unbound; the reader's own

	lastRead atomic.Int64 // nanoseconds since started
	started  time.Time
	stats    counters
}

func newSession(conn net.Conn, reader *bufio.Reader, bind Bind, esme bool, opts Options) *Session {
	return &Session{
		conn: conn, reader: reader, bind: bind, esme: esme, opts: opts, log: opts.Log,
		window: make(chan struct{}, opts.Window),
		// A slot for each frame that may wait: neither a request within the
		// window nor an answer ever blocks on the writer.
		out:     make(chan *outgoing, opts.Window+opts.Inbound),
		control: make(chan *outgoing, 16),
		pending: make(map[uint32]*outgoing),
		quiet:   make(chan struct{}),
		done:    make(chan struct{}),

		confirmation: confirmation{follows: opts.ConfirmWithin > 0},

		started: time.Now(),
	}
}

// Bind is how the ESME presented itself.
func (s *Session) Bind() Bind { return s.bind }

// CanSend says if this side may send messages over the bind's mode.
func (s *Session) CanSend() bool { return mayCarry(s.bind.Mode, s.esme) }

// CanReceive says if the peer may.
func (s *Session) CanReceive() bool { return mayCarry(s.bind.Mode, !s.esme) }

func mayCarry(mode Mode, fromESME bool) bool {
	return mode == Transceiver || (mode == Transmitter) == fromESME
}

// Free is how many requests the window takes now without blocking.
func (s *Session) Free() int { return cap(s.window) - len(s.window) }

// Done is closed when the session has ended; Run then returns.
func (s *Session) Done() <-chan struct{} { return s.done }

// Run serves the bind until it ends, and says why. When ctx ends it takes no
// new request, waits up to Options.Drain for the open ones of both sides,
// unbinds, and returns ErrClosed, or ErrAbandoned if that was not enough. All its
// goroutines have ended by then.
func (s *Session) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	wg.Go(s.read)
	wg.Go(s.write)
	wg.Go(s.keep)
	select {
	case <-ctx.Done():
		s.farewell()
		s.end(ErrAbandoned) // unless the unbind was answered
	case <-s.done:
	}
	wg.Wait()
	s.giveUpAll()
	return s.endCause
}

// end closes the session; the first cause stays.
func (s *Session) end(cause error) {
	s.endOnce.Do(func() {
		s.endCause = cause
		close(s.done)
		s.conn.Close()
	})
}

// farewell lets open requests finish, then unbinds.
func (s *Session) farewell() {
	s.mu.Lock()
	s.draining = true
	s.checkQuiet()
	s.mu.Unlock()
	patience := time.NewTimer(s.opts.Drain)
	defer patience.Stop()
	select {
	case <-s.quiet:
	case <-patience.C:
	case <-s.done:
		return
	}
	answered := make(chan struct{})
	bye := &outgoing{command: unbind, ended: func(PDU, error) { close(answered) }}
	if s.enlist(bye, nil) != nil {
		return
	}
	select {
	case s.control <- bye:
	case <-s.done:
		return
	}
	patience.Reset(min(s.opts.AnswerTimeout, 2*time.Second))
	select {
	case <-answered:
	case <-patience.C:
	case <-s.done:
	}
}

// checkQuiet closes quiet when nothing is open any more. The caller holds mu.
func (s *Session) checkQuiet() {
	if s.draining && s.inbound == 0 && len(s.pending) == 0 {
		select {
		case <-s.quiet:
		default:
			close(s.quiet)
		}
	}
}

// leave ends the session once its unbind is answered.
func (s *Session) leave() {
	select {
	case <-s.quiet:
		s.end(ErrClosed)
	default:
		s.end(ErrAbandoned)
	}
}

// keep asks a peer that has been silent whether it lives: as soon as the silence has lasted, so that the reader's
// deadline, which is longer, never strikes first. It also asks when nothing else has shown that answers are read, and it
// gives up the requests whose response does not come.
func (s *Session) keep() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	answered := make(chan struct{}, 1)
	for asking := false; ; {
		select {
		case <-timer.C:
		case <-answered:
			asking = false
		case <-s.done:
			return
		}
		next := s.giveUpLate()
		if !asking && s.unsure() {
			asking = true
			s.enquire(answered)
		}
		if !asking {
			next = min(next, s.untilUnsure())
		}
		timer.Reset(max(next, time.Millisecond))
	}
}

// unsure says whether nothing shows that the peer lives, or that it has read what it was answered.
func (s *Session) unsure() bool {
	return s.silence() >= s.opts.EnquireEvery || s.opts.ConfirmWithin > 0 && s.confirmation.waiting() >= s.opts.ConfirmWithin
}

// untilUnsure is when to look again.
func (s *Session) untilUnsure() time.Duration {
	wait := s.opts.EnquireEvery - s.silence()
	if s.opts.ConfirmWithin > 0 {
		wait = min(wait, s.opts.ConfirmWithin)
	}
	return wait
}

// silence is how long ago the peer sent something last.
func (s *Session) silence() time.Duration {
	return time.Since(s.started) - time.Duration(s.lastRead.Load())
}

// enquire sends an enquire_link. A peer that does not answer in time is lost.
func (s *Session) enquire(answered chan<- struct{}) {
	ask := &outgoing{command: enquireLink, ended: func(_ PDU, err error) {
		if errors.Is(err, context.DeadlineExceeded) {
			s.end(ErrSilent)
		}
		answered <- struct{}{}
	}}
	if s.enlist(ask, nil) != nil {
		return // the session ends for another cause
	}
	select {
	case s.control <- ask:
	case <-s.done:
	}
}
