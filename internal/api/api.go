package api

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/rs/zerolog"

	"okno/internal/catalogue"
	"okno/internal/client"
	"okno/internal/edge"
	"okno/internal/otp"
)

//go:embed openapi.yaml
var document []byte

var (
	errBody    = errors.New("the body is not the JSON that is expected here")
	errKey     = errors.New("send a client's key: Authorization: Bearer …")
	errPurpose = errors.New("purpose is 1 to 32 letters, digits, dots and dashes")
	errOrigin  = errors.New("origin is the name of a host")
	errService = errors.New("no such service, or none that is valid today")
)

// Passwords sends and checks one-time passwords.
type Passwords interface {
	Send(ctx context.Context, r otp.Request) (otp.Challenge, error)
	Resend(ctx context.Context, client, publicID string) (otp.Challenge, error)
	Verify(ctx context.Context, client, publicID, answer string) (otp.Proof, error)
	Cancel(ctx context.Context, client, publicID string) (otp.Challenge, error)
	Status(ctx context.Context, client, publicID string) (otp.Challenge, error)
	Keys() otp.KeySet
}

// Reports tells what came of passwords.
type Reports interface {
	// PasswordReport gives what came of the passwords of a client since a moment.
	PasswordReport(ctx context.Context, since time.Time, client string) ([]otp.ReportLine, error)
}

// Catalogue answers from the newest catalogue.
type Catalogue interface {
	Index() *catalogue.Index
}

// Options are the parts of an API.
type Options struct {
	Clients   Clients
	Passwords Passwords
	Reports   Reports
	Citizens  Citizens
	Catalogue Catalogue
	Exchange  Exchange
	Filings   Filings
	Cases     Cases
	Pages     Pages
	Notices   Notices
	Webhooks  Webhooks

	Appointments Appointments
	Booked       Booked
	// Jurisdiction is the jurisdiction_id of Open311 that is served; "": whatever is asked for.
	Jurisdiction string
	Address      Address // of who calls; nil: the peer of the connection
	Clock        func() time.Time
	Log          zerolog.Logger
}

// API answers HTTP requests under /api/v1/.
type API struct {
	gate      *gate
	passwords Passwords
	reports   Reports
	citizens  Citizens
	catalogue Catalogue
	exchange  Exchange
	filings   Filings
	cases     Cases
	pages     Pages
	webhooks  Webhooks
	notices   Notices
	clock     func() time.Time
	log       zerolog.Logger

	appointments Appointments
	booked       Booked

	jurisdiction string // of Open311
}

// New takes its parts.
func New(o Options) *API {
	if o.Address == nil {
		o.Address = PeerAddress
	}
	return &API{gate: newGate(o.Clients, o.Address, o.Clock, o.Log), passwords: o.Passwords, reports: o.Reports, citizens: o.Citizens, catalogue: o.Catalogue, exchange: o.Exchange, filings: o.Filings, cases: o.Cases, notices: o.Notices, pages: o.Pages, webhooks: o.Webhooks, appointments: o.Appointments, booked: o.Booked, jurisdiction: o.Jurisdiction,
		clock: o.Clock, log: o.Log}
}

// route is an endpoint with the scope that a client needs for it.
type route struct {
	pattern string
	scope   client.Scope
	handle  handler
}

// routes are all that a client may ask. The document says the same of each: a test compares them.
func (a *API) routes() []route {
	return []route{
		{"POST /api/v1/challenges", client.OTP, a.sendChallenge},
		{"GET /api/v1/challenges/{id}", client.OTP, a.challengeStatus},
		{"DELETE /api/v1/challenges/{id}", client.OTP, a.cancelChallenge},
		{"POST /api/v1/challenges/{id}/resend", client.OTP, a.resendChallenge},
		{"POST /api/v1/challenges/{id}/verify", client.OTP, a.verifyChallenge},
		{"GET /api/v1/challenges/report", client.OTPReport, a.report},
		{"POST /api/v1/bindings", client.Identity, a.bind},
		{"POST /api/v1/bindings/end", client.Identity, a.unbind},
		{"PUT /api/v1/pin", client.Identity, a.setPIN},
		{"POST /api/v1/totp", client.Identity, a.beginTOTP},
		{"POST /api/v1/totp/confirm", client.Identity, a.confirmTOTP},
		{"GET /api/v1/services", client.Catalogue, a.services},
		{"GET /api/v1/services/{code}", client.Catalogue, a.service},
		{"POST /api/v1/cases", client.Cases, a.fileCase},
		{"GET /api/v1/cases", client.Cases, a.listCases},
		{"GET /api/v1/cases/{number}", client.Cases, a.caseStatus},
		{"GET /api/v1/offices", client.Appointments, a.listOffices},
		{"GET /api/v1/offices/{office}/slots", client.Appointments, a.listSlots},
		{"GET /api/v1/appointments", client.Appointments, a.listAppointments},
		{"POST /api/v1/appointments", client.Appointments, a.bookAppointment},
		{"POST /api/v1/appointments/find", client.Appointments, a.findAppointments},
		{"GET /api/v1/appointments/{number}", client.Appointments, a.appointmentStatus},
		{"POST /api/v1/appointments/{number}/move", client.Appointments, a.moveAppointment},
		{"POST /api/v1/appointments/{number}/cancel", client.Appointments, a.cancelAppointment},
		{"GET /api/v1/webhook/deliveries", client.Webhooks, a.listDeliveries},
		{"POST /api/v1/webhook/deliveries/{id}/replay", client.Webhooks, a.replayDelivery},
		{"POST /api/v1/notifications", client.Notices, a.sendNotification},
		{"GET /api/v1/messages/{id}", client.Notices, a.messageStatus},
		{"POST /api/v1/notification-lists", client.Notices, a.sendNotificationList},
		{"GET /api/v1/notification-lists/{id}", client.Notices, a.notificationList},
		{"POST /api/v1/notification-lists/{id}/start", client.Notices, a.startNotificationList},
		{"POST /api/v1/notification-lists/{id}/stop", client.Notices, a.stopNotificationList},
		{"GET /api/v1/notification-lists/{id}/messages", client.Notices, a.notificationMessages},
		{"POST /api/v1/agencies/{agency}/events", client.Exchange, a.takeEvents},
	}
}

// Register adds the API's routes.
func (a *API) Register(mux *http.ServeMux) {
	mux.HandleFunc("GET /api/v1/openapi.yaml", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/yaml")
		_, _ = w.Write(document)
	})
	mux.HandleFunc("GET /api/v1/keys", a.keys)
	registerDocs(mux)
	a.registerOpen311(mux)
	for _, r := range a.routes() {
		mux.HandleFunc(r.pattern, a.authorized(r.scope, r.handle))
	}
}

type handler func(w http.ResponseWriter, r *http.Request, from client.Client) error

func (a *API) authorized(scope client.Scope, h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c, err := a.gate.admit(r)
		if err == nil && !c.May(scope) {
			err = errScope
		}
		if err == nil {
			err = h(w, r, c)
		}
		if err != nil && !a.refuse(w, r, err) {
			a.fail(w, r, err)
		}
	}
}

// mostBody bounds what a client may send.
const mostBody = 64 << 10

func read(w http.ResponseWriter, r *http.Request, into any) error {
	return readUpTo(w, r, mostBody, into)
}

func readUpTo(w http.ResponseWriter, r *http.Request, most int64, into any) error {
	err := edge.ReadJSON(w, r, most, true, into)
	if errors.Is(err, edge.ErrJSON) {
		return errBody
	}
	return err
}

func write(w http.ResponseWriter, status int, body any) error {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client may be gone
	return nil
}
