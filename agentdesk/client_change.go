package agentdesk

import (
	"context"
	"net/http"

	"okno/internal/access"
	"okno/internal/client"
	"okno/internal/fault"
	"okno/internal/floor"
	"okno/internal/otp"
)

// clientForm is what an administrator writes of a client. The rest (certificates, notices, purposes) is a file's.
type clientForm struct {
	Title     string         `json:"title"`
	Scopes    []client.Scope `json:"scopes"`
	Addresses []string       `json:"addresses"`
	Budget    *int           `json:"budget"` // passwords a day; null: the usual
	Agency    string         `json:"agency"`
}

func (f clientForm) client(name string) (client.Client, error) {
	return client.Entry{Name: name, Title: f.Title, Scopes: f.Scopes, Addresses: f.Addresses, Budget: f.Budget, Agency: f.Agency}.Client()
}

// written is the client that a form describes, of an agency that is there.
func (d *Desk) written(ctx context.Context, name string, f clientForm) (client.Client, error) {
	c, err := f.client(name)
	if err != nil || c.Agency == "" {
		return c, err
	}
	agencies, err := d.Store.Agencies(ctx)
	if _, known := agencies[c.Agency]; err == nil && !known {
		err = &fault.Error{Kind: fault.Invalid, Field: "agency", Text: "there is no such agency"}
	}
	return c, err
}

// changeClient changes a client that somebody saw. One that may send passwords from now on, and has no purpose for them, gets the usual.
func (d *Desk) changeClient(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Was clientForm `json:"was"`
		To  clientForm `json:"to"`
		Why string     `json:"why"`
	}
	by, err := d.readWhy(w, r, access.ManageClients, &body, &body.Why)
	name := ""
	if err == nil {
		name, err = clientNamed(r)
	}
	var was, to client.Client
	if err == nil {
		was, err = body.Was.client(name)
	}
	if err == nil {
		to, err = d.written(r.Context(), name, body.To)
	}
	var purposes []otp.Purpose
	if err == nil && to.May(client.OTP) {
		purposes, err = d.Store.Purposes(r.Context(), name)
	}
	if err == nil {
		err = d.Units(r.Context(), func(w Work) error {
			err := w.ChangeClient(r.Context(), was, to, floor.By(by.ID), body.Why)
			if err == nil && to.May(client.OTP) && len(purposes) == 0 {
				_, err = w.SavePurpose(r.Context(), otp.SignIn(name), floor.By(by.ID))
			}
			return err
		})
	}
	d.done(w, err)
}
