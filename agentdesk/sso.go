package agentdesk

import (
	"context"
	"encoding/base64"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"okno/internal/acd"
	"okno/internal/edge"
	"okno/internal/fault"
	"okno/internal/login"
)

const (
	// journeyCookie is what a browser keeps while it is at the identity provider. It is Lax: the way back is a link of another site.
	journeyCookie = "__Host-okno-sso"
	callbackPath  = "/desk/sso/callback"
	// journeyLife is how long a browser may take at the provider; the journey itself says when it began. A state is remembered for twice that.
	journeyLife = 10 * time.Minute
)

// SSO logs people in at an identity provider. sso.SSO does. An error of kind unavailable says that the provider is away.
type SSO interface {
	// Begin gives where to send a browser, and what it keeps until it comes back; again wants the person to be asked anew.
	Begin(ctx context.Context, again bool) (to string, kept []byte, err error)
	// Finish gives who came back, the groups, and the state, which counts once. login.ErrRefused.
	Finish(ctx context.Context, kept []byte, query url.Values) (who login.Identity, groups []string, state string, err error)
	// Grant gives what groups open. login.ErrNoGroup.
	Grant(groups []string) (login.Grant, error)
	// LoggedOut gives whom the provider has logged out, and the id of its word, which counts once. login.ErrRefused.
	LoggedOut(ctx context.Context, token string) (who login.Identity, id string, err error)
}

type identities interface {
	// SettleIdentity gives the account of an identity as its groups now have it; a grant that is nil ends its logins. state counts once.
	// login.ErrRefused, login.ErrNoGroup.
	SettleIdentity(ctx context.Context, who login.Identity, grant *login.Grant, state string, lasting time.Duration) (acd.Agent, login.Credentials, error)
	// EndIdentity ends all logins of whom the provider has logged out, and gives the agent, or 0. login.ErrRefused.
	EndIdentity(ctx context.Context, who login.Identity, id string, lasting time.Duration) (agent int64, err error)
}

// ways says by which ways one can log in here.
func (d *Desk) ways(w http.ResponseWriter, _ *http.Request) { d.answer(w, object{"sso": d.SSO != nil}) }

// beginSSO gives the address at the provider to which the page goes.
func (d *Desk) beginSSO(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Again bool `json:"again"` // the person is asked anew, for an act that wants a second factor
	}
	if err := edge.ReadJSON(w, r, 1<<10, false, &body); err != nil {
		d.fail(w, bodyError(err))
		return
	}
	to, kept, err := d.SSO.Begin(r.Context(), body.Again)
	if err != nil {
		d.failSSO(w, err)
		return
	}
	http.SetCookie(w, &http.Cookie{Name: journeyCookie, Value: base64.RawURLEncoding.EncodeToString(kept), Path: "/", MaxAge: int(journeyLife.Seconds()),
		Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	d.answer(w, object{"to": to})
}

// failSSO is fail, with the reason in the log: the browser learns none.
func (d *Desk) failSSO(w http.ResponseWriter, err error) {
	d.Log.Warn().Err(err).Msg("single sign-on")
	d.fail(w, err)
}

// finishSSO takes a browser that comes back from the provider, and sends it on to the desk, with the code of what was wrong.
func (d *Desk) finishSSO(w http.ResponseWriter, r *http.Request) {
	err := d.enterBySSO(w, r)
	http.SetCookie(w, &http.Cookie{Name: journeyCookie, Path: "/", MaxAge: -1, Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	to, status := "/desk/", http.StatusOK
	if err != nil {
		d.Log.Warn().Err(err).Msg("single sign-on")
		var code string
		code, _, status = codeOf(err)
		to += "#sso=" + url.QueryEscape(code)
	}
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", strconv.Itoa(2))
	}
	// A page of our own that goes on, and not a redirect: the cookie is Strict, and is not sent along a chain that another site began.
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	to = html.EscapeString(to)
	_, _ = fmt.Fprintf(w, `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=%s"><a href="%s">Okno</a>`, to, to)
}

func (d *Desk) enterBySSO(w http.ResponseWriter, r *http.Request) error {
	cookie, err := r.Cookie(journeyCookie)
	if err != nil {
		return login.ErrRefused
	}
	kept, err := base64.RawURLEncoding.DecodeString(cookie.Value)
	if err != nil {
		return login.ErrRefused
	}
	who, groups, state, err := d.SSO.Finish(r.Context(), kept, r.URL.Query())
	if err != nil {
		return err
	}
	var opens *login.Grant
	if grant, err := d.SSO.Grant(groups); err == nil {
		opens = &grant
	}
	agent, known, err := d.Store.SettleIdentity(r.Context(), who, opens, state, 2*journeyLife)
	switch {
	case err != nil:
		return err
	case known.Locked:
		return login.ErrLocked
	case !who.Strong && slices.Contains(d.SecondFactor, agent.Role):
		return login.ErrWeak
	}
	return d.enter(w, r, agent, login.New{Epoch: known.Epoch, Proved: who.Strong, Session: who.Session})
}

// loggedOutAtProvider ends the logins of whom the provider has logged out (OpenID Connect Back-Channel Logout 1.0, section 2.7).
func (d *Desk) loggedOutAtProvider(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
	if err := r.ParseForm(); err != nil || r.PostForm.Get("logout_token") == "" {
		d.fail(w, errBody)
		return
	}
	who, id, err := d.SSO.LoggedOut(r.Context(), r.PostForm.Get("logout_token"))
	var agent int64
	if err == nil {
		agent, err = d.Store.EndIdentity(r.Context(), who, id, 2*journeyLife)
	}
	if err != nil {
		if fault.KindOf(err) != fault.Unavailable { // the specification wants 400
			d.Log.Warn().Err(err).Msg("back-channel logout")
			err = errBody
		}
		d.fail(w, err)
		return
	}
	if agent != 0 {
		d.depart(r.Context(), agent)
	}
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
}
