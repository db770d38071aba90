package acd

import (
	"errors"
	"time"

	"okno/internal/access"
)

// Agent is a person at a desk.
type Agent struct {
	ID           int64
	Login        string
	Name         string
	Role         access.Role
	Languages    []string
	Queues       []string
	Endpoint     string // of a SIP phone, "PJSIP/…"; "" for the page's own
	Status       Status
	StatusReason string
	StatusAt     time.Time
	NextStatus   Status        // after the contact in hand; "" for none
	PauseLimit   time.Duration // how long the pause may last that the agent is on; 0: for any time, or there is none
	Enrolled     bool          // a second factor is set up, here or at the identity provider
	Federal      bool          // logs in by single sign-on
	Proof        access.Proof
}

// ErrNoAgent says that there is no such agent.
var ErrNoAgent = errors.New("no such agent")

// Status is what an agent chose.
type Status string

// The statuses.
const (
	Available Status = "available"
	Paused    Status = "paused"
	Offline   Status = "offline"
)

// Statuses are all statuses.
var Statuses = []Status{Available, Paused, Offline}

// NotResponding is the reason for a pause that an expired offer, or a phone that did not answer, puts an agent into.
const NotResponding = "not_responding"

// PauseReasons are what an agent may give for a pause.
var PauseReasons = []string{"break", "lunch", "training", "paperwork", NotResponding}
