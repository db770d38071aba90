package appointment

import (
	"errors"
	"time"

	"okno/internal/cases"
	"okno/internal/fault"
)

// State is where a place stands.
type State string

// The states.
const (
	Held      State = "held"   // offered to whom waits, until a moment
	Booked    State = "booked" // the citizen comes
	Kept      State = "kept"   // the citizen came
	Missed    State = "missed" // the citizen did not come
	Past      State = "past"   // the time is over, and nobody noted whether the citizen came
	Cancelled State = "cancelled"
	Moved     State = "moved"  // to another slot
	Lapsed    State = "lapsed" // the offer was not taken in time
)

// Appointment is a place of a slot that a case has.
type Appointment struct {
	ID       int64
	CaseID   int64
	Number   string // of the case
	Office   string
	Counter  string
	Service  string
	From, To time.Time
	State    State
	Until    time.Time // of an offer: when it lapses
}

// Booking is a place to be taken for a new case.
type Booking struct {
	Office    string
	Service   string
	Slots     []Slot // any of them will do: they begin at the same time
	DueOn     time.Time
	CitizenID int64
	Contact   string // E.164
	Subject   string
	By        string
	Client    string // of the API, or ""
}

// Wait is a wish for a place that is not there now.
type Wait struct {
	Office    string
	Service   string
	CitizenID int64
	Contact   string
	Subject   string
	By        string
	Client    string // that asked; "" for nobody's
}

// Waiting is a place on a waiting list.
type Waiting struct {
	Case    cases.Case
	Office  string
	Service string
	Ahead   int // who wait longer
}

// Errors of booking.
var (
	ErrTaken error = &fault.Error{Kind: fault.Conflict, Field: "from", Text: "no place is left at this time"}
	ErrNone        = errors.New("there is no such appointment")
	// ErrSettled says that it is known already what came of an appointment.
	ErrSettled error = &fault.Error{Kind: fault.Conflict, Text: "the appointment is over already"}
)

// What one person may have, and how long things take.
const (
	// MostLive is how many appointments and places on waiting lists one number or citizen has at a time: nobody takes an office's day.
	MostLive = 3
	// OfferLife is how long a place that has become free is kept for the next who waits.
	OfferLife = 30 * time.Minute
	// LatestOffer is how long before its time a place is offered at the latest: the citizen has to come.
	LatestOffer = 2 * time.Hour
	// BookBefore is how long before its time a slot can be booked.
	BookBefore = 15 * time.Minute
)

// Reminders are how long before the time the citizen is reminded.
var Reminders = []time.Duration{24 * time.Hour, 2 * time.Hour}

// OfferUntil gives when an offer of a slot lapses, made now; false: it comes too late for that.
func OfferUntil(now, from time.Time) (time.Time, bool) {
	if from.Sub(now) < LatestOffer {
		return time.Time{}, false
	}
	return now.Add(OfferLife), true
}

// Hours of the day, in the office's zone, in which places are offered: nobody answers an SMS by night, and the offer would lapse.
const (
	offersFrom = 9
	offersTo   = 20
)

// OfferAt gives the next moment from now on at which an offer may be made.
func OfferAt(now time.Time, zone *time.Location) time.Time {
	local := now.In(zone)
	at := func(days, hour int) time.Time {
		return time.Date(local.Year(), local.Month(), local.Day()+days, hour, 0, 0, 0, zone)
	}
	switch {
	case local.Hour() < offersFrom:
		return at(0, offersFrom)
	case local.Hour() >= offersTo:
		return at(1, offersFrom)
	}
	return now
}
