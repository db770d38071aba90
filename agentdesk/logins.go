package agentdesk

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/floor"
	"okno/internal/login"
)

// mostBrowser is how much of a browser's name is kept, in characters.
const mostBrowser = 200

// browserOf is what a browser says that it is.
func browserOf(r *http.Request) string {
	name := []rune(strings.ToValidUTF8(r.UserAgent(), ""))
	return string(name[:min(len(name), mostBrowser)])
}

// endLogin ends a login; by is who does, "" for its owner. With an agent's last one the agent goes off duty, the page's SIP account is
// closed, and what the agent has goes back; a call goes on. What cannot be given back at once the dispatcher gives back once the desk has
// been away for a while.
func (d *Desk) endLogin(ctx context.Context, token []byte, by string) error {
	var agent int64
	var another bool
	err := d.Units(ctx, func(w Work) (err error) {
		if agent, another, err = w.EndLogin(ctx, token, by); err != nil || another {
			return err
		}
		if err := w.SetStatus(ctx, agent, acd.Offline, "", floor.By(agent)); err != nil {
			return err
		}
		return w.CloseAccounts(ctx, agent)
	})
	if err != nil {
		return err
	}
	d.hub.closeLogin(string(token))
	if !another {
		d.depart(ctx, agent)
	}
	return nil
}

func (d *Desk) depart(ctx context.Context, agent int64) {
	if err := d.Floor.Depart(ctx, agent); err != nil {
		d.Log.Warn().Err(err).Int64("agent", agent).Msg("contacts not given back at once")
	}
}

// departed gives back what an agent has of whom a login was found ended, unless the agent has another one.
func (d *Desk) departed(ctx context.Context, agent int64) {
	if has, err := d.Store.HasLogin(ctx, agent); err == nil && !has {
		d.depart(ctx, agent)
	}
}

// mostOverdue is how many logins one look ends.
const mostOverdue = 100

// endOverdue ends the logins that are past a limit, so that nothing of theirs stays open. Whichever node comes first does.
func (d *Desk) endOverdue(ctx context.Context) {
	found, err := d.Store.OverdueLogins(ctx, mostOverdue)
	for _, token := range found {
		if ended := d.endLogin(ctx, token, "okno"); !errors.Is(ended, acd.ErrNoAgent) {
			err = errors.Join(err, ended)
		}
	}
	if err != nil && ctx.Err() == nil {
		d.Log.Warn().Err(err).Msg("overdue logins not ended")
	}
}

func (d *Desk) ownLogins(w http.ResponseWriter, r *http.Request) {
	agent, token, err := d.agentOf(r)
	if err == nil {
		err = access.May(floor.Subject(agent), access.ViewLogins, access.Own)
	}
	if err != nil {
		d.fail(w, err)
		return
	}
	d.listLogins(w, r, agent.ID, token)
}

func (d *Desk) listLogins(w http.ResponseWriter, r *http.Request, agent int64, current []byte) {
	found, err := d.Store.LoginsOf(r.Context(), agent, current)
	if err != nil {
		d.fail(w, err)
		return
	}
	d.answer(w, object{"logins": loginsJSON(found)})
}

func loginsJSON(logins []login.Login) []object {
	found := make([]object, 0, len(logins))
	for _, l := range logins {
		found = append(found, object{"id": l.ID, "at": l.At, "seen_at": l.SeenAt, "expires_at": l.Expires, "address": l.Address, "browser": l.Browser,
			"current": l.Current})
	}
	return found
}

func (d *Desk) endOwnLogin(w http.ResponseWriter, r *http.Request) {
	agent, _, err := d.agentOf(r)
	if err == nil {
		err = access.May(floor.Subject(agent), access.EndLogins, access.Own)
	}
	if err == nil {
		err = d.endLoginByID(r.Context(), agent, agent.ID, r.PathValue("id"))
	}
	d.done(w, err)
}

func (d *Desk) endLoginByID(ctx context.Context, by acd.Agent, agent int64, id string) error {
	var token []byte
	err := d.Units(ctx, func(w Work) (err error) {
		token, err = w.LoginToken(ctx, agent, id)
		return err
	})
	if err != nil {
		return err
	}
	err = d.endLogin(ctx, token, floor.By(by.ID))
	if errors.Is(err, acd.ErrNoAgent) {
		return login.ErrUnknown
	}
	return err
}

// done answers a request that has nothing to show.
func (d *Desk) done(w http.ResponseWriter, err error) {
	if err != nil {
		d.fail(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// other gives who asks, and the agent that the request names, once the asker may do the act to any agent.
func (d *Desk) other(r *http.Request, act access.Act) (by acd.Agent, agent int64, err error) {
	if by, err = d.allowed(r, act); err != nil {
		return by, 0, err
	}
	err = d.Units(r.Context(), func(w Work) (err error) {
		agent, err = w.AgentID(r.Context(), r.PathValue("login"))
		return err
	})
	return by, agent, err
}

func (d *Desk) loginsOf(w http.ResponseWriter, r *http.Request) {
	_, agent, err := d.other(r, access.ViewLogins)
	if err != nil {
		d.fail(w, err)
		return
	}
	d.listLogins(w, r, agent, nil)
}

func (d *Desk) endLoginOf(w http.ResponseWriter, r *http.Request) {
	by, agent, err := d.other(r, access.EndLogins)
	if err == nil {
		err = d.endLoginByID(r.Context(), by, agent, r.PathValue("id"))
	}
	d.done(w, err)
}

// endLoginsOf ends all logins of an agent.
func (d *Desk) endLoginsOf(w http.ResponseWriter, r *http.Request) {
	by, agent, err := d.other(r, access.EndLogins)
	if err == nil {
		err = d.Units(r.Context(), func(w Work) error { return w.EndLogins(r.Context(), agent, floor.By(by.ID)) })
	}
	if err == nil {
		d.depart(r.Context(), agent)
	}
	d.done(w, err)
}

// lock locks an agent out, or lets one in again.
func (d *Desk) lock(locked bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		by, agent, err := d.other(r, access.LockAgent)
		if err == nil && agent == by.ID {
			err = errOwnAccount
		}
		if err == nil {
			err = d.Units(r.Context(), func(w Work) error { return w.LockAgent(r.Context(), agent, locked, floor.By(by.ID)) })
		}
		if err == nil {
			d.depart(r.Context(), agent)
		}
		d.done(w, err)
	}
}
