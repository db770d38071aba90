package acd

import "time"

// Rules are the settings of a queue.
type Rules struct {
	Ring   time.Duration // an offer that is not answered within this expires, and so long an agent's phone rings
	WrapUp time.Duration // the time for the outcome of a contact
	GiveUp time.Duration // after this long without an agent on duty the queue is given up
}

// DefaultRules are those of a queue that says nothing else. 20 s is the ring time most centres use (it is also the usual limit of the
// service level); shifts overlap badly and a click can be a slip, hence 30 s of patience.
var DefaultRules = Rules{Ring: 20 * time.Second, WrapUp: 60 * time.Second, GiveUp: 30 * time.Second}

const (
	// Reconnect is how long a desk may be away and find everything as it was.
	Reconnect = 60 * time.Second
	// DeclinedFor is how long a contact is not offered again to an agent who declined it.
	DeclinedFor = 5 * time.Minute
)
