package appointment

import (
	"context"
	"time"

	"okno/internal/cases"
	"okno/internal/job"
)

// Work is what the verbs of appointments do in one transaction. Places are taken before cases are touched: that is the order of locks.
type Work interface {
	caseFile
	places
	EnqueueJob(ctx context.Context, args job.Args, o job.Options) error
}

type caseFile interface {
	OpenCase(ctx context.Context, o cases.Opening) (cases.Case, error)
	MoveCase(ctx context.Context, c cases.Case, to cases.State, dueOn time.Time, by, why string) (cases.Case, error)
	CorrectCase(ctx context.Context, c cases.Case, to cases.State, dueOn time.Time, by, why string) (cases.Case, error)
}

type places interface {
	// TakePlace takes a place of one of the slots, for no case yet, as booked, or as held until a moment. ErrTaken.
	TakePlace(ctx context.Context, office, service string, slots []Slot, heldUntil time.Time) (Appointment, error)
	// GivePlace ties a place to its case. cases.ErrMoved when the case was given another meanwhile.
	GivePlace(ctx context.Context, id, caseID int64) error
	// TakeOffer makes a place that is held for a case a booked one. ErrNone, also when the offer has lapsed.
	TakeOffer(ctx context.Context, caseID int64, now time.Time) (Appointment, error)
	// ReleasePlaces gives up what a case has, and its place on a waiting list; it gives what has become free.
	ReleasePlaces(ctx context.Context, caseID int64, to State) ([]Appointment, error)
	JoinWaitingList(ctx context.Context, caseID int64, office, service string) (ahead int, err error)
}

// Book takes a place and opens its case. [ErrTaken]: nothing was done.
func Book(ctx context.Context, w Work, b Booking, now time.Time) (Appointment, error) {
	a, err := w.TakePlace(ctx, b.Office, b.Service, b.Slots, time.Time{})
	if err != nil {
		return a, err
	}
	c, err := w.OpenCase(ctx, cases.Opening{Kind: cases.Appointment, Service: b.Service, CitizenID: b.CitizenID, Contact: b.Contact, Subject: b.Subject, By: b.By,
		Client: b.Client})
	if err != nil {
		return a, err
	}
	return a, give(ctx, w, &a, c, b.DueOn, b.By, "booked", now)
}

// Move takes another place for the case of an appointment, and gives the old one up. [ErrTaken]: the old one stays.
func Move(ctx context.Context, w Work, c cases.Case, b Booking, now time.Time) (Appointment, error) {
	a, err := w.TakePlace(ctx, b.Office, b.Service, b.Slots, time.Time{})
	if err != nil {
		return a, err
	}
	if err := Release(ctx, w, c.ID, Moved); err != nil {
		return a, err
	}
	return a, give(ctx, w, &a, c, b.DueOn, b.By, "moved", now)
}

// Take takes the place that was offered to a case that waits. [ErrNone]. on is the day of a moment, as the office's calendar has it.
func Take(ctx context.Context, w Work, c cases.Case, by string, on func(office string, at time.Time) time.Time, now time.Time) (Appointment, error) {
	a, err := w.TakeOffer(ctx, c.ID, now)
	if err != nil {
		return a, err
	}
	if _, err := w.CorrectCase(ctx, c, cases.Accepted, on(a.Office, a.From), by, "took the place that was offered"); err != nil {
		return a, err
	}
	a.Number = c.Number
	return a, remind(ctx, w, a, now)
}

// Lives counts what somebody has and waits for.
type Lives interface {
	// LiveAppointments gives what a citizen, or a number alone, has and has been offered.
	LiveAppointments(ctx context.Context, citizen int64, number string, now time.Time) ([]Appointment, error)
	LiveWaits(ctx context.Context, citizen int64, number string, now time.Time) (int, error)
}

// HasMost says whether a citizen, or a number alone, has as many appointments and places on waiting lists as one may.
func HasMost(ctx context.Context, w Lives, citizen int64, number string, now time.Time) (bool, error) {
	live, err := w.LiveAppointments(ctx, citizen, number, now)
	if err != nil {
		return false, err
	}
	waits, err := w.LiveWaits(ctx, citizen, number, now)
	return len(live)+waits >= MostLive, err
}

// give ties a place to its case, and has the citizen reminded.
func give(ctx context.Context, w Work, a *Appointment, c cases.Case, dueOn time.Time, by, why string, now time.Time) error {
	if err := w.GivePlace(ctx, a.ID, c.ID); err != nil {
		return err
	}
	if _, err := w.CorrectCase(ctx, c, cases.Accepted, dueOn, by, why); err != nil {
		return err
	}
	a.CaseID, a.Number = c.ID, c.Number
	return remind(ctx, w, *a, now)
}

func remind(ctx context.Context, w Work, a Appointment, now time.Time) error {
	for _, before := range Reminders {
		if due := a.From.Add(-before); due.After(now) {
			if err := w.EnqueueJob(ctx, job.RemindOfAppointment{Appointment: a.ID}, job.Options{Due: due}); err != nil {
				return err
			}
		}
	}
	return nil
}

// JoinList opens a case that waits for a place.
func JoinList(ctx context.Context, w Work, v Wait) (Waiting, error) {
	c, err := w.OpenCase(ctx, cases.Opening{Kind: cases.Appointment, Service: v.Service, CitizenID: v.CitizenID, Contact: v.Contact, Subject: v.Subject, By: v.By,
		Client: v.Client})
	if err != nil {
		return Waiting{}, err
	}
	ahead, err := w.JoinWaitingList(ctx, c.ID, v.Office, v.Service)
	return Waiting{Case: c, Office: v.Office, Service: v.Service, Ahead: ahead}, err
}

// Releaser is what giving places up needs.
type Releaser interface {
	ReleasePlaces(ctx context.Context, caseID int64, to State) ([]Appointment, error)
	EnqueueJob(ctx context.Context, args job.Args, o job.Options) error
}

// Release gives up what a case has: its places are offered to whoever waits.
func Release(ctx context.Context, w Releaser, caseID int64, to State) error {
	freed, err := w.ReleasePlaces(ctx, caseID, to)
	if err != nil {
		return err
	}
	for _, a := range freed {
		if err := w.EnqueueJob(ctx, Offer(a), job.Options{}); err != nil {
			return err
		}
	}
	return nil
}

// Offer is the job that offers a place that has become free.
func Offer(a Appointment) job.OfferPlace {
	return job.OfferPlace{Office: a.Office, Counter: a.Counter, From: a.From, To: a.To}
}
