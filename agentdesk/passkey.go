package agentdesk

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"unicode/utf8"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/edge"
	"okno/internal/fault"
	"okno/internal/floor"
	"okno/internal/guess"
	"okno/internal/login"
	"okno/internal/passkey"
	"okno/internal/totp"
)

// Passkeys holds ceremonies with security keys. passkey.Keys does.
type Passkeys interface {
	BeginCreate(o passkey.Owner, known []passkey.Key) (options any, kept []byte, err error)
	// FinishCreate gives the key, and the challenge, which counts once. passkey.ErrWrong.
	FinishCreate(o passkey.Owner, kept, response []byte) (key passkey.Key, challenge string, err error)
	// BeginUse is for a second factor. passkey.ErrNone.
	BeginUse(o passkey.Owner, known []passkey.Key) (options any, kept []byte, err error)
	// FinishUse gives the key that has signed, and the challenge, which counts once. passkey.ErrWrong.
	FinishUse(o passkey.Owner, known []passkey.Key, kept, response []byte) (key passkey.Key, challenge string, err error)
}

type passkeys interface {
	PasskeysOf(ctx context.Context, agent int64) ([]passkey.Key, error)
	// UsePasskey takes what a key has signed, once. passkey.ErrWrong, passkey.ErrCloned.
	UsePasskey(ctx context.Context, agent int64, k passkey.Key, challenge string) error
}

type passkeyWork interface {
	// AddPasskey keeps a key, and the recovery codes if the agent has none: then given is true. passkey.ErrKnown, passkey.ErrWrong.
	AddPasskey(ctx context.Context, agent int64, k passkey.Key, challenge string, recovery [][]byte, tokenHash []byte) (given bool, err error)
	// RemovePasskey removes a key, unless it is the last second factor. passkey.ErrLast.
	RemovePasskey(ctx context.Context, agent int64, id string) error
}

// Limits of what a page sends: a browser's answer is some hundred bytes, with an attestation a few thousand.
const (
	mostCeremony = 32 << 10
	mostKeyName  = 60 // characters
	mostKeys     = 10 // an agent
)

var (
	errNoPasskeys error = &fault.Error{Kind: fault.Unavailable, Text: "this node sets up no keys"}
	errManyKeys   error = &fault.Error{Kind: fault.Conflict, Text: "ten keys are enough; remove one first"}
	errKeyName    error = &fault.Error{Kind: fault.Invalid, Field: "name", Text: "a name of 1 to 60 characters"}
)

// signed is what a page brings back from a ceremony.
type signed struct {
	Kept     []byte          `json:"kept"` // base64
	Response json.RawMessage `json:"response"`
}

func ownerOf(a acd.Agent) passkey.Owner {
	return passkey.Owner{Agent: a.ID, Login: a.Login, Name: a.Name}
}

// mayFactor is for what changes second factors: whoever has one gives it first.
func mayFactor(a acd.Agent) error {
	if a.Federal {
		return login.ErrFederal
	}
	if a.Enrolled && a.Proof.Strength < access.SecondFactor {
		return access.ErrSecondFactor
	}
	return nil
}

func (d *Desk) listPasskeys(w http.ResponseWriter, r *http.Request) {
	agent, _, err := d.loggedIn(r)
	var known []passkey.Key
	if err == nil {
		known, err = d.Store.PasskeysOf(r.Context(), agent.ID)
	}
	if err != nil {
		d.fail(w, err)
		return
	}
	found := make([]object, 0, len(known))
	for _, k := range known {
		found = append(found, object{"id": k.ID, "name": k.Name, "at": when(k.At), "used_at": when(k.UsedAt)})
	}
	d.answer(w, object{"passkeys": found, "offered": d.Passkeys != nil})
}

func (d *Desk) beginPasskey(w http.ResponseWriter, r *http.Request) {
	agent, _, err := d.loggedIn(r)
	if err == nil {
		err = mayFactor(agent)
	}
	if err == nil && (d.Passkeys == nil || d.Factor == nil) {
		err = errNoPasskeys
	}
	var options any
	var kept []byte
	if err == nil {
		var known []passkey.Key
		if known, err = d.Store.PasskeysOf(r.Context(), agent.ID); err == nil && len(known) >= mostKeys {
			err = errManyKeys
		}
		if err == nil {
			options, kept, err = d.Passkeys.BeginCreate(ownerOf(agent), known)
		}
	}
	if err != nil {
		d.fail(w, err)
		return
	}
	d.answer(w, object{"options": options, "kept": kept})
}

// addPasskey keeps a key that a browser has made, and gives recovery codes with the first second factor, once.
func (d *Desk) addPasskey(w http.ResponseWriter, r *http.Request) {
	agent, token, err := d.loggedIn(r)
	if err == nil {
		err = mayFactor(agent)
	}
	if err == nil && (d.Passkeys == nil || d.Factor == nil) {
		err = errNoPasskeys
	}
	if err != nil {
		d.fail(w, err)
		return
	}
	var body struct {
		signed
		Name string `json:"name"`
	}
	if err := edge.ReadJSON(w, r, mostCeremony, false, &body); err != nil {
		d.fail(w, bodyError(err))
		return
	}
	name := strings.TrimSpace(body.Name)
	if name == "" || utf8.RuneCountInString(name) > mostKeyName {
		d.fail(w, errKeyName)
		return
	}
	key, challenge, err := d.Passkeys.FinishCreate(ownerOf(agent), body.Kept, body.Response)
	if err != nil {
		d.failKey(w, agent, err)
		return
	}
	key.Name = name
	recovery := totp.NewRecovery()
	hashes := make([][]byte, 0, len(recovery))
	for _, code := range recovery {
		hashes = append(hashes, d.Factor.RecoveryHash(agent.ID, code))
	}
	var given bool
	err = d.Units(r.Context(), func(w Work) (err error) {
		given, err = w.AddPasskey(r.Context(), agent.ID, key, challenge, hashes, token)
		return err
	})
	if err != nil {
		d.failKey(w, agent, err)
		return
	}
	if !given {
		recovery = []string{}
	}
	d.answer(w, object{"recovery": recovery})
}

func (d *Desk) removePasskey(w http.ResponseWriter, r *http.Request) {
	agent, _, err := d.agentOf(r)
	if err == nil {
		err = mayFactor(agent)
	}
	if err == nil {
		err = d.Units(r.Context(), func(w Work) error { return w.RemovePasskey(r.Context(), agent.ID, r.PathValue("id")) })
	}
	d.done(w, err)
}

// failKey is fail, with the library's reason in the log.
func (d *Desk) failKey(w http.ResponseWriter, a acd.Agent, err error) {
	d.Log.Warn().Err(err).Int64("agent", a.ID).Msg("passkey")
	d.fail(w, err)
}

// beginUse answers with what a key of the agent's is to sign.
func (d *Desk) beginUse(w http.ResponseWriter, r *http.Request, agent acd.Agent) {
	err := errNoPasskeys
	var options any
	var kept []byte
	if d.Passkeys != nil {
		var known []passkey.Key
		if known, err = d.Store.PasskeysOf(r.Context(), agent.ID); err == nil {
			options, kept, err = d.Passkeys.BeginUse(ownerOf(agent), known)
		}
	}
	if err != nil {
		d.fail(w, err)
		return
	}
	d.answer(w, object{"options": options, "kept": kept})
}

// takeKey takes what a key of an agent's has signed: once, on whichever node. passkey.ErrWrong, passkey.ErrCloned.
func (d *Desk) takeKey(ctx context.Context, agent acd.Agent, s signed) error {
	if d.Passkeys == nil {
		return errNoPasskeys
	}
	known, err := d.Store.PasskeysOf(ctx, agent.ID)
	if err != nil {
		return err
	}
	key, challenge, err := d.Passkeys.FinishUse(ownerOf(agent), known, s.Kept, s.Response)
	if err != nil {
		return err
	}
	return d.Store.UsePasskey(ctx, agent.ID, key, challenge)
}

// logInOptions gives what a key is to sign to whoever has the password. It counts as a login that is tried.
func (d *Desk) logInOptions(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Login    string `json:"login"`
		Password string `json:"password"`
	}
	if err := edge.ReadJSON(w, r, 4<<10, false, &body); err != nil {
		d.fail(w, bodyError(err))
		return
	}
	// Without the second factor the password makes up for no wrong one: the attempt is left as one that was not looked at.
	attempt := guess.Attempt{Way: guess.Desk, Account: body.Login, Address: edge.SiteName(r.RemoteAddr), Device: deviceOf(r)}
	agent, _, err := d.authenticate(r.Context(), attempt, given{password: body.Password})
	if err == nil || !errors.Is(err, totp.ErrWanted) {
		if err == nil { // no second factor is set up
			err = passkey.ErrNone
		}
		d.fail(w, err)
		return
	}
	d.beginUse(w, r, agent)
}

func (d *Desk) proveOptions(w http.ResponseWriter, r *http.Request) {
	agent, _, err := d.agentOf(r)
	if err != nil {
		d.fail(w, err)
		return
	}
	d.beginUse(w, r, agent)
}

// wrongFactor says whether somebody has guessed a second factor, and wrongly.
func wrongFactor(err error) bool {
	return errors.Is(err, totp.ErrWrong) || errors.Is(err, passkey.ErrWrong) || errors.Is(err, passkey.ErrCloned)
}

// takeFactor takes a code, or what a key has signed. totp.ErrWanted for neither.
func (d *Desk) takeFactor(ctx context.Context, agent acd.Agent, code string, key *signed) error {
	switch {
	case key != nil:
		return d.takeKey(ctx, agent, *key)
	case code == "":
		return totp.ErrWanted
	}
	err := d.takeCode(ctx, agent.ID, code)
	if errors.Is(err, totp.ErrNone) { // keys only: what was typed is no code of theirs
		err = totp.ErrWrong
	}
	if err != nil && !errors.Is(err, totp.ErrWrong) {
		d.Log.Warn().Err(err).Str("by", floor.By(agent.ID)).Msg("second factor")
	}
	return err
}
