package tryout

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"okno/internal/appointment"
	"okno/internal/calendar"
	"okno/internal/cases"
	"okno/internal/job"
	"okno/internal/sample"
)

// places are the places of the sample region's offices, for one conversation. Nobody else books any.
type places struct {
	taken []appointment.Appointment
	waits []appointment.Waiting
	own   map[int64]cases.Case // appointments, by id
}

// region has the offices of the sample region, as they are.
type region struct{ directory *appointment.Directory }

func (o region) Directory() *appointment.Directory { return o.directory }

func sampleOffices() (o region, err error) {
	file, err := sample.Offices()
	if err != nil {
		return o, err
	}
	dates, err := sample.Calendars()
	if err != nil {
		return o, err
	}
	set := calendar.Set{Calendars: map[string]calendar.Calendar{}, Default: dates.Default}
	for name, e := range dates.Calendars {
		var problem error
		set.Calendars[name], problem = e.Calendar(name)
		err = errors.Join(err, problem)
	}
	var offices []appointment.Office
	for _, code := range slices.Sorted(maps.Keys(file.Offices)) {
		office, problem := file.Offices[code].Office(code)
		offices, err = append(offices, office), errors.Join(err, problem)
	}
	return region{appointment.NewDirectory(offices, set)}, err
}

func (p *places) opened(c cases.Case) {
	if p.own == nil {
		p.own = map[int64]cases.Case{}
	}
	p.own[c.ID] = c
}

func live(a appointment.Appointment) bool {
	return a.State == appointment.Booked || a.State == appointment.Held
}

// EnqueueJob has nothing done: nobody waits for reminders here.
func (p *places) EnqueueJob(context.Context, job.Args, job.Options) error { return nil }

func (p *places) TakePlace(_ context.Context, office, service string, slots []appointment.Slot, _ time.Time) (appointment.Appointment, error) {
	s := slots[0]
	a := appointment.Appointment{ID: int64(len(p.taken) + 1), Office: office, Counter: s.Counter, Service: service, From: s.From, To: s.To, State: appointment.Booked}
	p.taken = append(p.taken, a)
	return a, nil
}

func (p *places) GivePlace(_ context.Context, id, caseID int64) error {
	p.taken[id-1].CaseID, p.taken[id-1].Number = caseID, p.own[caseID].Number
	return nil
}

func (p *places) TakeOffer(context.Context, int64, time.Time) (appointment.Appointment, error) {
	return appointment.Appointment{}, appointment.ErrNone
}

func (p *places) ReleasePlaces(_ context.Context, caseID int64, to appointment.State) ([]appointment.Appointment, error) {
	p.release(caseID, to)
	return nil, nil
}

func (p *places) release(caseID int64, to appointment.State) {
	for i, a := range p.taken {
		if a.CaseID == caseID && live(a) {
			p.taken[i].State = to
		}
	}
	p.waits = slices.DeleteFunc(p.waits, func(w appointment.Waiting) bool { return w.Case.ID == caseID })
}

func (p *places) JoinWaitingList(_ context.Context, caseID int64, office, service string) (int, error) {
	p.waits = append(p.waits, appointment.Waiting{Case: p.own[caseID], Office: office, Service: service})
	return len(p.waits) - 1, nil
}

func (p *places) TakenPlaces(_ context.Context, office string, _, _ time.Time) (taken []appointment.Taken, err error) {
	for _, a := range p.taken {
		if a.Office == office && live(a) {
			taken = append(taken, appointment.Taken{Counter: a.Counter, From: a.From, To: a.To})
		}
	}
	return taken, nil
}

func (p *places) AppointmentOf(_ context.Context, caseID int64) (appointment.Appointment, error) {
	for _, a := range p.taken {
		if a.CaseID == caseID && live(a) {
			return a, nil
		}
	}
	return appointment.Appointment{}, appointment.ErrNone
}

func (p *places) LiveAppointments(_ context.Context, citizen int64, number string, now time.Time) (found []appointment.Appointment, err error) {
	for _, a := range p.taken {
		if live(a) && a.To.After(now) && p.own[a.CaseID].BelongsTo(citizen, number) {
			found = append(found, a)
		}
	}
	slices.SortFunc(found, func(a, b appointment.Appointment) int { return a.From.Compare(b.From) })
	return found, nil
}

func (p *places) LiveWaits(_ context.Context, citizen int64, number string, _ time.Time) (n int, err error) {
	for _, w := range p.waits {
		if w.Case.BelongsTo(citizen, number) {
			n++
		}
	}
	return n, nil
}

func (p *places) WaitingAhead(_ context.Context, caseID int64) (int, error) {
	i := slices.IndexFunc(p.waits, func(w appointment.Waiting) bool { return w.Case.ID == caseID })
	if i < 0 {
		return 0, appointment.ErrNone
	}
	return i, nil
}
