package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"okno/internal/cases"
	"okno/internal/casework"
	"okno/internal/client"
	"okno/internal/phone"
)

// Filings opens cases for clients.
type Filings interface {
	// File opens a case, once for a key of the client; created says whether it is new.
	File(ctx context.Context, client, key string, f casework.Filing) (c cases.Case, created bool, err error)
}

// Cases gives clients the cases that they opened.
type Cases interface {
	// StandingOfClient gives a case that a client opened, and the case whose state counts for it: another one for a duplicate. cases.ErrUnknown.
	StandingOfClient(ctx context.Context, client, number string) (c, stands cases.Case, err error)
}

// mostFiling bounds a case that is filed: each of the letters of its body may be written as \uXXXX\uXXXX.
const mostFiling = 12*cases.MostBody + 8<<10

func (a *API) fileCase(w http.ResponseWriter, r *http.Request, from client.Client) error {
	var body struct {
		Kind           cases.Kind `json:"kind"`
		Service        string     `json:"service"`
		NationalKind   string     `json:"national_kind"`
		NationalNumber string     `json:"national_number"`
		Contact        string     `json:"contact"`
		Subject        string     `json:"subject"`
		Body           string     `json:"body"`
	}
	if err := readUpTo(w, r, mostFiling, &body); err != nil {
		return err
	}
	if body.Contact != "" {
		number, err := phone.Parse(body.Contact)
		if err != nil {
			return err
		}
		body.Contact = number
	}
	c, created, err := a.filings.File(r.Context(), from.Name, r.Header.Get("Idempotency-Key"), casework.Filing{Kind: body.Kind, Service: body.Service,
		NationalKind: body.NationalKind, NationalNumber: body.NationalNumber, Contact: body.Contact, Subject: body.Subject, Body: body.Body})
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/api/v1/cases/"+c.Number)
	stands := c
	if c.DuplicateOf != 0 { // a request that was repeated
		if c, stands, err = a.cases.StandingOfClient(r.Context(), from.Name, c.Number); err != nil {
			return err
		}
	}
	return writeCase(w, createdOr(created), c, stands)
}

func (a *API) caseStatus(w http.ResponseWriter, r *http.Request, from client.Client) error {
	c, stands, err := a.cases.StandingOfClient(r.Context(), from.Name, r.PathValue("number"))
	if err != nil {
		return err
	}
	if unchanged(w, r, etag(stands)) {
		return nil
	}
	return writeCase(w, http.StatusOK, c, stands)
}

// etag changes with each move of a case, and with its term, which a clock may count later.
func etag(c cases.Case) string {
	return fmt.Sprintf(`"%d-%d-%s"`, c.ID, c.UpdatedAt.UnixMicro(), c.DueOn.Format("20060102"))
}

// writeCase writes a case as its client sees it: where the case stands that counts for it, which is itself or, for a duplicate, the one that
// goes on.
func writeCase(w http.ResponseWriter, status int, c, stands cases.Case) error {
	w.Header().Set("ETag", etag(stands))
	return write(w, status, caseJSON(c, stands))
}

func caseJSON(c, stands cases.Case) map[string]any {
	answer := map[string]any{"number": c.Number, "kind": c.Kind, "state": stands.State, "service": c.Service, "agency": c.Agency,
		"opened_at": c.OpenedAt.UTC(), "updated_at": stands.UpdatedAt.UTC(), "duplicate": c.DuplicateOf != 0}
	if !stands.DueOn.IsZero() && stands.DueOn.Year() > 1 {
		answer["due_on"] = stands.DueOn.Format(time.DateOnly)
	}
	return answer
}
