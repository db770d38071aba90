package agentdesk

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"time"

	"okno/internal/acd"
	"okno/internal/edge"
	"okno/internal/guess"
	"okno/internal/login"
)

// cookieName has the prefix by which browsers keep a cookie to this host, this path and HTTPS; loopback counts as secure.
const cookieName = "__Host-okno"

var (
	errLogin    = errors.New("wrong login or password")
	errLoggedIn = errors.New("log in first")
	errBody     = errors.New("the body is not the JSON that is expected here")
)

func (d *Desk) logIn(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Login    string  `json:"login"`
		Password string  `json:"password"`
		Code     string  `json:"code"` // of the second factor
		Key      *signed `json:"key"`  // or by a key
	}
	if err := edge.ReadJSON(w, r, mostCeremony, false, &body); err != nil {
		d.fail(w, bodyError(err))
		return
	}
	device := deviceOf(r)
	agent, known, err := d.authenticate(r.Context(), guess.Attempt{Way: guess.Desk, Account: body.Login, Address: edge.SiteName(r.RemoteAddr), Device: device}, given{password: body.Password, code: body.Code, key: body.Key})
	if err != nil {
		d.fail(w, err)
		return
	}
	if device != "" {
		http.SetCookie(w, &http.Cookie{Name: deviceCookie, Value: device, Path: "/", MaxAge: int(guess.Life.Seconds()), Secure: true, HttpOnly: true,
			SameSite: http.SameSiteStrictMode})
	}
	if err := d.enter(w, r, agent, login.New{Epoch: known.Epoch, Proved: agent.Enrolled}); err != nil {
		d.fail(w, err)
		return
	}
	d.answer(w, agentJSON(agent))
}

// enter begins an agent's login in a browser, of which l has the epoch and how it was proved.
func (d *Desk) enter(w http.ResponseWriter, r *http.Request, agent acd.Agent, l login.New) error {
	raw := make([]byte, 32)
	if _, err := rand.Read(raw); err != nil {
		return err
	}
	token := base64.RawURLEncoding.EncodeToString(raw)
	l.TokenHash, l.Agent, l.Expires = tokenHash(token), agent.ID, time.Now().Add(login.Life)
	l.Address, l.Browser = edge.SiteName(r.RemoteAddr), browserOf(r)
	if err := d.Store.AddLogin(r.Context(), l); err != nil {
		return err
	}
	http.SetCookie(w, &http.Cookie{Name: cookieName, Value: token, Path: "/", Expires: l.Expires, Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode})
	return nil
}

func (d *Desk) logOut(w http.ResponseWriter, r *http.Request) {
	_, token, err := d.loggedIn(r)
	if err != nil {
		d.fail(w, err)
		return
	}
	if err := d.endLogin(r.Context(), token, ""); err != nil && !errors.Is(err, acd.ErrNoAgent) {
		d.fail(w, err)
		return
	}
	d.hub.closeLogin(string(token))
	http.SetCookie(w, &http.Cookie{Name: cookieName, Path: "/", MaxAge: -1, Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode})
	w.WriteHeader(http.StatusNoContent)
}

func (d *Desk) me(w http.ResponseWriter, r *http.Request) {
	agent, _, err := d.loggedIn(r)
	if err != nil {
		d.fail(w, err)
		return
	}
	me := agentJSON(agent)
	me["second_factor"] = d.factorJSON(agent)
	d.answer(w, me)
}

// agentOf gives whose request it is, and the hash of the login's token. Whoever is to set up a second factor first does nothing else.
func (d *Desk) agentOf(r *http.Request) (acd.Agent, []byte, error) {
	agent, token, err := d.loggedIn(r)
	if err == nil && d.mustEnrol(agent) {
		err = errEnrol
	}
	return agent, token, err
}

// loggedIn is agentOf for what is done before a second factor is set up.
func (d *Desk) loggedIn(r *http.Request) (acd.Agent, []byte, error) {
	cookie, err := r.Cookie(cookieName)
	if err != nil {
		return acd.Agent{}, nil, errLoggedIn
	}
	token := tokenHash(cookie.Value)
	agent, err := d.Store.AgentOfLogin(r.Context(), token)
	if errors.Is(err, acd.ErrNoAgent) {
		err = errLoggedIn
	}
	return agent, token, err
}

func tokenHash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}
