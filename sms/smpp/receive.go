package smpp

import (
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"time"
)

// Handler gets what the peer sends. Both methods are called by the session's reader, in
// the order of arrival, and must not block: hand the work to somebody and return.
type Handler interface {
	// HandleMessage takes a submit_sm, deliver_sm or data_sm. The request must
	// be answered once, by any goroutine, whenever its outcome is known.
	HandleMessage(r *Request)
	// HandlePoison takes a request that could not be read. The session has
	// answered it with its status and goes on.
	HandlePoison(p Poison)
}

// Request is a message from the peer that waits for its Answer.
type Request struct {
	Command Command
	Message Message
	Raw     []byte // the frame as it came

	session  *Session
	sequence uint32
	received *received
	answered atomic.Bool
}

// Answer sends the response. The message id counts only in answer to submit_sm
// and data_sm. It never blocks; once the session has ended it does nothing, and
// the peer will send the message again. Only the first answer counts.
func (r *Request) Answer(status Status, messageID string) {
	if r.answered.Swap(true) {
		return
	}
	s := r.session
	if r.Command == DeliverSM {
		messageID = "" // unused there, and set to NULL (SMPP 3.4 §4.6.2)
	}
	frame, err := encode(PDU{Command: r.Command | responseBit, Status: status, Sequence: r.sequence,
		Body: &MessageResp{MessageID: messageID}})
	if err != nil { // a message id of more than 64 characters
		s.log.Error().Err(err).Msg("smpp answer")
		frame, _ = encode(PDU{Command: genericNack, Status: SystemError, Sequence: r.sequence})
	}
	select {
	case s.out <- &outgoing{frame: frame, answers: r.received}:
	case <-s.done:
	}
}

// Poison is a request of the peer that could not be read.
type Poison struct {
	Raw    []byte // header included; cut where the PDU was longer than 64 KiB
	Status Status // what it was answered with
	Reason error
}

// Stats counts what a session has put up with.
type Stats struct {
	Unsolicited int64 // responses to nothing that was open: late, repeated or made up
	Poisoned    int64 // PDUs that could not be read
	Refused     int64 // messages turned away because too many were open
}

type counters struct{ unsolicited, poisoned, refused atomic.Int64 }

// Stats of the session so far.
func (s *Session) Stats() Stats {
	return Stats{s.stats.unsolicited.Load(), s.stats.poisoned.Load(), s.stats.refused.Load()}
}

// read is the one goroutine that reads from the socket.
func (s *Session) read() {
	for {
		// Silence is the keeper's business; this only bounds a frame begun and never finished.
		limit := s.opts.EnquireEvery + 2*s.opts.AnswerTimeout
		if err := s.conn.SetReadDeadline(time.Now().Add(limit)); err != nil {
			s.end(err)
			return
		}
		frame, whole, err := readFrame(s.reader)
		if errors.Is(err, errFraming) {
			s.stats.poisoned.Add(1)
			s.reply(PDU{Command: genericNack, Status: InvalidLength}, err)
			return
		}
		if err != nil {
			s.end(s.readCause(err))
			return
		}
		s.lastRead.Store(int64(time.Since(s.started)))
		s.receive(frame, whole)
	}
}

func (s *Session) readCause(err error) error {
	if s.unbound { // and so may close before the writer has noted it
		return ErrUnbound
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return ErrSilent
	}
	return fmt.Errorf("smpp: connection lost: %w", err)
}

func (s *Session) receive(frame []byte, whole bool) {
	p, err := decode(frame)
	if p.Command.isResponse() {
		if err != nil { // the header says enough, and the request must not hang
			s.stats.poisoned.Add(1)
			p.Body = nil
		}
		s.settle(p)
		return
	}
	if !whole {
		err = &decodeError{InvalidLength, "PDU over 64 KiB"}
	}
	if err != nil {
		s.poison(p, frame, err)
		return
	}
	switch p.Command {
	case SubmitSM, DeliverSM, DataSM:
		s.receiveMessage(p, frame)
	case QuerySM:
		s.receiveQuery(p, frame)
	case cancelSM:
		s.refuse(p, frame, CancelFailed)
	case replaceSM:
		s.refuse(p, frame, ReplaceFailed)
	case enquireLink:
		s.reply(PDU{Command: enquireLink | responseBit, Sequence: p.Sequence}, nil)
	case unbind:
		s.unbound = true
		s.reply(PDU{Command: unbind | responseBit, Sequence: p.Sequence}, ErrUnbound)
	case alertNotification: // has no response (SMPP 3.4 §4.12)
	case bindReceiver, bindTransmitter, bindTransceiver:
		s.reply(PDU{Command: p.Command | responseBit, Status: AlreadyBound, Sequence: p.Sequence}, nil)
	}
}

func (s *Session) receiveMessage(p PDU, frame []byte) {
	fromESME := p.Command == SubmitSM || p.Command == DataSM && !s.esme
	if fromESME == s.esme || !s.CanReceive() {
		s.reply(PDU{Command: p.Command | responseBit, Status: WrongBindState, Sequence: p.Sequence}, nil)
		return
	}
	s.mu.Lock()
	room := s.inbound < s.opts.Inbound
	if room {
		s.inbound++
	}
	s.mu.Unlock()
	if !room {
		s.stats.refused.Add(1)
		if s.opts.Refused != nil {
			s.opts.Refused()
		}
		status := TemporaryAppError
		if !s.esme {
			status = Throttled
		}
		s.reply(PDU{Command: p.Command | responseBit, Status: status, Sequence: p.Sequence}, nil)
		return
	}
	s.opts.Handler.HandleMessage(&Request{
		Command: p.Command, Message: *p.Body.(*Message), Raw: frame,
		session: s, sequence: p.Sequence, received: s.confirmation.receive(),
	})
}

// poison answers what could not be read: a message with its own response and a
// final status, so that the peer does not send it for ever; anything else with
// generic_nack.
func (s *Session) poison(p PDU, frame []byte, reason error) {
	s.stats.poisoned.Add(1)
	status := SystemError
	var bad *decodeError
	if errors.As(reason, &bad) {
		status = bad.status
	}
	answer := PDU{Command: genericNack, Status: status, Sequence: p.Sequence}
	switch p.Command {
	case SubmitSM, DeliverSM, DataSM:
		answer.Command = p.Command | responseBit
		answer.Body = &MessageResp{}
		if s.esme {
			status = PermanentAppError
			answer.Status = status
		}
	}
	s.log.Warn().Err(reason).Stringer("command", p.Command).Hex("status", []byte{byte(status)}).
		Int("octets", len(frame)).Msg("smpp poison PDU")
	s.opts.Handler.HandlePoison(Poison{Raw: frame, Status: status, Reason: reason})
	s.reply(answer, nil)
}

// refuse answers an ESME that would take a message back or change it. No SMSC of ours does that: what it has taken may be
// on its way (SMPP 3.4 §4.9, §4.10).
func (s *Session) refuse(p PDU, frame []byte, status Status) {
	if s.esme {
		s.poison(p, frame, &decodeError{InvalidCommand, p.Command.String() + " to an ESME"})
		return
	}
	if !s.CanReceive() {
		status = WrongBindState
	}
	s.reply(PDU{Command: p.Command | responseBit, Status: status, Sequence: p.Sequence}, nil)
}

// reply queues an answer of the reader's own; a cause, where given, ends the
// session after it. A peer that asks and does not read its answers stops being read.
func (s *Session) reply(p PDU, then error) {
	frame, err := encode(p)
	if err != nil {
		s.end(err)
		return
	}
	select {
	case s.control <- &outgoing{frame: frame, then: then}:
	case <-s.done:
	}
}
