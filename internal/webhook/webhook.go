// Package webhook tells clients of the API what becomes of their cases and lists. Deliveries are made by the exchange's deliverer: signed as
// Standard Webhooks has it, with retries over three days and a circuit breaker for each client. The package knows no storage.
package webhook

import (
	"encoding/json"
	"time"

	"okno/internal/cases"
	"okno/internal/fault"
)

// The events.
const (
	CaseMoved    = "case.moved"
	ListFinished = "list.finished"
	MessageEnded = "message.ended"
)

// Event is the body of a delivery.
type Event struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      any       `json:"data"`
}

// Case is a case as its client is told of it: what GET /cases/{number} says, and nothing of a person.
type Case struct {
	Number    string      `json:"number"`
	Kind      cases.Kind  `json:"kind"`
	State     cases.State `json:"state"`
	DueOn     string      `json:"due_on,omitempty"`
	Duplicate bool        `json:"duplicate,omitempty"` // the state and the term are those of the case that goes on
}

// Message is what a client is to be told.
type Message struct {
	Client string
	About  string // "case:7": messages about the same come in order
	Event  string
	Data   any
}

// Body is what is signed and sent.
func (m Message) Body(now time.Time) ([]byte, error) {
	return json.Marshal(Event{m.Event, now.UTC(), m.Data})
}

// List is a list of notices that has ended.
type List struct {
	ID string `json:"id"`
}

// Notice is a message by itself of which nothing more becomes: what GET /messages/{id} says.
type Notice struct {
	ID     string `json:"id"`
	State  string `json:"state"`
	Reason string `json:"reason,omitempty"` // of a failure
}

// Logged is a delivery in the log of a client.
type Logged struct {
	ID        int64      `json:"id"`
	Event     string     `json:"event"`
	State     string     `json:"state"` // waiting, delivered, dead
	Attempts  int        `json:"attempts"`
	Problem   string     `json:"problem,omitempty"` // in English: the sentence of an exchange.Problem
	CreatedAt time.Time  `json:"created_at"`
	LastAt    *time.Time `json:"last_at,omitempty"`
}

// Address is where a client takes events, without the secrets that sign them.
type Address struct {
	Client string
	URL    string
	Paused bool
}

// Health is how the deliveries to a client do.
type Health struct {
	Client        string
	Waiting, Dead int
	Oldest        time.Duration // how long the oldest waits; 0: none does
}

// Errors.
var (
	ErrUnknown    error = &fault.Error{Kind: fault.NotFound, Text: "there is no such delivery of this client"}
	ErrNoEndpoint error = &fault.Error{Kind: fault.NotFound, Text: "the client has no webhook"}
)
