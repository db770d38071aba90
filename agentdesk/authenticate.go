package agentdesk

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/edge"
	"okno/internal/fault"
	"okno/internal/floor"
	"okno/internal/guess"
	"okno/internal/login"
)

// deviceCookie names a browser from which somebody has logged in. It opens nothing: it only tells the owner from who guesses.
const deviceCookie = "__Host-okno-device"

// deviceOf gives a browser's token, or a new one for a browser that has none.
func deviceOf(r *http.Request) string {
	if cookie, err := r.Cookie(deviceCookie); err == nil && len(cookie.Value) == len(rand.Text()) {
		return cookie.Value
	}
	return rand.Text()
}

// given is what somebody gives to be known by.
type given struct {
	password, code string
	key            *signed // by a key, in the place of a code
	passwordOnly   bool    // the second factor is not asked for
}

// authenticate gives whose login and password they are. errLogin, *guess.SlowDown, fault.Unavailable. It tells a stranger nothing of
// which logins there are, by its answers or by its time.
func (d *Desk) authenticate(ctx context.Context, a guess.Attempt, g given) (acd.Agent, login.Credentials, error) {
	var known login.Credentials
	keys, err := d.Store.BeginGuess(ctx, a, d.Clock())
	if err != nil {
		return acd.Agent{}, known, err
	}
	end := func(o guess.Outcome, subject string) error {
		// Whoever goes away in between has guessed all the same.
		return d.Store.EndGuess(context.WithoutCancel(ctx), a, keys, o, subject, d.Clock())
	}
	agent, known, err := d.Store.AgentByLogin(ctx, a.Account)
	if err != nil && !errors.Is(err, acd.ErrNoAgent) {
		return agent, known, errors.Join(err, end(guess.Unasked, ""))
	}
	subject := ""
	if err == nil {
		subject = floor.By(agent.ID)
	}
	matches, busy := d.Passwords.Matches(ctx, known.PasswordHash, g.password)
	switch {
	case busy != nil:
		return agent, known, errors.Join(busy, end(guess.Unasked, ""))
	case !matches || err != nil || known.Locked || known.Federal:
		return agent, known, errors.Join(errLogin, end(guess.Wrong, subject))
	}
	if agent.Enrolled && !g.passwordOnly {
		switch err := d.takeFactor(ctx, agent, g.code, g.key); {
		case wrongFactor(err):
			return agent, known, errors.Join(err, end(guess.Wrong, subject))
		case err != nil: // the password alone opens nothing and makes up for nothing
			return agent, known, errors.Join(err, end(guess.Unasked, subject))
		}
	}
	return agent, known, end(guess.Right, subject)
}

var errBodySize error = &fault.Error{Kind: fault.Invalid, Field: "body", Text: "the body is too large"}

// bodyError is what is said of a body that could not be read.
func bodyError(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.Is(err, edge.ErrJSON) {
		return errBody
	}
	if errors.As(err, &tooLarge) {
		return errBodySize
	}
	return err
}

// allowed gives who asks, if that agent may do an act that nothing has to tie to the own work.
func (d *Desk) allowed(r *http.Request, act access.Act) (acd.Agent, error) {
	agent, _, err := d.agentOf(r)
	if err == nil {
		err = access.May(floor.Subject(agent), act, access.Untied)
	}
	return agent, err
}
