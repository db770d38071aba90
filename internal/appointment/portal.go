package appointment

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"okno/internal/cases"
	"okno/internal/casework"
	"okno/internal/catalogue"
	"okno/internal/dialogue"
	"okno/internal/fault"
)

// PortalWork is what a portal's request does in one transaction.
type PortalWork interface {
	Work
	Placed
	Lives
	casework.Work
	casework.Requests
	// Appointment gives one with its case, and keeps others from it until the transaction ends. ErrNone.
	Appointment(ctx context.Context, id int64) (Appointment, cases.Case, error)
	// AppointmentOf gives what a case has now. ErrNone.
	AppointmentOf(ctx context.Context, caseID int64) (Appointment, error)
	// CaseByNumber gives cases.ErrUnknown.
	CaseByNumber(ctx context.Context, number string) (cases.Case, error)
	// ClientCase gives a case that a client opened, by its id. cases.ErrUnknown.
	ClientCase(ctx context.Context, client string, id int64) (cases.Case, error)
	// CitizenByNational gives 0 for nobody. citizen.ErrNationalNumber.
	CitizenByNational(ctx context.Context, kind, number string) (int64, error)
	// WaitingAhead gives how many wait longer than a case. ErrNone of one that does not wait.
	WaitingAhead(ctx context.Context, caseID int64) (int, error)
	// LastAppointment gives what a case has or had last. ErrNone.
	LastAppointment(ctx context.Context, caseID int64) (Appointment, error)
	// NoteTold keeps with the last move of a case what the citizen was told of it.
	NoteTold(ctx context.Context, c cases.Case, told cases.Told) error
}

// Services says which services there are.
type Services interface {
	Index() *catalogue.Index
}

// Steps tells citizens what becomes of their appointments.
type Steps interface {
	Telling
	// Tell tells where a case stands.
	Tell(ctx context.Context, w casework.Work, c cases.Case) (cases.Told, error)
}

// The refusals of a portal's requests.
var (
	ErrOffice  error = &fault.Error{Kind: fault.Invalid, Field: "office", Text: "there is no such office, or it does not give this service by appointment"}
	ErrContact error = &fault.Error{Kind: fault.Invalid, Field: "contact", Text: "a telephone number, where the citizen is told and reminded"}
	// ErrFree says that nobody has to wait.
	ErrFree error = &fault.Error{Kind: fault.Conflict, Text: "the office has free places: book one"}
	// ErrTooMany says that the citizen, or the number, has [MostLive].
	ErrTooMany error = &fault.Error{Kind: fault.Conflict, Text: "nobody has more than three appointments and places on waiting lists at a time"}
)

// Portal books appointments for citizens in sessions of portals, by the same verbs as the dialogue and the desk.
type Portal struct {
	units    func(ctx context.Context, fn func(PortalWork) error) error
	offices  interface{ Directory() *Directory }
	services Services
	notices  Notices
	steps    Steps
	clock    func() time.Time
}

// NewPortal takes its parts.
func NewPortal(units func(ctx context.Context, fn func(PortalWork) error) error, offices interface{ Directory() *Directory }, services Services, n Notices,
	s Steps, clock func() time.Time) *Portal {
	return &Portal{units, offices, services, n, s, clock}
}

// Asking is who asks, as a portal names them: itself, and the citizen of its session. Whoever names no citizen has what the client booked.
type Asking struct {
	Client         string
	NationalKind   string
	NationalNumber string
}

func (a Asking) by() string { return "client:" + a.Client }

// whose gives the citizen; 0 for nobody.
func (a Asking) whose(ctx context.Context, w PortalWork) (int64, error) {
	if a.NationalNumber == "" {
		return 0, nil
	}
	return w.CitizenByNational(ctx, a.NationalKind, a.NationalNumber)
}

// Wanted is a place that a portal asks for.
type Wanted struct {
	Service, Office string
	From            time.Time
	Contact         string            // E.164
	Language        dialogue.Language // of the portal's page: what the case is about is written in it
}

// Offices are those that give a service by appointment, in the order of their codes.
func (p *Portal) Offices(service string) []Office { return p.offices.Directory().Giving(service) }

// Visit gives what of an office is free for a service. [ErrOffice].
func (p *Portal) Visit(ctx context.Context, office, service string) (v Visit, err error) {
	err = p.units(ctx, func(w PortalWork) error {
		v, err = p.visit(ctx, w, office, service)
		return err
	})
	return v, err
}

func (p *Portal) visit(ctx context.Context, w PortalWork, office, service string) (Visit, error) {
	v, ok, err := p.offices.Directory().VisitTo(ctx, w, office, service, p.clock())
	if err == nil && !ok {
		err = ErrOffice
	}
	return v, err
}

// Book books a place, once for a key of the client. [ErrOffice], [ErrContact], [ErrTaken], [ErrTooMany].
func (p *Portal) Book(ctx context.Context, who Asking, key string, wanted Wanted) (a Appointment, created bool, err error) {
	if wanted.Contact == "" {
		return a, false, ErrContact
	}
	again, err := p.once(ctx, who, key, "book", wanted, &a, func(w PortalWork) (Appointment, error) {
		whose, err := who.whose(ctx, w)
		if err != nil {
			return a, err
		}
		if most, err := HasMost(ctx, w, whose, wanted.Contact, p.clock()); err != nil {
			return a, err
		} else if most {
			return a, ErrTooMany
		}
		b, err := p.booking(ctx, w, who, wanted)
		if err != nil {
			return a, err
		}
		b.CitizenID, b.Contact, b.Client = whose, wanted.Contact, who.Client
		booked, err := Book(ctx, w, b, p.clock())
		return booked, p.tell(ctx, w, booked, err)
	})
	return a, err == nil && !again, err
}

// Join puts the citizen on the waiting list of an office that has no place, once for a key of the client; From is not looked at. [ErrOffice],
// [ErrContact], [ErrFree], [ErrTooMany]. Whoever asks again after the wait has ended is told that nobody is ahead.
func (p *Portal) Join(ctx context.Context, who Asking, key string, wanted Wanted) (v Waiting, created bool, err error) {
	if wanted.Contact == "" {
		return v, false, ErrContact
	}
	wanted.From = time.Time{}
	err = p.units(ctx, func(w PortalWork) error {
		id, again, err := casework.Once(ctx, w, who.Client, key, []any{"join", who, wanted}, func() (int64, error) {
			joined, err := p.join(ctx, w, who, wanted)
			return joined.Case.ID, err
		})
		if err != nil {
			return err
		}
		created = !again
		v = Waiting{Office: wanted.Office, Service: wanted.Service}
		if v.Case, err = w.ClientCase(ctx, who.Client, id); err != nil {
			return err
		}
		if v.Ahead, err = w.WaitingAhead(ctx, id); errors.Is(err, ErrNone) {
			err = nil
		}
		return err
	})
	return v, created, err
}

func (p *Portal) join(ctx context.Context, w PortalWork, who Asking, wanted Wanted) (Waiting, error) {
	whose, err := who.whose(ctx, w)
	if err != nil {
		return Waiting{}, err
	}
	v, err := p.visit(ctx, w, wanted.Office, wanted.Service)
	if err != nil {
		return Waiting{}, err
	}
	if len(v.Slots) > 0 {
		return Waiting{}, ErrFree
	}
	if most, err := HasMost(ctx, w, whose, wanted.Contact, p.clock()); err != nil || most {
		return Waiting{}, cmp.Or(err, ErrTooMany)
	}
	return JoinList(ctx, w, Wait{Office: wanted.Office, Service: wanted.Service, CitizenID: whose, Contact: wanted.Contact,
		Subject: p.subject(v, wanted), By: who.by(), Client: who.Client})
}

// Leave takes the citizen off a waiting list; whoever has left it stays away. [cases.ErrUnknown], [ErrSettled].
func (p *Portal) Leave(ctx context.Context, who Asking, number string) error {
	return p.units(ctx, func(w PortalWork) error {
		c, err := p.own(ctx, w, who, number)
		if err != nil || c.State == cases.Withdrawn {
			return err
		}
		if _, err := w.WaitingAhead(ctx, c.ID); errors.Is(err, ErrNone) {
			return ErrSettled
		} else if err != nil {
			return err
		}
		return p.withdraw(ctx, w, who, c, "left the waiting list at the portal")
	})
}

// withdraw ends a case, and tells the citizen.
func (p *Portal) withdraw(ctx context.Context, w PortalWork, who Asking, c cases.Case, why string) error {
	withdrawn, err := w.MoveCase(ctx, c, cases.Withdrawn, time.Time{}, who.by(), why)
	if err != nil {
		return err
	}
	told, err := p.steps.Tell(ctx, w, withdrawn)
	if err != nil {
		return err
	}
	return w.NoteTold(ctx, withdrawn, told)
}

// booking fills in where and when a booking is.
func (p *Portal) booking(ctx context.Context, w PortalWork, who Asking, wanted Wanted) (b Booking, err error) {
	v, err := p.visit(ctx, w, wanted.Office, wanted.Service)
	if err != nil {
		return b, err
	}
	b = Booking{Office: v.Office.Code, Service: wanted.Service, Slots: v.From(wanted.From), By: who.by()}
	if len(b.Slots) == 0 {
		return b, ErrTaken
	}
	b.DueOn, b.Subject = DayOf(wanted.From, v.Zone), p.subject(v, wanted)
	return b, nil
}

// subject is what the case is about, in the language of the page.
func (p *Portal) subject(v Visit, wanted Wanted) string {
	name := wanted.Service
	if s, known := p.services.Index().Service(name); known {
		name = s.Texts[wanted.Language].Name
	}
	return v.Subject(name, wanted.Language)
}

// Move moves an appointment to another time of its office, once for a key of the client. [cases.ErrUnknown], [ErrSettled], [ErrTaken],
// [cases.ErrMoved].
func (p *Portal) Move(ctx context.Context, who Asking, key, number string, from time.Time) (a Appointment, err error) {
	_, err = p.once(ctx, who, key, "move "+number, from.UTC(), &a, func(w PortalWork) (Appointment, error) {
		now, c, err := p.live(ctx, w, who, number)
		if err != nil || now.State == Booked && now.From.Equal(from) {
			return now, err
		}
		b, err := p.booking(ctx, w, who, Wanted{Service: now.Service, Office: now.Office, From: from})
		if err != nil {
			return now, err
		}
		moved, err := Move(ctx, w, c, b, p.clock())
		return moved, p.tell(ctx, w, moved, err)
	})
	return a, err
}

// Cancel withdraws the case of an appointment, which gives its place up; one that was cancelled stays so. [cases.ErrUnknown], [ErrSettled],
// [cases.ErrMoved].
func (p *Portal) Cancel(ctx context.Context, who Asking, number string) (a Appointment, err error) {
	err = p.units(ctx, func(w PortalWork) error {
		c, err := p.own(ctx, w, who, number)
		if err != nil {
			return err
		}
		if c.State != cases.Withdrawn {
			if _, c, err = p.live(ctx, w, who, number); err != nil {
				return err
			}
			if err := p.withdraw(ctx, w, who, c, "cancelled at the portal"); err != nil {
				return err
			}
		}
		a, err = w.LastAppointment(ctx, c.ID)
		return err
	})
	return a, err
}

// Live gives what a citizen has and has been offered, by whatever channel it was booked, in the order of time: nothing of nobody.
func (p *Portal) Live(ctx context.Context, who Asking) (live []Appointment, err error) {
	err = p.units(ctx, func(w PortalWork) error {
		whose, err := who.whose(ctx, w)
		if err != nil || whose == 0 {
			return err
		}
		live, err = w.LiveAppointments(ctx, whose, "", p.clock())
		return err
	})
	return live, err
}

// once does something to an appointment for a key.
func (p *Portal) once(ctx context.Context, who Asking, key, what string, asked any, a *Appointment, do func(w PortalWork) (Appointment, error)) (again bool, err error) {
	request := []any{what, who, asked}
	err = p.units(ctx, func(w PortalWork) error {
		var id int64
		id, again, err = casework.Once(ctx, w, who.Client, key, request, func() (int64, error) {
			done, err := do(w)
			return done.CaseID, err
		})
		if err == nil {
			*a, err = w.LastAppointment(ctx, id)
		}
		return err
	})
	return again, err
}

// tell tells the citizen when and where a place is, unless err says that there is none.
func (p *Portal) tell(ctx context.Context, w PortalWork, a Appointment, err error) error {
	if err != nil {
		return err
	}
	c, err := w.CaseByNumber(ctx, a.Number)
	if err != nil {
		return err
	}
	d := p.offices.Directory()
	o, _ := d.Office(a.Office)
	dates, err := d.Calendar(o)
	if err == nil {
		_, err = p.steps.Notify(ctx, w, c, a.From.Sub(p.clock()), func(l dialogue.Language) string { return p.notices.Reminder(l, a, o, dates.Zone) })
	}
	return err
}

// own gives the case of an appointment that the client booked, or that is the citizen's. Any other is as unknown as one that there is not.
func (p *Portal) own(ctx context.Context, w PortalWork, who Asking, number string) (cases.Case, error) {
	c, err := w.CaseByNumber(ctx, number)
	if err != nil {
		return c, err
	}
	whose, err := who.whose(ctx, w)
	if err != nil {
		return c, err
	}
	if c.Kind != cases.Appointment || (c.Client == "" || c.Client != who.Client) && (whose == 0 || c.CitizenID != whose) {
		return c, cases.ErrUnknown
	}
	return c, nil
}

// live is own with what the case has now, and keeps others from it. [ErrSettled], and [cases.ErrMoved] when somebody else has just changed it.
func (p *Portal) live(ctx context.Context, w PortalWork, who Asking, number string) (a Appointment, c cases.Case, err error) {
	if c, err = p.own(ctx, w, who, number); err != nil {
		return a, c, err
	}
	if a, err = w.AppointmentOf(ctx, c.ID); errors.Is(err, ErrNone) {
		return a, c, ErrSettled
	}
	if err != nil {
		return a, c, err
	}
	if a, c, err = w.Appointment(ctx, a.ID); err == nil && !slices.Contains([]State{Held, Booked}, a.State) {
		err = cases.ErrMoved
	}
	return a, c, err
}

// ClientPage asks for appointments that a client booked, the one whose case changed longest ago first.
type ClientPage struct {
	Client       string
	UpdatedSince time.Time // zero: all
	AfterID      int64     // of the last case of the page before, which changed at UpdatedSince; 0: there is none
	Limit        int
}

// Filed is an appointment as the client sees it that booked it.
type Filed struct {
	Appointment
	UpdatedAt time.Time // of its case
}
