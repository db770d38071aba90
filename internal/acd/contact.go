package acd

import (
	"errors"
	"time"
)

// State is where a contact stands.
//
//	waiting ⇄ offered → accepted → connected → wrap_up → ended
//	   └────────┴──────────┴──► ended (abandoned, nobody)
type State string

// The states.
const (
	Waiting   State = "waiting"
	Offered   State = "offered"   // a live offer is out
	Accepted  State = "accepted"  // an agent has it, and is being connected
	Connected State = "connected" // they talk, or write
	WrapUp    State = "wrap_up"   // the citizen has gone, the agent files the outcome
	Ended     State = "ended"
)

// Contact is an interaction in the hands of the ACD.
type Contact struct {
	ID          int64
	Interaction int64
	Channel     string
	Queue       string
	Language    string
	Reason      string
	Context     map[string]string
	Number      string // E.164, or ""
	State       State
	AgentID     int64 // 0 while nobody has it
	QueuedAt    time.Time
	ConnectedAt time.Time
	WrapUpUntil time.Time
	Disposition string
}

// What a contact costs of an agent's hundred points: one call fills an agent, five SMS conversations do.
const (
	CallCost = 100
	SMSCost  = 20
)

// The times of distribution, unless a queue says otherwise.
const (
	RingTime   = 20 * time.Second // an offer that is not answered expires
	WrapUpTime = 60 * time.Second
	GiveUp     = 30 * time.Second // a queue without anybody on duty
	Reconnect  = 60 * time.Second // a page that comes back within this finds everything as it was
)

// The errors of distribution. Their texts are safe to show.
var (
	ErrUnknown     = errors.New("no such contact")
	ErrGone        = errors.New("the offer is no longer open")
	ErrNotYours    = errors.New("the contact is in other hands")
	ErrState       = errors.New("the contact is not in a state for that")
	ErrDisposition = errors.New("choose an outcome first")
)

// Dispositions are the outcomes that an agent can file.
var Dispositions = []string{"resolved", "informed", "case_opened", "forwarded", "callback", "no_answer", "other"}

// Status is what an agent chose.
type Status string

// The statuses.
const (
	Available Status = "available"
	Paused    Status = "paused"
	Offline   Status = "offline"
)

// NotResponding is the reason for a pause that an expired offer puts an agent into.
const NotResponding = "not_responding"
