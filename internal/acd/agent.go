package acd

import (
	"errors"
	"time"
)

// Role is what an agent may do.
type Role string

// The roles.
const (
	RoleAgent         Role = "agent"
	RoleSupervisor    Role = "supervisor"
	RoleAdministrator Role = "administrator"
)

// Supervises says whether a role looks after more than its own contacts.
func (r Role) Supervises() bool { return r == RoleSupervisor || r == RoleAdministrator }

// Agent is a person at a desk.
type Agent struct {
	ID           int64
	Login        string
	Name         string
	Role         Role
	Languages    []string
	Queues       []string
	Endpoint     string // of a SIP phone, "PJSIP/…"; "" for the page's own
	Status       Status
	StatusReason string
	StatusAt     time.Time
	NextStatus   Status // after the contact in hand; "" for none
}

// ErrNoAgent says that there is no such agent.
var ErrNoAgent = errors.New("no such agent")

// PauseReasons are what an agent may give for a pause.
var PauseReasons = []string{"break", "lunch", "training", "paperwork", NotResponding}
