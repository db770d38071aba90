package api

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"okno/internal/catalogue"
	"okno/internal/edge"
	"okno/internal/fault"
	"okno/internal/otp"
	"okno/internal/phone"
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

// Clients tells clients by their keys' hashes.
type Clients interface {
	Client(ctx context.Context, keyHash []byte) (name string, err error)
}

// Passwords sends and checks one-time passwords.
type Passwords interface {
	Send(ctx context.Context, r otp.Request) (otp.Challenge, error)
	Verify(ctx context.Context, client, publicID, answer string) error
}

// Catalogue answers from the newest catalogue.
type Catalogue interface {
	Index() *catalogue.Index
}

// API answers HTTP requests under /api/v1/.
type API struct {
	clients   Clients
	passwords Passwords
	catalogue Catalogue
	log       zerolog.Logger
}

// New takes its parts.
func New(clients Clients, passwords Passwords, c Catalogue, log zerolog.Logger) *API {
	return &API{clients: clients, passwords: passwords, catalogue: c, log: log}
}

// Register adds the API's routes.
func (a *API) Register(mux *http.ServeMux) {
	mux.HandleFunc("GET /api/v1/openapi.yaml", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/yaml")
		_, _ = w.Write(document)
	})
	mux.HandleFunc("POST /api/v1/challenges", a.authorized(a.sendChallenge))
	mux.HandleFunc("POST /api/v1/challenges/{id}/verify", a.authorized(a.verifyChallenge))
	mux.HandleFunc("GET /api/v1/services/{code}", a.authorized(a.service))
}

// KeyHash is the form in which a client's key is kept. A key is 256 random bits, so a plain hash is enough.
func KeyHash(key string) []byte {
	sum := sha256.Sum256([]byte(key))
	return sum[:]
}

type handler func(w http.ResponseWriter, r *http.Request, client string) error

func (a *API) authorized(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		key, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if !ok {
			a.fail(w, r, errKey)
			return
		}
		client, err := a.clients.Client(r.Context(), KeyHash(key))
		if fault.KindOf(err) == fault.Unavailable {
			a.fail(w, r, err)
			return
		}
		if err != nil {
			a.log.Info().Err(err).Msg("client refused")
			a.fail(w, r, errKey)
			return
		}
		if err := h(w, r, client); err != nil {
			a.fail(w, r, err)
		}
	}
}

// challenge is what a portal gets.
type challenge struct {
	ID        string    `json:"id"`
	ExpiresAt time.Time `json:"expires_at"`
}

var (
	purposeForm = regexp.MustCompile(`^[A-Za-z0-9.-]{1,32}$`)
	originForm  = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]{0,252}[a-z0-9])?$`)
)

func (a *API) sendChallenge(w http.ResponseWriter, r *http.Request, client string) error {
	var body struct {
		Number  string `json:"number"`
		Purpose string `json:"purpose"`
		Origin  string `json:"origin"`
	}
	if err := read(w, r, &body); err != nil {
		return err
	}
	number, err := phone.Parse(body.Number)
	if err != nil {
		return err
	}
	if !purposeForm.MatchString(body.Purpose) {
		return errPurpose
	}
	if body.Origin != "" && !originForm.MatchString(body.Origin) {
		return errOrigin
	}
	c, err := a.passwords.Send(r.Context(), otp.Request{Client: client, Number: number, Purpose: body.Purpose, Origin: body.Origin})
	if err != nil {
		return err
	}
	return write(w, http.StatusCreated, challenge{ID: c.PublicID, ExpiresAt: c.ExpiresAt})
}

func (a *API) verifyChallenge(w http.ResponseWriter, r *http.Request, client string) error {
	var body struct {
		Code string `json:"code"`
	}
	if err := read(w, r, &body); err != nil {
		return err
	}
	if err := a.passwords.Verify(r.Context(), client, r.PathValue("id"), body.Code); err != nil {
		return err
	}
	return write(w, http.StatusOK, map[string]string{"state": string(otp.Verified)})
}

func (a *API) service(w http.ResponseWriter, r *http.Request, _ string) error {
	code := r.PathValue("code")
	found := a.catalogue.Index().Find(code, "")
	if !catalogue.IsCode(code) || len(found) == 0 {
		return errService
	}
	s := found[0]
	texts := map[string]any{}
	for l, t := range s.Texts {
		texts[string(l)] = map[string]string{"name": t.Name, "short": t.Short, "documents": t.Documents, "fee": t.Fee, "term": t.Term, "place": t.Place}
	}
	return write(w, http.StatusOK, map[string]any{"code": s.Code, "category": s.Category, "agency": s.Agency, "stage": s.Stage,
		"valid_until": s.ValidUntil.Format(time.DateOnly), "sample": s.Sample, "texts": texts})
}

// mostBody bounds what a client may send.
const mostBody = 64 << 10

func read(w http.ResponseWriter, r *http.Request, into any) error {
	err := edge.ReadJSON(w, r, mostBody, true, into)
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
