package agentdesk

import (
	"errors"
	"net/http"

	"okno/internal/acd"
	"okno/internal/edge"
	"okno/internal/guess"
	"okno/internal/password"
)

// errInvitation says that a link does not count, or no longer.
var errInvitation = errors.New("this link is not valid, or was used, or is older than a day: ask for a new one")

// changePassword changes the password of whoever asks, who gives the old one. It ends all the agent's logins, this one too.
func (d *Desk) changePassword(w http.ResponseWriter, r *http.Request) {
	agent, _, err := d.agentOf(r)
	if err != nil {
		d.fail(w, err)
		return
	}
	var body struct {
		Old string `json:"old"`
		New string `json:"new"`
	}
	if err := edge.ReadJSON(w, r, 4<<10, false, &body); err != nil {
		d.fail(w, bodyError(err))
		return
	}
	if err := password.Check(body.New, personOf(agent), agent.Enrolled); err != nil {
		d.fail(w, err)
		return
	}
	a := guess.Attempt{Way: guess.Desk, Account: agent.Login, Address: edge.SiteName(r.RemoteAddr), Device: deviceOf(r)}
	agent, known, err := d.authenticate(r.Context(), a, given{password: body.Old, passwordOnly: true})
	if errors.Is(err, errLogin) {
		err = errOldPassword
	}
	if err != nil {
		d.fail(w, err)
		return
	}
	hash, err := d.Passwords.Hash(r.Context(), body.New)
	if err == nil {
		err = d.Units(r.Context(), func(w Work) error { return w.ChangePassword(r.Context(), agent.ID, known.Epoch, hash) })
	}
	if err == nil {
		d.depart(r.Context(), agent.ID)
	}
	d.done(w, err)
}

// errOldPassword says that the password that is to be changed is another one.
var errOldPassword = errors.New("this is not your password")

func personOf(a acd.Agent) password.Person { return password.Person{Login: a.Login, Name: a.Name} }

// takeInvitation sets the password of whoever has a link that counts, and gives the login that goes with it.
func (d *Desk) takeInvitation(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Token    string `json:"token"`
		Password string `json:"password"`
	}
	if err := edge.ReadJSON(w, r, 4<<10, false, &body); err != nil {
		d.fail(w, bodyError(err))
		return
	}
	token := tokenHash(body.Token)
	agent, err := d.Store.InvitedAgent(r.Context(), token)
	if err == nil {
		err = password.Check(body.Password, personOf(agent), agent.Enrolled)
	}
	var hash string
	if err == nil {
		hash, err = d.Passwords.Hash(r.Context(), body.Password)
	}
	if err == nil {
		err = d.Units(r.Context(), func(w Work) error { return w.TakeInvitation(r.Context(), token, hash) })
	}
	if errors.Is(err, acd.ErrNoAgent) {
		err = errInvitation
	}
	if err != nil {
		d.fail(w, err)
		return
	}
	d.depart(r.Context(), agent.ID)
	d.answer(w, object{"login": agent.Login})
}
