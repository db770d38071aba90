package api

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/rs/zerolog"

	"okno/internal/api/apiserver"
	"okno/internal/catalogue"
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

// Register adds the API's routes.
func (a *API) Register(mux *http.ServeMux) {
	mux.HandleFunc("GET "+base+"/openapi.yaml", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/yaml")
		_, _ = w.Write(document)
	})
	registerDocs(mux)
	a.registerOpen311(mux)
	apiserver.HandlerWithOptions(server{a}, apiserver.StdHTTPServerOptions{BaseURL: base, BaseRouter: gated{mux, a}, ErrorHandlerFunc: a.parameter})
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

// createdOr is the status of something that is new, or that was there for the same key.
func createdOr(created bool) int {
	if created {
		return http.StatusCreated
	}
	return http.StatusOK
}

func write(w http.ResponseWriter, status int, body any) error {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client may be gone
	return nil
}
