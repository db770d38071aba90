package agentdesk

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"okno/internal/acd"
	"okno/internal/edge"
	"okno/internal/fault"
	"okno/internal/floor"
	"okno/internal/guess"
	"okno/internal/login"
	"okno/internal/totp"
)

// Factor seals the secrets of authenticators. [totp.Vault] does.
type Factor interface {
	Seal(agent int64, secret string) ([]byte, error)
	Open(agent int64, sealed []byte) (string, error)
	RecoveryHash(agent int64, code string) []byte
	RecoveryHashes(agent int64, code string) [][]byte
}

type factors interface {
	// FactorOf gives an agent's sealed secret: the confirmed one, or the one that is being set up. totp.ErrNone.
	FactorOf(ctx context.Context, agent int64, confirmed bool) ([]byte, error)
	// TakeStep takes the code of a step, and says whether it and no newer one was taken before.
	TakeStep(ctx context.Context, agent, step int64) (bool, error)
	// TakeRecovery takes a recovery code that has one of the hashes, and says whether there is such a one that was not taken before.
	TakeRecovery(ctx context.Context, agent int64, hashes [][]byte) (bool, error)
}

type factorWork interface {
	// BeginFactor keeps a secret that is being set up. totp.ErrEnrolled.
	BeginFactor(ctx context.Context, agent int64, sealed []byte) error
	// ConfirmFactor makes it the second factor. totp.ErrNone when the secret is another one by now.
	ConfirmFactor(ctx context.Context, agent int64, sealed []byte, step int64, recovery [][]byte, tokenHash []byte) error
	// ProveLogin notes that the second factor was given in a login.
	ProveLogin(ctx context.Context, tokenHash []byte) error
}

var (
	errEnrol           = errors.New("set up a second factor first")
	errNoFactors error = &fault.Error{Kind: fault.Unavailable, Text: "this node sets up no second factors"}
)

// mustEnrol says whether an agent is to set up a second factor before anything else.
func (d *Desk) mustEnrol(a acd.Agent) bool {
	return !a.Enrolled && slices.Contains(d.SecondFactor, a.Role)
}

// takeCode takes a code of an agent's second factor, or a recovery code: once, on whichever node. totp.ErrWrong.
func (d *Desk) takeCode(ctx context.Context, agent int64, code string) error {
	if d.Factor == nil {
		return errNoFactors
	}
	taken := false
	if totp.IsRecovery(code) {
		var err error
		if taken, err = d.Store.TakeRecovery(ctx, agent, d.Factor.RecoveryHashes(agent, code)); err != nil {
			return err
		}
	} else {
		sealed, err := d.Store.FactorOf(ctx, agent, true)
		if err != nil {
			return err
		}
		secret, err := d.Factor.Open(agent, sealed)
		if err != nil {
			return err
		}
		if step, ok := totp.Step(secret, code, d.Clock()); ok {
			if taken, err = d.Store.TakeStep(ctx, agent, step); err != nil {
				return err
			}
		}
	}
	if !taken {
		return totp.ErrWrong
	}
	return nil
}

// beginFactor makes a secret for whoever asks, and shows it once.
func (d *Desk) beginFactor(w http.ResponseWriter, r *http.Request) {
	agent, _, err := d.loggedIn(r)
	if err == nil && agent.Federal {
		err = login.ErrFederal
	}
	if err == nil {
		err = mayFactor(agent)
	}
	if err == nil && d.Factor == nil {
		err = errNoFactors
	}
	var secret, uri string
	if err == nil {
		secret, uri, err = totp.NewSecret(agent.Login)
	}
	var code totp.QR
	if err == nil {
		code, err = totp.NewQR(uri)
	}
	var sealed []byte
	if err == nil {
		sealed, err = d.Factor.Seal(agent.ID, secret)
	}
	if err == nil {
		err = d.Units(r.Context(), func(w Work) error { return w.BeginFactor(r.Context(), agent.ID, sealed) })
	}
	if err != nil {
		d.fail(w, err)
		return
	}
	d.answer(w, object{"secret": secret, "uri": uri, "qr": code})
}

// confirmFactor makes the secret the second factor of whoever shows a code of it, and gives the recovery codes, once.
func (d *Desk) confirmFactor(w http.ResponseWriter, r *http.Request) {
	agent, token, err := d.loggedIn(r)
	if err == nil && d.Factor == nil {
		err = errNoFactors
	}
	if err != nil {
		d.fail(w, err)
		return
	}
	code, err := readCode(w, r)
	var recovery []string
	if err == nil {
		recovery, err = d.confirm(r.Context(), agent, token, code)
	}
	if err != nil {
		d.fail(w, err)
		return
	}
	d.answer(w, object{"recovery": recovery})
}

func (d *Desk) confirm(ctx context.Context, agent acd.Agent, token []byte, code string) ([]string, error) {
	sealed, err := d.Store.FactorOf(ctx, agent.ID, false)
	if err != nil {
		return nil, err
	}
	secret, err := d.Factor.Open(agent.ID, sealed)
	if err != nil {
		return nil, err
	}
	step, ok := totp.Step(secret, code, d.Clock())
	if !ok {
		return nil, totp.ErrWrong
	}
	recovery := totp.NewRecovery()
	hashes := make([][]byte, 0, len(recovery))
	for _, r := range recovery {
		hashes = append(hashes, d.Factor.RecoveryHash(agent.ID, r))
	}
	return recovery, d.Units(ctx, func(w Work) error { return w.ConfirmFactor(ctx, agent.ID, sealed, step, hashes, token) })
}

// proveFactor takes the second factor in a login that began without it.
func (d *Desk) proveFactor(w http.ResponseWriter, r *http.Request) {
	agent, token, err := d.agentOf(r)
	if err != nil {
		d.fail(w, err)
		return
	}
	var body struct {
		Code string  `json:"code"`
		Key  *signed `json:"key"`
	}
	if err := edge.ReadJSON(w, r, mostCeremony, false, &body); err != nil {
		d.fail(w, bodyError(err))
		return
	}
	err = d.counted(r, agent, func() error { return d.takeFactor(r.Context(), agent, body.Code, body.Key) })
	if err == nil {
		err = d.Units(r.Context(), func(w Work) error { return w.ProveLogin(r.Context(), token) })
	}
	d.done(w, err)
}

// counted counts a code that is tried as a password is.
func (d *Desk) counted(r *http.Request, agent acd.Agent, try func() error) error {
	a := guess.Attempt{Way: guess.Desk, Account: agent.Login, Address: edge.SiteName(r.RemoteAddr), Device: deviceOf(r)}
	keys, err := d.Store.BeginGuess(r.Context(), a, d.Clock())
	if err != nil {
		return err
	}
	err = try()
	outcome := guess.Unasked // one right code makes up for no wrong password
	if wrongFactor(err) {
		outcome = guess.Wrong
	}
	return errors.Join(err, d.Store.EndGuess(context.WithoutCancel(r.Context()), a, keys, outcome, floor.By(agent.ID), d.Clock()))
}

func readCode(w http.ResponseWriter, r *http.Request) (string, error) {
	var body struct {
		Code string `json:"code"`
	}
	if err := edge.ReadJSON(w, r, 1<<10, false, &body); err != nil {
		return "", bodyError(err)
	}
	return body.Code, nil
}

// factorJSON is how the second factor of a login stands.
func (d *Desk) factorJSON(a acd.Agent) object {
	var at any
	if !a.Proof.At.IsZero() {
		at = a.Proof.At.UTC().Format(time.RFC3339)
	}
	return object{"enrolled": a.Enrolled, "wanted": d.mustEnrol(a), "proved_at": at, "federal": a.Federal}
}
