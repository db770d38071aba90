package smpp

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"
)

// outgoing is a frame on its way out; with an answer channel, a request.
type outgoing struct {
	command  Command
	sequence uint32
	frame    []byte
	state    atomic.Int32 // waiting, taken or withdrawn
	answer   chan PDU     // one place; nil for a response
	answers  *heard       // the peer's message that it answers, and whose place it frees
	place    uint64       // among the frames written
	then     error        // the session ends with this once the frame is written
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
	sent, err := s.start(ctx, c, m)
	if err != nil {
		return "", err
	}
	return sent.Wait(ctx)
}

// Sent is a message on its way, to be waited for.
type Sent struct {
	session *Session
	request *outgoing
}

// Start puts a submit_sm behind all that were started before it. It blocks while
// the window is full; an error is ErrNotSent. Wait must follow.
func (s *Session) Start(ctx context.Context, m Message) (*Sent, error) {
	return s.start(ctx, SubmitSM, m)
}

func (s *Session) start(ctx context.Context, c Command, m Message) (*Sent, error) {
	select {
	case s.window <- struct{}{}:
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: %w", ErrNotSent, context.Cause(ctx))
	case <-s.done:
		return nil, fmt.Errorf("%w: %w", ErrNotSent, s.endCause)
	}
	req, err := s.enlist(c, &m)
	if err != nil {
		<-s.window
		return nil, err
	}
	select {
	case s.out <- req:
		return &Sent{s, req}, nil
	case <-ctx.Done():
		err = context.Cause(ctx)
	case <-s.done:
		err = s.endCause
	}
	s.forget(req)
	<-s.window
	return nil, fmt.Errorf("%w: %w", ErrNotSent, err)
}

// Wait gives the SMSC's message id, or an error as of Submit. It is called once.
func (w *Sent) Wait(ctx context.Context) (messageID string, err error) {
	s, req := w.session, w.request
	defer func() { <-s.window }()
	defer s.forget(req)
	patience := time.NewTimer(s.opts.AnswerTimeout)
	defer patience.Stop()
	var cause error
	select {
	case answer := <-req.answer:
		return resultOf(answer)
	case <-patience.C:
		cause = context.DeadlineExceeded
	case <-ctx.Done():
		cause = context.Cause(ctx)
	case <-s.done:
		cause = s.endCause
	}
	if req.state.CompareAndSwap(waiting, withdrawn) {
		return "", fmt.Errorf("%w: %w", ErrNotSent, cause)
	}
	select {
	case answer := <-req.answer: // it came together with the cause
		return resultOf(answer)
	default:
		return "", fmt.Errorf("%w: %w", ErrUnanswered, cause)
	}
}

func resultOf(answer PDU) (messageID string, err error) {
	if err := answer.Status.err(); err != nil {
		return "", err
	}
	if resp, ok := answer.Body.(*MessageResp); ok {
		return resp.MessageID, nil
	}
	return "", nil
}

// enlist makes a request with the next free sequence number.
func (s *Session) enlist(c Command, body any) (*outgoing, error) {
	req := &outgoing{command: c, answer: make(chan PDU, 1)}
	if err := s.register(req); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotSent, err)
	}
	frame, err := encode(PDU{Command: c, Sequence: req.sequence, Body: body})
	if err != nil {
		s.forget(req)
		return nil, fmt.Errorf("%w: %w", ErrNotSent, err)
	}
	req.frame = frame
	return req, nil
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
	s.pending[s.sequence] = req
	return nil
}

// forget takes back a request's number, unless another request has it by now.
func (s *Session) forget(req *outgoing) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pending[req.sequence] == req {
		delete(s.pending, req.sequence)
	}
	s.checkQuiet()
}

// settle hands a response to its request. Whatever answers nothing open, or
// answers it as another command, is counted and passed over.
func (s *Session) settle(p PDU) {
	s.mu.Lock()
	req := s.pending[p.Sequence]
	if req != nil && (p.Command == genericNack || p.Command == req.command|responseBit) {
		delete(s.pending, p.Sequence)
		s.checkQuiet()
	} else {
		req = nil
	}
	s.mu.Unlock()
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
	req.answer <- p
}
