package acd

import (
	"time"

	"okno/internal/calendar"
	"okno/internal/contact"
)

// Rules are the settings of a queue.
type Rules struct {
	Ring   time.Duration // an offer that is not answered within this expires, and so long an agent's phone rings
	WrapUp time.Duration // the time for the outcome of a contact
	GiveUp time.Duration // a contact that nobody is there for is given up after this long
	Pause  time.Duration // so long a pause may last before the agent is no longer counted on

	Address time.Duration // so long whoever is on the line waits for the one agent to whom the contact is addressed

	Priority int // points with which a contact of the queue begins; higher goes first
	Ageing   int // points for each minute of its wait

	Strategy Strategy
	Line     []string         // of [Linear]: logins, in the order in which they are asked; others come behind them
	Skills   map[string]Skill // that whoever takes a contact has

	Overflow      string        // the queue whose agents are asked, too; "": none
	OverflowAfter time.Duration // after this wait, or when nobody of the queue itself is there

	Announce time.Duration // so often callers who wait are told how the wait stands; 0: never

	MostWaiting  int // so many wait at most; 0: any number
	MostOfNumber int // so many contacts of one number join within AdmissionTime at most; 0: any number

	Hours     *calendar.Calendar // in which the queue is open; nil: always
	AtClosing AtClosing          // what becomes of those who wait then
	Calls     CallHours          // in which citizens are called back

	Disposition Disposition // whether a wrap-up ends with an outcome only
	AutoAccept  bool        // the agent's page accepts an offer by itself, if it can ring and has what a talk needs

	CallBackLost bool // a callback is opened for whoever waits or talks when the telephone system goes away
}

// Standing is what a queue looks at before it admits somebody.
type Standing struct {
	Now      time.Time // the store's
	OnDuty   bool      // somebody is there who could take it, or was not longer ago than GiveUp
	Waiting  int
	OfNumber int // contacts of the same number that joined within AdmissionTime
}

// Admit says whether a queue takes somebody. One telephone, or a few hundred that write at once, cannot fill it for everybody else.
func (r Rules) Admit(s Standing) contact.Admission {
	switch opens, ok := r.Opens(s.Now); {
	case ok && !opens.Equal(s.Now):
		return contact.AfterHours
	case !ok || !s.OnDuty:
		return contact.Closed
	case r.full(s):
		return contact.Busy
	}
	return contact.Joined
}

// AdmitLater says whether a queue takes somebody who waits for it to open, if its hours are over.
func (r Rules) AdmitLater(s Standing) contact.Admission {
	admission := r.Admit(s)
	switch {
	case admission != contact.AfterHours:
		return admission
	case r.full(s):
		return contact.Busy
	}
	return contact.Joined
}

func (r Rules) full(s Standing) bool {
	return r.MostWaiting > 0 && s.Waiting >= r.MostWaiting || r.MostOfNumber > 0 && s.OfNumber >= r.MostOfNumber
}

// DefaultRules are those of a queue that says nothing else. 20 s is the ring time most centres use (it is also the usual limit of the
// service level); shifts overlap badly and a click can be a slip, hence 30 s of patience. Whoever pauses for longer than 5 minutes is at
// lunch, and no caller is to wait for that; for one agent whom somebody named a caller waits as long as a short answer takes. 200 who wait keep 20 agents busy for most of an hour; nobody needs an operator more than ten
// times in an hour. Whoever was cut off has asked for an operator already, and is owed one. Nobody is called before
// nine or after eight.
var DefaultRules = Rules{Ring: 20 * time.Second, WrapUp: 60 * time.Second, GiveUp: 30 * time.Second, Pause: 5 * time.Minute, Address: time.Minute, Announce: time.Minute,
	Ageing: 1, Strategy: LongestIdle, OverflowAfter: time.Minute, MostWaiting: 200, MostOfNumber: 10, AtClosing: Serve, Calls: CallHours{9 * time.Hour, 20 * time.Hour}, Disposition: Required, CallBackLost: true}

const (
	// DefaultTarget and DefaultTargetShare are the service level at which a queue aims that says nothing else: 80 per cent within 20 s.
	DefaultTarget      = 20 * time.Second
	DefaultTargetShare = 80
	// AdmissionTime is the time in which the contacts of one number are counted.
	AdmissionTime = time.Hour
	// Reconnect is how long a desk may be away and find everything as it was.
	Reconnect = 60 * time.Second
	// KnownFor is how long a contact waits for the agent who knows the citizen before anybody else is asked.
	KnownFor = 15 * time.Second
	// DeclinedFor is how long a contact is not offered again to an agent who declined it.
	DeclinedFor = 5 * time.Minute
)
