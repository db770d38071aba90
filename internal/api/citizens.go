package api

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"okno/internal/citizen"
	"okno/internal/client"
	"okno/internal/phone"
)

// Citizens binds numbers, and sets up by what citizens prove who they are.
type Citizens interface {
	Bind(ctx context.Context, whose citizen.Whose, number, challenge string) (citizen.Bound, error)
	Unbind(ctx context.Context, whose citizen.Whose, number string) error
	SetPIN(ctx context.Context, whose citizen.Whose, challenge, pin string) error
	BeginTOTP(ctx context.Context, whose citizen.Whose, challenge string) (secret, uri string, err error)
	ConfirmTOTP(ctx context.Context, whose citizen.Whose, code string) error
}

// ofCitizen is what each request about a citizen has.
type ofCitizen struct {
	Kind           string `json:"kind"` // of the national number; "": the first of citizen.Kinds
	NationalNumber string `json:"national_number"`
	Number         string `json:"number"`
	Challenge      string `json:"challenge"`
	PIN            string `json:"pin"`
	Code           string `json:"code"`
}

// readCitizen reads a request about a citizen. A challenge that is no id proves nothing.
func readCitizen(w http.ResponseWriter, r *http.Request, from client.Client) (body ofCitizen, whose citizen.Whose, err error) {
	if err := read(w, r, &body); err != nil {
		return body, whose, err
	}
	if body.Challenge != "" {
		id, err := uuid.Parse(body.Challenge)
		if err != nil {
			return body, whose, citizen.ErrProof
		}
		body.Challenge = id.String()
	}
	if body.Number != "" {
		if body.Number, err = phone.Parse(body.Number); err != nil {
			return body, whose, err
		}
	}
	return body, citizen.Whose{Client: from.Name, Kind: body.Kind, NationalNumber: body.NationalNumber}, nil
}

func (a *API) bind(w http.ResponseWriter, r *http.Request, from client.Client) error {
	body, whose, err := readCitizen(w, r, from)
	if err != nil {
		return err
	}
	bound, err := a.citizens.Bind(r.Context(), whose, body.Number, body.Challenge)
	if err != nil {
		return err
	}
	return write(w, http.StatusCreated, map[string]any{"number": body.Number, "new": bound.New})
}

func (a *API) unbind(w http.ResponseWriter, r *http.Request, from client.Client) error {
	body, whose, err := readCitizen(w, r, from)
	if err == nil {
		err = a.citizens.Unbind(r.Context(), whose, body.Number)
	}
	return done(w, err)
}

func (a *API) setPIN(w http.ResponseWriter, r *http.Request, from client.Client) error {
	body, whose, err := readCitizen(w, r, from)
	if err == nil {
		err = a.citizens.SetPIN(r.Context(), whose, body.Challenge, body.PIN)
	}
	return done(w, err)
}

func (a *API) beginTOTP(w http.ResponseWriter, r *http.Request, from client.Client) error {
	body, whose, err := readCitizen(w, r, from)
	if err != nil {
		return err
	}
	secret, uri, err := a.citizens.BeginTOTP(r.Context(), whose, body.Challenge)
	if err != nil {
		return err
	}
	return write(w, http.StatusCreated, map[string]any{"secret": secret, "uri": uri})
}

func (a *API) confirmTOTP(w http.ResponseWriter, r *http.Request, from client.Client) error {
	body, whose, err := readCitizen(w, r, from)
	if err == nil {
		err = a.citizens.ConfirmTOTP(r.Context(), whose, body.Code)
	}
	return done(w, err)
}

// done answers what has nothing to tell.
func done(w http.ResponseWriter, err error) error {
	if err == nil {
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(http.StatusNoContent)
	}
	return err
}
