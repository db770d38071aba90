package acd

import (
	"time"

	"okno/internal/contact"
)

// Rules are the settings of a queue.
type Rules struct {
	Ring   time.Duration // an offer that is not answered within this expires, and so long an agent's phone rings
	WrapUp time.Duration // the time for the outcome of a contact
	GiveUp time.Duration // after this long without an agent on duty the queue is given up

	MostWaiting  int // so many wait at most; 0: any number
	MostOfNumber int // so many contacts of one number join within AdmissionTime at most; 0: any number

	CallBackLost bool // a callback is opened for whoever waits or talks when the telephone system goes away
}

// Standing is what a queue looks at before it admits somebody.
type Standing struct {
	OnDuty   bool // an agent who serves the queue is available or paused
	Waiting  int
	OfNumber int // contacts of the same number that joined within AdmissionTime
}

// Admit says whether a queue takes somebody. One telephone, or a few hundred that write at once, cannot fill it for everybody else.
func (r Rules) Admit(s Standing) contact.Admission {
	switch {
	case !s.OnDuty:
		return contact.Closed
	case r.MostWaiting > 0 && s.Waiting >= r.MostWaiting, r.MostOfNumber > 0 && s.OfNumber >= r.MostOfNumber:
		return contact.Busy
	}
	return contact.Joined
}

// DefaultRules are those of a queue that says nothing else. 20 s is the ring time most centres use (it is also the usual limit of the
// service level); shifts overlap badly and a click can be a slip, hence 30 s of patience. 200
// who wait keep 20 agents busy for most of an hour; nobody needs an operator more than ten times in an hour. Whoever was cut off has asked for
// an operator already, and is owed one.
var DefaultRules = Rules{Ring: 20 * time.Second, WrapUp: 60 * time.Second, GiveUp: 30 * time.Second, MostWaiting: 200, MostOfNumber: 10, CallBackLost: true}

const (
	// AdmissionTime is the time in which the contacts of one number are counted.
	AdmissionTime = time.Hour
	// Reconnect is how long a desk may be away and find everything as it was.
	Reconnect = 60 * time.Second
	// DeclinedFor is how long a contact is not offered again to an agent who declined it.
	DeclinedFor = 5 * time.Minute
)
