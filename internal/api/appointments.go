package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"okno/internal/api/apiserver"
	"okno/internal/appointment"
	"okno/internal/catalogue"
	"okno/internal/client"
	"okno/internal/dialogue"
	"okno/internal/fault"
	"okno/internal/phone"
)

// Appointments books appointments for citizens in sessions of clients.
type Appointments interface {
	Offices(service string) []appointment.Office
	Visit(ctx context.Context, office, service string) (appointment.Visit, error)
	// Book books a place, once for a key of the client; created says whether it is new.
	Book(ctx context.Context, who appointment.Asking, key string, wanted appointment.Wanted) (a appointment.Appointment, created bool, err error)
	Move(ctx context.Context, who appointment.Asking, key, number string, from time.Time) (appointment.Appointment, error)
	Cancel(ctx context.Context, who appointment.Asking, number string) (appointment.Appointment, error)
	// Join puts somebody on a waiting list, once for a key of the client; created says whether it is new.
	Join(ctx context.Context, who appointment.Asking, key string, wanted appointment.Wanted) (v appointment.Waiting, created bool, err error)
	Leave(ctx context.Context, who appointment.Asking, number string) error
	Live(ctx context.Context, who appointment.Asking) ([]appointment.Appointment, error)
}

// Booked gives clients the appointments that they booked.
type Booked interface {
	AppointmentsOfClient(ctx context.Context, p appointment.ClientPage) ([]appointment.Filed, error)
	// AppointmentOfClient gives cases.ErrUnknown.
	AppointmentOfClient(ctx context.Context, client, number string) (appointment.Filed, error)
}

// Pages of offices and of slots have this many unless a client asks for fewer.
const (
	mostOffices = 50
	mostSlots   = 200
)

var (
	errFrom     error = &fault.Error{Kind: fault.Invalid, Field: "from", Text: "a moment like 2026-12-01T09:20:00+05:00"}
	errSlots    error = &fault.Error{Kind: fault.Invalid, Field: "after", Text: errFrom.(*fault.Error).Text}
	errKind     error = &fault.Error{Kind: fault.Invalid, Field: "national_kind", Text: "there is no such kind"}
	errGiven    error = &fault.Error{Kind: fault.Invalid, Field: "service", Text: "the code of a service"}
	errNational error = &fault.Error{Kind: fault.Invalid, Field: "national_number", Text: "whose appointments"}
)

func (a *API) listOffices(w http.ResponseWriter, _ *http.Request, _ client.Client, asked apiserver.ListOfficesParams) error {
	limit, err := limitOf(asked.Limit, mostOffices)
	if err == nil && !catalogue.IsCode(asked.Service) {
		err = errGiven
	}
	if err != nil {
		return err
	}
	giving := slices.DeleteFunc(slices.Clone(a.appointments.Offices(asked.Service)), func(o appointment.Office) bool { return o.Code <= given(asked.After) })
	answer := map[string]any{}
	if len(giving) > limit {
		giving = giving[:limit]
		answer["next"] = giving[limit-1].Code
	}
	list := make([]any, len(giving))
	for i, o := range giving {
		list[i] = map[string]any{"code": o.Code, "name": o.Name, "address": o.Address}
	}
	answer["offices"] = list
	return write(w, http.StatusOK, answer)
}

func (a *API) listSlots(w http.ResponseWriter, r *http.Request, _ client.Client, asked apiserver.ListSlotsParams) error {
	limit, err := limitOf(asked.Limit, mostSlots)
	if err == nil && !catalogue.IsCode(asked.Service) {
		err = errGiven
	}
	if err != nil {
		return err
	}
	var after time.Time
	if asked.After != nil {
		if after, err = momentIn(*asked.After, errSlots); err != nil {
			return err
		}
	}
	v, err := a.appointments.Visit(r.Context(), r.PathValue("office"), asked.Service)
	if err != nil {
		return err
	}
	answer, list := map[string]any{"zone": v.Zone.String()}, []any{}
	for _, s := range v.Slots { // of several counters that have a place at a time the first stands for all
		if !s.From.After(after) {
			continue
		}
		if len(list) == limit {
			answer["next"] = after.UTC()
			break
		}
		list, after = append(list, map[string]any{"from": s.From.UTC(), "to": s.To.UTC()}), s.From
	}
	answer["slots"] = list
	return write(w, http.StatusOK, answer)
}

// ofSession is the citizen of the session, by whom a client asks.
type ofSession struct {
	NationalKind   *string `json:"national_kind"`
	NationalNumber string  `json:"national_number"`
}

func (s ofSession) asking(from client.Client) (appointment.Asking, error) {
	who := appointment.Asking{Client: from.Name, NationalNumber: s.NationalNumber}
	if s.NationalKind != nil {
		if who.NationalKind = *s.NationalKind; who.NationalKind == "" {
			return who, errKind
		}
	}
	return who, nil
}

// ofVisit is what a citizen wants of an office.
type ofVisit struct {
	ofSession
	Service  string             `json:"service"`
	Office   string             `json:"office"`
	Contact  string             `json:"contact"`
	Language *dialogue.Language `json:"language"`
}

func (v ofVisit) wanted() (wanted appointment.Wanted, err error) {
	wanted = appointment.Wanted{Service: v.Service, Office: v.Office, Language: dialogue.Russian}
	if v.Language != nil {
		wanted.Language = *v.Language
	}
	if !slices.Contains(dialogue.Languages, wanted.Language) {
		return wanted, errLanguage
	}
	if v.Contact != "" {
		wanted.Contact, err = phone.Parse(v.Contact)
	}
	return wanted, err
}

// booking is a visit at a time.
type booking struct {
	ofVisit
	From string `json:"from"`
}

// readAsking reads a request about the citizen of the session.
func readAsking[B interface {
	asking(client.Client) (appointment.Asking, error)
}](w http.ResponseWriter, r *http.Request, from client.Client) (body B, who appointment.Asking, err error) {
	if err = read(w, r, &body); err == nil {
		who, err = body.asking(from)
	}
	return body, who, err
}

func (a *API) bookAppointment(w http.ResponseWriter, r *http.Request, from client.Client) error {
	body, who, err := readAsking[booking](w, r, from)
	if err != nil {
		return err
	}
	at, err := momentOf(body.From, errFrom)
	if err != nil {
		return err
	}
	wanted, err := body.wanted()
	if err != nil {
		return err
	}
	wanted.From = at
	booked, created, err := a.appointments.Book(r.Context(), who, r.Header.Get("Idempotency-Key"), wanted)
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/api/v1/appointments/"+booked.Number)
	return write(w, createdOr(created), appointmentJSON(booked))
}

func (a *API) moveAppointment(w http.ResponseWriter, r *http.Request, from client.Client) error {
	var body struct {
		ofSession
		From string `json:"from"`
	}
	err := read(w, r, &body)
	if err != nil {
		return err
	}
	at, err := momentOf(body.From, errFrom)
	if err != nil {
		return err
	}
	who, err := body.asking(from)
	if err != nil {
		return err
	}
	moved, err := a.appointments.Move(r.Context(), who, r.Header.Get("Idempotency-Key"), r.PathValue("number"), at)
	if err != nil {
		return err
	}
	return write(w, http.StatusOK, appointmentJSON(moved))
}

func (a *API) cancelAppointment(w http.ResponseWriter, r *http.Request, from client.Client) error {
	_, who, err := readAsking[ofSession](w, r, from)
	if err != nil {
		return err
	}
	cancelled, err := a.appointments.Cancel(r.Context(), who, r.PathValue("number"))
	if err != nil {
		return err
	}
	return write(w, http.StatusOK, appointmentJSON(cancelled))
}

func (a *API) joinWaitingList(w http.ResponseWriter, r *http.Request, from client.Client) error {
	body, who, err := readAsking[ofVisit](w, r, from)
	if err != nil {
		return err
	}
	wanted, err := body.wanted()
	if err != nil {
		return err
	}
	joined, created, err := a.appointments.Join(r.Context(), who, r.Header.Get("Idempotency-Key"), wanted)
	if err != nil {
		return err
	}
	return write(w, createdOr(created), map[string]any{"number": joined.Case.Number, "office": joined.Office, "service": joined.Service, "ahead": joined.Ahead})
}

func (a *API) leaveWaitingList(w http.ResponseWriter, r *http.Request, from client.Client) error {
	_, who, err := readAsking[ofSession](w, r, from)
	if err == nil {
		err = a.appointments.Leave(r.Context(), who, r.PathValue("number"))
	}
	return done(w, err)
}

func (a *API) findAppointments(w http.ResponseWriter, r *http.Request, from client.Client) error {
	body, who, err := readAsking[ofSession](w, r, from)
	if err == nil && body.NationalNumber == "" {
		err = errNational
	}
	if err != nil {
		return err
	}
	live, err := a.appointments.Live(r.Context(), who)
	if err != nil {
		return err
	}
	list := make([]any, len(live))
	for i, one := range live {
		list[i] = appointmentJSON(one)
	}
	return write(w, http.StatusOK, map[string]any{"appointments": list})
}

func (a *API) appointmentStatus(w http.ResponseWriter, r *http.Request, from client.Client) error {
	f, err := a.booked.AppointmentOfClient(r.Context(), from.Name, r.PathValue("number"))
	if err != nil {
		return err
	}
	return write(w, http.StatusOK, filedJSON(f))
}

func (a *API) listAppointments(w http.ResponseWriter, r *http.Request, from client.Client, asked apiserver.ListAppointmentsParams) error {
	p, err := pageOf(asked.UpdatedSince, asked.Cursor, asked.Limit)
	if err != nil {
		return err
	}
	found, err := a.booked.AppointmentsOfClient(r.Context(), appointment.ClientPage{Client: from.Name, UpdatedSince: p.since, AfterID: p.after, Limit: p.limit + 1})
	if err != nil {
		return err
	}
	return writePage(w, "appointments", p, found, filedJSON, func(f appointment.Filed) string { return cursorOf(f.UpdatedAt, f.CaseID) })
}

func momentOf(said string, wrong error) (time.Time, error) {
	at, err := time.Parse(time.RFC3339, said)
	if err != nil {
		return at, wrong
	}
	return momentIn(at, wrong)
}

// momentIn is a moment that can be kept.
func momentIn(at time.Time, wrong error) (time.Time, error) {
	if at.Year() < 1 || at.Year() > 9999 {
		return at, wrong
	}
	return at, nil
}

func appointmentJSON(a appointment.Appointment) map[string]any {
	answer := map[string]any{"number": a.Number, "office": a.Office, "service": a.Service, "from": a.From.UTC(), "to": a.To.UTC(), "state": a.State}
	if a.State == appointment.Held {
		answer["until"] = a.Until.UTC()
	}
	return answer
}

func filedJSON(f appointment.Filed) map[string]any {
	answer := appointmentJSON(f.Appointment)
	answer["updated_at"] = f.UpdatedAt.UTC()
	return answer
}
