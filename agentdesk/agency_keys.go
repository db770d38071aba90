package agentdesk

import (
	"context"
	"net/http"
	"strconv"

	"okno/internal/access"
	"okno/internal/exchange"
	"okno/internal/floor"
)

type agencyStore interface {
	// Endpoints gives where agencies take what they are told.
	Endpoints(ctx context.Context) ([]exchange.Endpoint, error)
	// DeadLetters lists what was given up for an agency, newest first.
	DeadLetters(ctx context.Context, agency string, most int) ([]exchange.DeadLetter, error)
}

type agencyWork interface {
	// ReviveDelivery has one delivery that was given up tried again. exchange.ErrNoDelivery.
	ReviveDelivery(ctx context.Context, agency string, delivery int64, by string) error
	// RotateSecret gives an endpoint a new signing secret; the one before signs as well.
	RotateSecret(ctx context.Context, agency, by, why string) (secret string, err error)
	EndOldSecret(ctx context.Context, agency, by, why string) error
}

// mostLetters is how many dead letters are listed.
const mostLetters = 100

// deadLetters lists the deliveries to an agency that were given up: the case of each and the reason, without what it would have told.
func (d *Desk) deadLetters(w http.ResponseWriter, r *http.Request) {
	_, err := d.allowed(r, access.ViewAgencies)
	var letters []exchange.DeadLetter
	if err == nil {
		letters, err = d.Store.DeadLetters(r.Context(), r.PathValue("agency"), mostLetters)
	}
	if err != nil {
		d.fail(w, err)
		return
	}
	list := make([]object, 0, len(letters))
	for _, l := range letters {
		list = append(list, withProblem(l.Problem, object{"id": l.ID, "event": l.Event, "case": l.Case, "attempts": l.Attempts, "created_at": l.CreatedAt, "last_at": l.LastAt}))
	}
	d.answer(w, object{"letters": list})
}

// replayDelivery has one of them tried again.
func (d *Desk) replayDelivery(w http.ResponseWriter, r *http.Request) {
	by, err := d.allowed(r, access.ReplayAgency)
	delivery, wrong := strconv.ParseInt(r.PathValue("delivery"), 10, 64)
	if err == nil && wrong != nil {
		err = exchange.ErrNoDelivery
	}
	if err == nil {
		err = d.Units(r.Context(), func(w Work) error {
			return w.ReviveDelivery(r.Context(), r.PathValue("agency"), delivery, floor.By(by.ID))
		})
	}
	d.done(w, err)
}

// agencyKeys shows an administrator how many secrets sign what an agency is told, and the keys by which its systems report: never one itself.
func (d *Desk) agencyKeys(w http.ResponseWriter, r *http.Request) {
	_, err := d.allowed(r, access.KeepAgencyKeys)
	var endpoints []exchange.Endpoint
	if err == nil {
		endpoints, err = d.Store.Endpoints(r.Context())
	}
	if err != nil {
		d.fail(w, err)
		return
	}
	clients, keys, err := d.Store.Clients(r.Context())
	if err != nil {
		d.fail(w, err)
		return
	}
	agency, now := r.PathValue("agency"), d.Clock()
	answer := object{"endpoint": nil}
	for _, e := range endpoints {
		if e.Agency == agency {
			answer["endpoint"] = object{"url": e.URL, "files": e.Files, "paused": e.Paused, "signing": len(e.Secrets)}
		}
	}
	systems := []object{}
	for _, c := range clients {
		if c.Agency != agency {
			continue
		}
		systems = append(systems, object{"client": c.Name, "title": c.Title, "suspended": c.Suspended, "keys": keysJSON(keys[c.Name], now)})
	}
	answer["systems"] = systems
	d.answer(w, answer)
}

// rotateAgencyKey gives an agency's endpoint a new signing secret, which is shown once.
func (d *Desk) rotateAgencyKey(w http.ResponseWriter, r *http.Request) {
	by, why, err := d.readOnlyWhy(w, r, access.KeepAgencyKeys)
	secret := ""
	if err == nil {
		err = d.Units(r.Context(), func(w Work) (err error) {
			secret, err = w.RotateSecret(r.Context(), r.PathValue("agency"), floor.By(by.ID), why)
			return err
		})
	}
	if err != nil {
		d.fail(w, err)
		return
	}
	d.answer(w, object{"key": secret})
}

// revokeAgencyKey ends the secret before the newest.
func (d *Desk) revokeAgencyKey(w http.ResponseWriter, r *http.Request) {
	by, why, err := d.readOnlyWhy(w, r, access.KeepAgencyKeys)
	if err == nil {
		err = d.Units(r.Context(), func(w Work) error {
			return w.EndOldSecret(r.Context(), r.PathValue("agency"), floor.By(by.ID), why)
		})
	}
	d.done(w, err)
}
