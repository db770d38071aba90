package agentdesk

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/client"
	"okno/internal/edge"
	"okno/internal/exchange"
	"okno/internal/fault"
	"okno/internal/floor"
	"okno/internal/otp"
	"okno/internal/webhook"
)

type clientStore interface {
	// Clients gives all clients with their keys, the live and the ended.
	Clients(ctx context.Context) ([]client.Client, map[string][]client.Key, error)
	WebhookAddresses(ctx context.Context) ([]webhook.Address, error)
	// WebhookHealth gives what waits for clients and what was given up, for those of whom there is any.
	WebhookHealth(ctx context.Context) ([]webhook.Health, error)
	Purposes(ctx context.Context, name string) ([]otp.Purpose, error)
	// WebhookFailures gives what a client did not take, newest first.
	WebhookFailures(ctx context.Context, client string, most int) ([]webhook.Logged, error)
}

type clientWork interface {
	// AddClient adds a client whose name nobody has. The error names the field.
	AddClient(ctx context.Context, c client.Client, by, why string) error
	// ChangeClient changes what is written at the desk of a client that somebody saw. fault.Conflict when it was changed meanwhile.
	ChangeClient(ctx context.Context, was, to client.Client, by, why string) error
	SavePurpose(ctx context.Context, p otp.Purpose, by string) (changed bool, err error)
	// AddKey gives a client a key, by its hash. The one before lives on for the overlap.
	AddKey(ctx context.Context, name string, hash []byte, now time.Time, life, overlap time.Duration, by, why string) (int64, error)
	EndKey(ctx context.Context, name string, key int64, now time.Time, by, why string) error
	SuspendClient(ctx context.Context, name string, suspended bool, by, why string) error
	// ReplayWebhook has a delivery of a client made again. webhook.ErrUnknown.
	ReplayWebhook(ctx context.Context, client string, delivery int64, by string) error
}

var errNoClient error = &fault.Error{Kind: fault.NotFound, Field: "client", Text: "there is no such client"}

// mostFailures is how many failures of a webhook are shown.
const mostFailures = 20

// clients shows an administrator who calls the API, with all that is known of their keys but the keys.
func (d *Desk) clients(w http.ResponseWriter, r *http.Request) {
	_, err := d.allowed(r, access.ManageClients)
	if err != nil {
		d.fail(w, err)
		return
	}
	all, keys, err := d.Store.Clients(r.Context())
	if err != nil {
		d.fail(w, err)
		return
	}
	hooks, err := d.webhooks(r.Context())
	if err != nil {
		d.fail(w, err)
		return
	}
	agencies, err := d.Store.Agencies(r.Context())
	if err != nil {
		d.fail(w, err)
		return
	}
	now, list := d.Clock(), make([]object, 0, len(all))
	for _, c := range all {
		addresses := []string{}
		for _, a := range c.Addresses {
			addresses = append(addresses, a.String())
		}
		list = append(list, object{"name": c.Name, "title": c.Title, "scopes": c.Scopes, "addresses": addresses, "certificates": len(c.Certificates), "budget": c.Budget,
			"notices_day": c.Notices.Day, "agency": c.Agency, "suspended": c.Suspended, "keys": keysJSON(keys[c.Name], now), "webhook": hooks[c.Name]})
	}
	d.answer(w, object{"clients": list, "scopes": client.Scopes, "agencies": agencies, "overlap_hours": client.Overlap.Hours()})
}

// keysJSON tells of keys, and never a key.
func keysJSON(keys []client.Key, now time.Time) []object {
	list := make([]object, 0, len(keys))
	for _, k := range keys {
		used := any(nil)
		if k.LastUsedAt.Unix() > 0 {
			used = k.LastUsedAt
		}
		list = append(list, object{"id": k.ID, "created_at": k.CreatedAt, "expires_at": k.ExpiresAt, "last_used_at": used, "ended": !now.Before(k.ExpiresAt)})
	}
	return list
}

// webhooks gives where clients take events and how that goes, by client, without the secrets that sign them.
func (d *Desk) webhooks(ctx context.Context) (map[string]object, error) {
	addresses, err := d.Store.WebhookAddresses(ctx)
	if err != nil {
		return nil, err
	}
	health, err := d.Store.WebhookHealth(ctx)
	found := map[string]object{}
	for _, a := range addresses {
		found[a.Client] = object{"url": a.URL, "paused": a.Paused, "waiting": 0, "dead": 0, "oldest_seconds": 0}
	}
	for _, h := range health {
		if hook := found[h.Client]; hook != nil {
			hook["waiting"], hook["dead"], hook["oldest_seconds"] = h.Waiting, h.Dead, int(h.Oldest.Seconds())
		}
	}
	return found, err
}

// readWhy gives who asks for something that wants a reason. into is the body; why points to its field.
func (d *Desk) readWhy(w http.ResponseWriter, r *http.Request, act access.Act, into any, why *string) (by acd.Agent, err error) {
	if by, err = d.allowed(r, act); err != nil {
		return by, err
	}
	if err := edge.ReadJSON(w, r, 16<<10, true, into); err != nil {
		return by, bodyError(err)
	}
	*why, err = comment(*why)
	return by, err
}

// readOnlyWhy is readWhy where the reason is all that is given.
func (d *Desk) readOnlyWhy(w http.ResponseWriter, r *http.Request, act access.Act) (by acd.Agent, why string, err error) {
	var body struct {
		Why string `json:"why"`
	}
	by, err = d.readWhy(w, r, act, &body, &body.Why)
	return by, body.Why, err
}

// addClient adds a client. Its first key is given by a click of its own.
func (d *Desk) addClient(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Name string `json:"name"`
		clientForm
		Origins []string `json:"origins"` // whose pages may fill a code in
		Why     string   `json:"why"`
	}
	by, err := d.readWhy(w, r, access.ManageClients, &body, &body.Why)
	var c client.Client
	if err == nil {
		c, err = d.written(r.Context(), body.Name, body.clientForm)
	}
	signIn := otp.SignIn(c.Name, body.Origins...)
	if err == nil && c.May(client.OTP) {
		if problems := signIn.Check(c.Title, d.Segments); len(problems) > 0 {
			err = &fault.Error{Kind: fault.Invalid, Field: "origins", Text: problems[0].Error()}
		}
	}
	if err == nil {
		err = d.Units(r.Context(), func(w Work) error {
			if err := w.AddClient(r.Context(), c, floor.By(by.ID), body.Why); err != nil || !c.May(client.OTP) {
				return err
			}
			_, err := w.SavePurpose(r.Context(), signIn, floor.By(by.ID))
			return err
		})
	}
	d.done(w, err)
}

// clientNamed is the client of a request. Okno's own has no key, and nobody gives it one.
func clientNamed(r *http.Request) (string, error) {
	name := r.PathValue("client")
	if name == otp.Own {
		return "", errNoClient
	}
	return name, nil
}

// addClientKey gives a client a new key, which is shown once. The one before goes on for the overlap, unless it is to end at once.
func (d *Desk) addClientKey(w http.ResponseWriter, r *http.Request) {
	var body struct {
		AtOnce bool   `json:"at_once"`
		Why    string `json:"why"`
	}
	by, err := d.readWhy(w, r, access.ManageClients, &body, &body.Why)
	name := ""
	if err == nil {
		name, err = clientNamed(r)
	}
	overlap := client.Overlap
	if body.AtOnce {
		overlap = 0
	}
	key := client.NewKey()
	if err == nil {
		err = d.Units(r.Context(), func(w Work) error {
			_, err := w.AddKey(r.Context(), name, client.Hash(key), d.Clock(), client.Lifetime, overlap, floor.By(by.ID), body.Why)
			return err
		})
	}
	if err != nil {
		d.fail(w, err)
		return
	}
	d.answer(w, object{"key": key})
}

// revokeClientKey ends a key at once.
func (d *Desk) revokeClientKey(w http.ResponseWriter, r *http.Request) {
	d.onClient(w, r, func(work Work, name, by, why string) error {
		key, err := strconv.ParseInt(r.PathValue("key"), 10, 64)
		if err != nil {
			return &fault.Error{Kind: fault.NotFound, Field: "key", Text: "the client has no such key"}
		}
		return work.EndKey(r.Context(), name, key, d.Clock(), by, why)
	})
}

// suspendClient keeps a client out, or lets it in again.
func (d *Desk) suspendClient(suspended bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		d.onClient(w, r, func(work Work, name, by, why string) error {
			return work.SuspendClient(r.Context(), name, suspended, by, why)
		})
	}
}

// replayClientWebhook has a client told again what it did not take.
func (d *Desk) replayClientWebhook(w http.ResponseWriter, r *http.Request) {
	by, err := d.allowed(r, access.ManageClients)
	delivery, wrong := strconv.ParseInt(r.PathValue("delivery"), 10, 64)
	if err == nil && wrong != nil {
		err = webhook.ErrUnknown
	}
	if err == nil {
		err = d.Units(r.Context(), func(w Work) error {
			return w.ReplayWebhook(r.Context(), r.PathValue("client"), delivery, floor.By(by.ID))
		})
	}
	d.done(w, err)
}

// onClient does something to a client for a reason, in a unit of work.
func (d *Desk) onClient(w http.ResponseWriter, r *http.Request, do func(work Work, name, by, why string) error) {
	by, why, err := d.readOnlyWhy(w, r, access.ManageClients)
	name := ""
	if err == nil {
		name, err = clientNamed(r)
	}
	if err == nil {
		err = d.Units(r.Context(), func(work Work) error { return do(work, name, floor.By(by.ID), why) })
	}
	d.done(w, err)
}

// clientWebhook shows what a client did not take.
func (d *Desk) clientWebhook(w http.ResponseWriter, r *http.Request) {
	_, err := d.allowed(r, access.ManageClients)
	var failures []webhook.Logged
	if err == nil {
		failures, err = d.Store.WebhookFailures(r.Context(), r.PathValue("client"), mostFailures)
	}
	if err != nil {
		d.fail(w, err)
		return
	}
	list := make([]object, 0, len(failures))
	for _, f := range failures {
		list = append(list, withProblem(exchange.ParseProblem(f.Problem), object{"id": f.ID, "event": f.Event, "state": f.State, "attempts": f.Attempts,
			"created_at": f.CreatedAt, "last_at": f.LastAt}))
	}
	d.answer(w, object{"failures": list})
}
