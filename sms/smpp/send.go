package smpp

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"
	"time"
)

// outgoing is a frame on its way out; where it has an end, a request.
type outgoing struct {
	command  Command
	sequence uint32
	frame    []byte
	state    atomic.Int32     // waiting, taken or withdrawn
	ended    func(PDU, error) // is told of the request's end, once, by whoever has taken it; nil for a response
	due      time.Time        // when its response is no longer waited for
	windowed bool             // it holds a place in the window until it ends
	answers  *received        // the peer's message that it answers, and whose place it frees
	place    uint64           // among the frames written
	then     error            // the session ends with this once the frame is written
}

const (
	waiting int32 = iota
	taken
	withdrawn
)

// Submit sends a submit_sm and gives the SMSC's message id. It blocks while the
// window is full. The error is a Status where the SMSC refused, ErrNotSent
// where it surely never saw the message, ErrUnanswered where it may have.
func (s *Session) Submit(ctx context.Context, m Message) (messageID string, err error) {
	return s.send(ctx, SubmitSM, m)
}

// Deliver sends a deliver_sm: a message or a receipt to an ESME. Errors are as of Submit.
func (s *Session) Deliver(ctx context.Context, m Message) error {
	_, err := s.send(ctx, DeliverSM, m)
	return err
}

// Data sends a data_sm either way. Errors are as of Submit.
func (s *Session) Data(ctx context.Context, m Message) (messageID string, err error) {
	return s.send(ctx, DataSM, m)
}

func (s *Session) send(ctx context.Context, c Command, m Message) (string, error) {
	sent, err := s.start(ctx, c, &m)
	if err != nil {
		return "", err
	}
	return sent.Wait(ctx)
}

// Post puts a message behind all that were posted before it. It blocks while the
// window is full; an error is ErrNotSent. Without one, ended is told what Submit
// would have given: once, in a goroutine of the session, so that it must not block.
func (s *Session) Post(ctx context.Context, c Command, m Message, ended func(messageID string, err error)) error {
	_, err := s.enter(ctx, c, &m, func(answer PDU, err error) { ended(messageIDOf(answer), err) })
	return err
}

// Sent is a message on its way, to be waited for.
type Sent struct {
	session *Session
	request *outgoing
	ended   chan end // one place
}

type end struct {
	answer PDU
	err    error
}

// Start is Post of a submit_sm whose end is waited for: Wait must follow.
func (s *Session) Start(ctx context.Context, m Message) (*Sent, error) {
	return s.start(ctx, SubmitSM, &m)
}

func (s *Session) start(ctx context.Context, c Command, body any) (sent *Sent, err error) {
	sent = &Sent{session: s, ended: make(chan end, 1)}
	sent.request, err = s.enter(ctx, c, body, func(answer PDU, err error) { sent.ended <- end{answer, err} })
	if err != nil {
		return nil, err
	}
	return sent, nil
}

// Wait gives the SMSC's message id, or an error as of Submit. It is called once.
func (w *Sent) Wait(ctx context.Context) (messageID string, err error) {
	answer, err := w.answer(ctx)
	return messageIDOf(answer), err
}

func messageIDOf(answer PDU) string {
	if resp, ok := answer.Body.(*MessageResp); ok && answer.Status == OK {
		return resp.MessageID
	}
	return ""
}

func (w *Sent) answer(ctx context.Context) (PDU, error) {
	select {
	case e := <-w.ended:
		return e.answer, e.err
	case <-ctx.Done():
		w.session.giveUp(w.request, context.Cause(ctx))
	case <-w.session.done:
		w.session.giveUp(w.request, w.session.endCause)
	}
	e := <-w.ended // here, or where it came together with the cause
	return e.answer, e.err
}

// enter queues a request as soon as there is room for it in the window. With an error ended is not called.
func (s *Session) enter(ctx context.Context, c Command, body any, ended func(PDU, error)) (*outgoing, error) {
	select {
	case s.window <- struct{}{}:
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: %w", ErrNotSent, context.Cause(ctx))
	case <-s.done:
		return nil, fmt.Errorf("%w: %w", ErrNotSent, s.endCause)
	}
	req := &outgoing{command: c, windowed: true, ended: ended}
	if err := s.enlist(req, body); err != nil {
		<-s.window
		return nil, err
	}
	var cause error
	select {
	case s.out <- req: // there is room, unless many were given up before a slow peer has let them be written
		return req, nil
	case <-ctx.Done():
		cause = context.Cause(ctx)
	case <-s.done:
		cause = s.endCause
	}
	if !s.take(req) { // it has ended already, and ended knows
		return req, nil
	}
	<-s.window
	return nil, fmt.Errorf("%w: %w", ErrNotSent, cause)
}

// enlist gives a request the next free sequence number, and its frame.
func (s *Session) enlist(req *outgoing, body any) error {
	frame, err := encode(PDU{Command: req.command, Body: body})
	if err == nil {
		req.frame = frame
		err = s.register(req)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNotSent, err)
	}
	return nil
}

func (s *Session) register(req *outgoing) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.done:
		return s.endCause
	default:
	}
	if s.draining && req.command != unbind {
		return ErrClosed
	}
	for {
		s.sequence = s.sequence%MaxSequence + 1
		if s.pending[s.sequence] == nil {
			break
		}
	}
	req.sequence = s.sequence
	setSequence(req.frame, req.sequence)
	req.due = time.Now().Add(s.opts.AnswerTimeout)
	s.pending[s.sequence] = req
	return nil
}

// take lets one caller end a request: the first.
func (s *Session) take(req *outgoing) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pending[req.sequence] != req {
		return false
	}
	delete(s.pending, req.sequence)
	s.checkQuiet()
	return true
}

// answeredBy takes the request that a response is for, or gives nil.
func (s *Session) answeredBy(p PDU) *outgoing {
	s.mu.Lock()
	defer s.mu.Unlock()
	req := s.pending[p.Sequence]
	if req == nil || p.Command != genericNack && p.Command != req.command|responseBit {
		return nil
	}
	delete(s.pending, p.Sequence)
	s.checkQuiet()
	return req
}

// finish tells of the end of a request that the caller has taken.
func (s *Session) finish(req *outgoing, answer PDU, err error) {
	if req.windowed {
		<-s.window
	}
	req.ended(answer, err)
}

// giveUp ends a request without a response, unless it has ended.
func (s *Session) giveUp(req *outgoing, cause error) {
	if !s.take(req) {
		return
	}
	err := ErrUnanswered
	if req.state.CompareAndSwap(waiting, withdrawn) {
		err = ErrNotSent
	}
	s.finish(req, PDU{}, fmt.Errorf("%w: %w", err, cause))
}

// giveUpAll ends what is open when nothing will be read any more.
func (s *Session) giveUpAll() {
	for _, req := range s.open() {
		s.giveUp(req, s.endCause)
	}
}

// giveUpLate ends the requests whose time is over, and says how long until the next one's is: at most as long as one has.
func (s *Session) giveUpLate() time.Duration {
	now := time.Now()
	left := s.opts.AnswerTimeout
	for _, req := range s.open() {
		if late := now.Sub(req.due); late >= 0 {
			s.giveUp(req, context.DeadlineExceeded)
		} else {
			left = min(left, -late)
		}
	}
	return left
}

// settle hands a response to its request. Whatever answers nothing open, or
// answers it as another command, is counted and passed over.
func (s *Session) settle(p PDU) {
	req := s.answeredBy(p)
	if req == nil {
		s.stats.unsolicited.Add(1)
		return
	}
	if p.Command == genericNack && p.Status == OK {
		p.Status = SystemError // a nack is no consent, whatever it says
	}
	s.confirmation.confirm(req)
	if req.command == unbind {
		s.leave() // before the peer's closing looks like a loss
	}
	s.finish(req, p, p.Status.err())
}

// open are the requests that have not ended.
func (s *Session) open() []*outgoing {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Values(s.pending))
}
