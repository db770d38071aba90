package desk

import (
	"time"

	"okno/internal/acd"
	"okno/internal/contact"
)

// Wall is how the floor stands at a moment, for whoever leads it. It holds nothing of any citizen.
type Wall struct {
	At      time.Time
	Queues  []Queue
	Agents  []OnDuty
	Waiting []Waiting // in the order in which they are served, [MostOnWall] at most
}

// MostOnWall bounds the list of those who wait.
const MostOnWall = 100

// OnDuty is an agent who is not off duty, or still has somebody in hand.
type OnDuty struct {
	ID     int64
	Name   string
	Status acd.Status // what the agent chose
	Reason string
	Since  time.Time
	// PauseUntil is when the limit of the pause is over; zero: there is none.
	PauseUntil time.Time
	Connected  bool // the page is open
	Hands      []InHand
}

// InHand is a contact that an agent has, or is offered.
type InHand struct {
	Contact int64         `json:"contact"`
	Channel string        `json:"channel"`
	Queue   string        `json:"queue"`
	State   contact.State `json:"state"`
	Since   time.Time     `json:"since"` // of the state, or of when the contact joined the queue
}

// Waiting is a contact that waits for an agent.
type Waiting struct {
	Contact  int64
	Channel  string
	Queue    string
	Language string
	Reason   string // the key of a text
	Priority int
	QueuedAt time.Time
	DueAt    time.Time // of a callback that is wanted later; else zero
	// AddressedTo is the agent whom it waits for; 0: for any of the queue.
	AddressedTo int64
}
