package smstest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"okno/sms/smpp"
	"okno/sms/text"
)

// queue holds one phone's messages, oldest first; a goroutine offers them in turn.
type queue struct {
	waiting []*mobileOriginated
	working bool
}

type mobileOriginated struct {
	entry *Message
	parts []smpp.Message
	done  chan struct{}
	err   error // read after done
}

// ErrNumber is a number that no phone can have.
var ErrNumber = errors.New("smsc: not a number")

// Send sends a text from a phone: in the shortest coding, in as many parts as
// needed, after the phone's earlier messages. It returns when the ESME has
// acknowledged it, with a Status when the ESME refused it, or when ctx ends:
// then the message stays queued.
func (s *SMSC) Send(ctx context.Context, from, to, body string) error {
	mo, err := s.enqueue(digits(from), digits(to), body)
	if err != nil {
		return err
	}
	select {
	case <-mo.done:
		return mo.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *SMSC) enqueue(from, to, body string) (*mobileOriginated, error) {
	if from == "" || to == "" || len(from) > 15 || len(to) > 15 {
		return nil, ErrNumber
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reference++
	mo := &mobileOriginated{parts: parts(from, to, body, s.reference), done: make(chan struct{})}
	mo.entry = s.record(from, Message{From: from, To: to, Text: body, At: time.Now(), State: Queued})
	q := s.queues[from]
	if q == nil {
		q = &queue{}
		s.queues[from] = q
	}
	q.waiting = append(q.waiting, mo)
	s.startQueue(q)
	return mo, nil
}

// parts are the deliver_sm of a text.
func parts(from, to, body string, reference int) []smpp.Message {
	coding, payloads := text.Split(body)
	messages := make([]smpp.Message, len(payloads))
	for i, payload := range payloads {
		m := smpp.Message{
			Source: smpp.Address{TON: 1, NPI: 1, Number: from},
			Dest:   smpp.Address{TON: 0, NPI: 1, Number: to},
			Coding: byte(coding), Short: payload,
		}
		if len(payloads) > 1 {
			m.ESMClass = smpp.ESMUDHI
			m.Short = text.AddHeader(text.Part{Reference: reference, Total: len(payloads), Number: i + 1}, payload)
		}
		messages[i] = m
	}
	return messages
}

// startQueue starts the queue's goroutine unless it runs. The caller holds mu.
func (s *SMSC) startQueue(q *queue) {
	if q.working || len(q.waiting) == 0 || s.serving == nil || s.serving.Err() != nil {
		return
	}
	q.working = true
	s.spawn(func(ctx context.Context) { s.work(ctx, q) })
}

func (s *SMSC) work(ctx context.Context, q *queue) {
	for {
		s.mu.Lock()
		if len(q.waiting) == 0 || ctx.Err() != nil {
			q.working = false
			s.mu.Unlock()
			return
		}
		mo := q.waiting[0]
		s.mu.Unlock()
		err := s.offer(ctx, mo)
		if ctx.Err() != nil && err != nil {
			continue // it stays first in the queue for the next Serve
		}
		s.mu.Lock()
		q.waiting = q.waiting[1:]
		state := Acknowledged
		if err != nil {
			state = Refused
		}
		s.setState(mo.entry, state)
		s.mu.Unlock()
		mo.err = err
		close(mo.done)
	}
}

// offer delivers the parts still open, in order.
func (s *SMSC) offer(ctx context.Context, mo *mobileOriginated) error {
	for len(mo.parts) > 0 {
		if err := s.deliver(ctx, mo.parts[0]); err != nil {
			return fmt.Errorf("deliver: %w", err)
		}
		mo.parts = mo.parts[1:]
	}
	return nil
}
