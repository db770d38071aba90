package smstest

import (
	"time"
)

// State of a message as the phone shows it.
type State string

// The states. A message from the phone is queued until the ESME acknowledges
// or refuses it; one to the phone is received.
const (
	Queued       State = "queued"
	Acknowledged State = "acknowledged"
	Refused      State = "refused"
	Received     State = "received"
)

// Message is a line of a phone's thread.
type Message struct {
	ID       int64     `json:"id"` // grows along a thread
	From     string    `json:"from"`
	To       string    `json:"to"`
	Text     string    `json:"text"`
	At       time.Time `json:"at"`
	State    State     `json:"state"`
	Segments int       `json:"segments,omitempty"` // that a received message came in
}

// thread is a phone's memory: its last messages.
type thread struct {
	lastID   int64
	messages []*Message
}

const threadLimit = 500

// record adds a line to a phone's thread. The caller holds mu.
func (s *SMSC) record(phone string, m Message) *Message {
	t := s.threads[phone]
	if t == nil {
		t = &thread{}
		s.threads[phone] = t
	}
	t.lastID++
	m.ID = t.lastID
	t.messages = append(t.messages, &m)
	if over := len(t.messages) - threadLimit; over > 0 {
		t.messages = append([]*Message(nil), t.messages[over:]...)
	}
	s.tell(phone, m)
	return &m
}

// setState changes a line that the phone sent. The caller holds mu.
func (s *SMSC) setState(m *Message, state State) {
	m.State = state
	s.tell(m.From, *m)
}

// Messages is a phone's thread, oldest first.
func (s *SMSC) Messages(number string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	messages := []Message{}
	if t := s.threads[digits(number)]; t != nil {
		for _, m := range t.messages {
			messages = append(messages, *m)
		}
	}
	return messages
}

// Received are the texts that a phone got, oldest first.
func (s *SMSC) Received(number string) []string {
	var texts []string
	for _, m := range s.Messages(number) {
		if m.State == Received {
			texts = append(texts, m.Text)
		}
	}
	return texts
}

type watcher struct {
	phone  string
	events chan Message
}

// Watch gives each new line of a phone's thread, and each change of one, until
// stop is called. Whoever falls 100 behind loses lines, and reads Messages.
func (s *SMSC) Watch(number string) (events <-chan Message, stop func()) {
	w := &watcher{digits(number), make(chan Message, 100)}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watchers[w] = struct{}{}
	return w.events, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.watchers, w)
	}
}

// tell passes a line to its watchers. The caller holds mu.
func (s *SMSC) tell(phone string, m Message) {
	for w := range s.watchers {
		if w.phone == phone {
			select {
			case w.events <- m:
			default:
			}
		}
	}
}
