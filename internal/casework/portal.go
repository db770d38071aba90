package casework

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"

	"okno/internal/cases"
	"okno/internal/catalogue"
	"okno/internal/citizen"
	"okno/internal/fault"
)

// Filing is a case that a portal opens for a citizen of its session.
type Filing struct {
	Kind           cases.Kind
	Service        string // code, or ""
	NationalKind   string // of the national number; "": the first of citizen.Kinds
	NationalNumber string // "": nobody knows whose it is
	Contact        string // E.164, where the citizen is told
	Subject        string
	Body           string `json:",omitempty"` // the whole text, or ""; left out, the digest of a request is as it was before there were bodies
}

// filed are the kinds that a portal may open.
var filed = []cases.Kind{cases.Application, cases.Appeal, cases.Inquiry, cases.QueuePlace}

var keyForm = regexp.MustCompile(`^[\x21-\x7e]{1,100}$`)

// Errors of filing. A key that was used for something else shows that the client confuses its requests.
var (
	ErrKeyMissing error = &fault.Error{Kind: fault.Invalid, Field: "Idempotency-Key", Text: "send a key of 1 to 100 visible characters: the same request again is the same case"}
	ErrKeyUsed    error = &fault.Error{Kind: fault.Conflict, Field: "Idempotency-Key", Text: "this key came with another request"}
)

// Requests are what keys of clients were used for.
type Requests interface {
	// ClientRequest gives what a key of a client was used for, and keeps others from the key until the transaction ends. No digest: for nothing
	// yet; no case: for something else.
	ClientRequest(ctx context.Context, client, key string) (digest []byte, caseID int64, err error)
	KeepClientRequest(ctx context.Context, client, key string, digest []byte, caseID int64) error
}

// Once does something to a case for a key of a client. For the same request again it gives the case and does nothing; request is all that tells
// one from another. [ErrKeyMissing], [ErrKeyUsed].
func Once(ctx context.Context, w Requests, client, key string, request any, do func() (caseID int64, err error)) (caseID int64, again bool, err error) {
	if !keyForm.MatchString(key) {
		return 0, false, ErrKeyMissing
	}
	raw, err := json.Marshal(request)
	if err != nil {
		return 0, false, err
	}
	digest := sha256.Sum256(raw)
	before, caseID, err := w.ClientRequest(ctx, client, key)
	if err != nil {
		return 0, false, err
	}
	if before != nil {
		if caseID == 0 || !bytes.Equal(before, digest[:]) {
			return 0, false, ErrKeyUsed
		}
		return caseID, true, nil
	}
	if caseID, err = do(); err != nil {
		return 0, false, err
	}
	return caseID, false, w.KeepClientRequest(ctx, client, key, digest[:], caseID)
}

// PortalWork is what filing does in one transaction.
type PortalWork interface {
	Requests
	// ClientCase gives a case that a client opened, by its id. cases.ErrUnknown.
	ClientCase(ctx context.Context, client string, id int64) (cases.Case, error)
	// CitizenByNational gives 0 for nobody. citizen.ErrNationalNumber.
	CitizenByNational(ctx context.Context, kind, number string) (int64, error)
	OpenCase(ctx context.Context, o cases.Opening) (cases.Case, error)
}

// Services says which services there are.
type Services interface {
	Index() *catalogue.Index
}

// Portal opens cases for portals.
type Portal struct {
	units    func(ctx context.Context, fn func(PortalWork) error) error
	services Services
}

// NewPortal takes its parts.
func NewPortal(units func(ctx context.Context, fn func(PortalWork) error) error, services Services) *Portal {
	return &Portal{units, services}
}

// File opens a case, once for a key of the client: the same request again gives the same case. created says whether it is new.
func (p *Portal) File(ctx context.Context, client, key string, f Filing) (c cases.Case, created bool, err error) {
	if !keyForm.MatchString(key) {
		return c, false, ErrKeyMissing
	}
	if err := p.check(&f); err != nil {
		return c, false, err
	}
	err = p.units(ctx, func(w PortalWork) error {
		id, again, err := Once(ctx, w, client, key, f, func() (int64, error) {
			o := cases.Opening{Kind: f.Kind, Service: f.Service, Contact: f.Contact, Subject: f.Subject, Body: f.Body, By: "client:" + client, Client: client}
			if f.NationalNumber != "" {
				if o.CitizenID, err = w.CitizenByNational(ctx, f.NationalKind, f.NationalNumber); err != nil {
					return 0, err
				}
			}
			c, err = w.OpenCase(ctx, o)
			return c.ID, err
		})
		if again {
			c, err = w.ClientCase(ctx, client, id)
		}
		created = !again
		return err
	})
	return c, created && err == nil, err
}

func (p *Portal) check(f *Filing) error {
	subject, body, err := cases.CheckText(f.Subject, f.Body)
	_, known := p.services.Index().Service(f.Service)
	switch {
	case !slices.Contains(filed, f.Kind):
		return invalid("kind", fmt.Sprintf("one of %v", filed))
	case f.Service != "" && !known:
		return invalid("service", "there is no such service, or none that is valid today")
	case f.Kind == cases.Application && f.Service == "":
		return invalid("service", "an application is for a service")
	case err != nil:
		return err
	case f.Contact == "" && f.NationalNumber == "":
		return invalid("contact", "a telephone number, or a national number: whose case it is")
	}
	f.Subject, f.Body = subject, body
	kind, err := citizen.KindOf(f.NationalKind)
	if err != nil {
		return invalid("national_kind", "there is no such kind")
	}
	if f.NationalNumber != "" {
		f.NationalKind = kind.Name()
	}
	return nil
}

func invalid(field, text string) error {
	return &fault.Error{Kind: fault.Invalid, Field: field, Text: text}
}
