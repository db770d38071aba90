package appointment

import (
	"context"
	"errors"
	"time"

	"github.com/rs/zerolog"

	"okno/internal/cases"
	"okno/internal/casework"
	"okno/internal/dialogue"
	"okno/internal/job"
)

// KeeperWork is what the keeper does in one transaction.
type KeeperWork interface {
	Work
	casework.Work
	Settler
	// NextWaiting gives the case that has waited longest for one of the services, that no other transaction has in hand, and to which this
	// slot was not offered before. ErrNone.
	NextWaiting(ctx context.Context, office string, services []string, s Slot) (cases.Case, string, error)
	// PlacesToSettle gives up to so many places that were over before a moment, or whose case has ended.
	PlacesToSettle(ctx context.Context, before time.Time, most int) ([]Appointment, error)
}

// Notices writes what citizens are told of their appointments unasked.
type Notices interface {
	Reminder(l dialogue.Language, a Appointment, o Office, zone *time.Location) string
	PlaceFree(l dialogue.Language, a Appointment, o Office, zone *time.Location) string
}

// Telling sends a notice of a case to whose it is.
type Telling interface {
	Notify(ctx context.Context, w casework.Work, c cases.Case, lifetime time.Duration, text func(dialogue.Language) string) (cases.Told, error)
}

// Keeper does the jobs of appointments.
type Keeper struct {
	units   func(ctx context.Context, fn func(KeeperWork) error) error
	offices interface{ Directory() *Directory }
	notices Notices
	telling Telling
	clock   func() time.Time
	log     zerolog.Logger
}

// NewKeeper takes its parts.
func NewKeeper(units func(ctx context.Context, fn func(KeeperWork) error) error, offices interface{ Directory() *Directory }, n Notices, t Telling,
	clock func() time.Time, log zerolog.Logger) *Keeper {
	return &Keeper{units, offices, n, t, clock, log}
}

// Kinds are the kinds of jobs that the keeper does.
func (k *Keeper) Kinds() []job.Kind {
	return []job.Kind{job.On(k.remind), job.On(k.offer), job.On(k.lapse), job.On(k.settle).Periodic(settling)}
}

// settling is how often what is over is settled, and unmarkedFor how long an office has to note who came.
const (
	settling    = time.Hour
	unmarkedFor = 12 * time.Hour
	atOnce      = 200
)

// remind tells the citizen of an appointment that still stands. A notice that cannot go before the appointment expires.
func (k *Keeper) remind(ctx context.Context, j job.RemindOfAppointment) error {
	return k.units(ctx, func(w KeeperWork) error {
		a, c, err := w.Appointment(ctx, j.Appointment)
		if errors.Is(err, ErrNone) || err == nil && (a.State != Booked || !a.From.After(k.clock())) {
			return nil
		}
		if err != nil {
			return err
		}
		o, zone, ok := k.office(a.Office)
		if !ok {
			return nil
		}
		_, err = k.telling.Notify(ctx, w, c, a.From.Sub(k.clock()), func(l dialogue.Language) string { return k.notices.Reminder(l, a, o, zone) })
		return err
	})
}

// office gives an office and its zone; false of one that is not there any more, or has no calendar.
func (k *Keeper) office(code string) (Office, *time.Location, bool) {
	d := k.offices.Directory()
	o, ok := d.Office(code)
	if !ok {
		return o, nil, false
	}
	c, err := d.Calendar(o)
	if err != nil {
		k.log.Warn().Err(err).Msg("an office without its calendar")
		return o, nil, false
	}
	return o, c.Zone, true
}

// offer holds a place that has become free for the next who waits, and tells so. By night it waits for the morning.
func (k *Keeper) offer(ctx context.Context, j job.OfferPlace) error {
	now := k.clock()
	o, zone, ok := k.office(j.Office)
	if !ok {
		return nil
	}
	if at := OfferAt(now, zone); at.After(now) {
		return job.Later(at.Sub(now))
	}
	until, ok := OfferUntil(now, j.From)
	slot, known := o.slot(j)
	if !ok || !known {
		return nil
	}
	return k.units(ctx, func(w KeeperWork) error {
		c, service, err := w.NextWaiting(ctx, o.Code, o.services(j.Counter), slot)
		if errors.Is(err, ErrNone) {
			return nil
		}
		if err != nil {
			return err
		}
		a, err := w.TakePlace(ctx, o.Code, service, []Slot{slot}, until)
		if errors.Is(err, ErrTaken) { // somebody booked it
			return nil
		}
		if err != nil {
			return err
		}
		if err := w.GivePlace(ctx, a.ID, c.ID); err != nil {
			return err
		}
		a.CaseID, a.Number = c.ID, c.Number
		if err := w.EnqueueJob(ctx, job.LapseOffer{Appointment: a.ID}, job.Options{Due: until}); err != nil {
			return err
		}
		told, err := k.telling.Notify(ctx, w, c, until.Sub(now), func(l dialogue.Language) string { return k.notices.PlaceFree(l, a, o, zone) })
		if err == nil && told.Text == "" { // by no number: the next one is asked at once
			err = k.lapseNow(ctx, w, a)
		}
		return err
	})
}

// lapse ends an offer that was not taken: the next who waits is asked.
func (k *Keeper) lapse(ctx context.Context, j job.LapseOffer) error {
	return k.units(ctx, func(w KeeperWork) error {
		a, _, err := w.Appointment(ctx, j.Appointment)
		if errors.Is(err, ErrNone) || err == nil && a.State != Held {
			return nil
		}
		if err != nil {
			return err
		}
		return k.lapseNow(ctx, w, a)
	})
}

func (k *Keeper) lapseNow(ctx context.Context, w KeeperWork, a Appointment) error {
	if err := w.SettlePlace(ctx, a.ID, Lapsed); err != nil {
		return err
	}
	return w.EnqueueJob(ctx, Offer(a), job.Options{})
}

// settle ends what is over. Whoever came without anybody's noting it is not counted as having stayed away.
func (k *Keeper) settle(ctx context.Context, _ job.SettleAppointments) error {
	for n := atOnce; n == atOnce; {
		err := k.units(ctx, func(w KeeperWork) error {
			over, err := w.PlacesToSettle(ctx, k.clock().Add(-unmarkedFor), atOnce)
			if err != nil {
				return err
			}
			n = len(over)
			for _, a := range over {
				if err := k.settleOne(ctx, w, a); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (k *Keeper) settleOne(ctx context.Context, w KeeperWork, a Appointment) error {
	if a.From.After(k.clock()) { // its case has ended in a way that knew nothing of places
		return Release(ctx, w, a.CaseID, Cancelled)
	}
	a, c, err := w.Appointment(ctx, a.ID)
	if err != nil {
		return err
	}
	if err := w.SettlePlace(ctx, a.ID, Past); err != nil || !c.State.May(cases.Closed) {
		return err
	}
	_, err = w.MoveCase(ctx, c, cases.Closed, time.Time{}, "okno", "the time of the appointment is over")
	return err
}

// services are those of a counter.
func (o Office) services(counter string) []string {
	for _, c := range o.Counters {
		if c.Name == counter {
			return c.Services
		}
	}
	return nil
}

// slot is the slot of a place that became free, if the counter is there still.
func (o Office) slot(j job.OfferPlace) (Slot, bool) {
	for _, c := range o.Counters {
		if c.Name == j.Counter && !o.Closed {
			return Slot{c.Name, j.From, j.To, c.Places}, true
		}
	}
	return Slot{}, false
}

// Settler is what noting the end of an appointment needs.
type Settler interface {
	// Appointment gives one with its case, and keeps others from it until the transaction ends. ErrNone.
	Appointment(ctx context.Context, id int64) (Appointment, cases.Case, error)
	// SettlePlace notes what came of a place.
	SettlePlace(ctx context.Context, id int64, to State) error
	MoveCase(ctx context.Context, c cases.Case, to cases.State, dueOn time.Time, by, why string) (cases.Case, error)
}

// Settle notes whether the citizen came: [Kept] or [Missed]. [ErrNone], [ErrSettled].
func Settle(ctx context.Context, w Settler, id int64, to State, by string) (cases.Case, error) {
	a, c, err := w.Appointment(ctx, id)
	if err != nil {
		return c, err
	}
	if a.State != Booked {
		return c, ErrSettled
	}
	if err := w.SettlePlace(ctx, id, to); err != nil {
		return c, err
	}
	why := "the citizen came"
	if to == Missed {
		why = "the citizen did not come"
	}
	return w.MoveCase(ctx, c, cases.Closed, time.Time{}, by, why)
}
