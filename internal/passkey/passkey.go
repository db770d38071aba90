// Package passkey takes security keys and passkeys as a second factor (Web Authentication Level 3). It knows the protocol and no storage:
// what a ceremony is to remember is sealed and goes to the page and back, and its challenge is to be taken once.
package passkey

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"okno/internal/seal"
)

// CeremonyLife is how long somebody may take to touch the key.
const CeremonyLife = 5 * time.Minute

// The reasons for which a key is not taken.
var (
	ErrWrong  = errors.New("the key was not taken; try again")
	ErrNone   = errors.New("there is no key of yours for this host")
	ErrCloned = errors.New("the key counts backwards: there may be a copy of it")
	ErrKnown  = errors.New("this key is set up already")
	ErrLast   = errors.New("it is your only second factor; set up another one first")
)

// Owner is whose key it is.
type Owner struct {
	Agent int64
	Login string
	Name  string
}

// Key is a key that is set up.
type Key struct {
	ID     string // by which its owner and Okno name it
	Name   string
	At     time.Time
	UsedAt time.Time // zero: never
	Handle []byte    // the credential's id
	Site   string
	Record json.RawMessage
	Uses   uint32 // the authenticator's count; 0: it does not count
}

// Site is for whom keys are made: the id of the relying party, and the origins of its pages.
type Site struct {
	ID      string
	Origins []string
}

// Keys holds ceremonies for one site.
type Keys struct {
	site  string
	web   *webauthn.WebAuthn
	key   seal.DataKeys
	clock func() time.Time
}

// New makes the relying party. keys are 32 secret bytes each, the same on all nodes: the first seals, all open.
func New(s Site, keys [][]byte, clock func() time.Time) (*Keys, error) {
	web, err := webauthn.New(&webauthn.Config{RPID: s.ID, RPDisplayName: "Okno", RPOrigins: s.Origins,
		AttestationPreference:  protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{UserVerification: protocol.VerificationRequired, ResidentKey: protocol.ResidentKeyRequirementDiscouraged}})
	if err != nil {
		return nil, fmt.Errorf("passkeys for %s: %w", s.ID, err)
	}
	sealing, err := seal.DataKeysOf(keys...)
	if err != nil {
		return nil, fmt.Errorf("make the key of ceremonies: %w", err)
	}
	return &Keys{site: s.ID, web: web, key: sealing, clock: clock}, nil
}

// user is an owner as the library wants one.
type user struct {
	Owner
	known []webauthn.Credential
}

func (u user) WebAuthnID() []byte {
	sum := sha256.Sum256(fmt.Appendf(nil, "okno agent:%d", u.Agent))
	return sum[:]
}
func (u user) WebAuthnName() string                       { return u.Login }
func (u user) WebAuthnDisplayName() string                { return u.Name }
func (u user) WebAuthnCredentials() []webauthn.Credential { return u.known }

// userWith gives an owner with the keys that were made for this site.
func (k *Keys) userWith(o Owner, known []Key) (u user, err error) {
	u.Owner = o
	for _, key := range known {
		if key.Site != k.site {
			continue
		}
		var c webauthn.Credential
		if err := json.Unmarshal(key.Record, &c); err != nil {
			return u, fmt.Errorf("read passkey %s: %w", key.ID, err)
		}
		c.Authenticator.SignCount = key.Uses
		u.known = append(u.known, c)
	}
	return u, nil
}

// What a ceremony is for, and whose: what was sealed for one does not open for another.
func place(what string, o Owner) string { return fmt.Sprintf("passkey %s agent:%d", what, o.Agent) }

func (k *Keys) keep(what string, o Owner, session *webauthn.SessionData) ([]byte, error) {
	session.Expires = k.clock().Add(CeremonyLife)
	plain, err := json.Marshal(session)
	if err != nil {
		return nil, err
	}
	return k.key.Seal(place(what, o), plain), nil
}

func (k *Keys) open(what string, o Owner, kept []byte) (session webauthn.SessionData, err error) {
	plain, err := k.key.Open(place(what, o), kept)
	if err == nil {
		err = json.Unmarshal(plain, &session)
	}
	if err != nil || k.clock().After(session.Expires) {
		return session, ErrWrong
	}
	session.Expires = time.Time{} // the library has another clock
	return session, nil
}

// BeginCreate gives what a page asks its browser to make, and what the page brings back with it.
func (k *Keys) BeginCreate(o Owner, known []Key) (options any, kept []byte, err error) {
	u, err := k.userWith(o, known)
	if err != nil {
		return nil, nil, err
	}
	not := make([]protocol.CredentialDescriptor, 0, len(u.known))
	for _, c := range u.known {
		not = append(not, c.Descriptor())
	}
	creation, session, err := k.web.BeginRegistration(u, webauthn.WithExclusions(not))
	if err != nil {
		return nil, nil, fmt.Errorf("begin to make a passkey: %w", err)
	}
	kept, err = k.keep("create", o, session)
	return creation.Response, kept, err
}

// FinishCreate gives the key that a browser has made, and the challenge, which is to be taken once. ErrWrong.
func (k *Keys) FinishCreate(o Owner, kept, response []byte) (key Key, challenge string, err error) {
	session, err := k.open("create", o, kept)
	if err != nil {
		return key, "", err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(response)
	if err != nil {
		return key, "", wrong(err)
	}
	made, err := k.web.CreateCredential(user{Owner: o}, session, parsed)
	if err != nil {
		return key, "", wrong(err)
	}
	if !made.Flags.UserVerified {
		return key, "", wrong(errors.New("the user was not verified"))
	}
	made.Attestation = webauthn.CredentialAttestation{} // it was not asked for, and may name the device
	record, err := json.Marshal(made)
	if err != nil {
		return key, "", err
	}
	return Key{Handle: made.ID, Site: k.site, Record: record, Uses: made.Authenticator.SignCount}, session.Challenge, nil
}

// BeginUse gives what a page asks its browser to sign, and what the page brings back with it. ErrNone.
func (k *Keys) BeginUse(o Owner, known []Key) (options any, kept []byte, err error) {
	u, err := k.userWith(o, known)
	if err != nil {
		return nil, nil, err
	}
	if len(u.known) == 0 {
		return nil, nil, ErrNone
	}
	assertion, session, err := k.web.BeginLogin(u)
	if err != nil {
		return nil, nil, fmt.Errorf("begin to use a passkey: %w", err)
	}
	kept, err = k.keep("use", o, session)
	return assertion.Response, kept, err
}

// FinishUse gives the key that has signed, with its new count and record, and the challenge, which is to be taken once. ErrWrong.
// Whether the count has gone up is for the store to say, which knows what another node has taken meanwhile: ErrCloned.
func (k *Keys) FinishUse(o Owner, known []Key, kept, response []byte) (key Key, challenge string, err error) {
	session, err := k.open("use", o, kept)
	if err != nil {
		return key, "", err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(response)
	if err != nil {
		return key, "", wrong(err)
	}
	u, err := k.userWith(o, known)
	if err != nil {
		return key, "", err
	}
	used, err := k.web.ValidateLogin(u, session, parsed)
	if err != nil {
		return key, "", wrong(err)
	}
	if !parsed.Response.AuthenticatorData.Flags.HasUserVerified() {
		return key, "", wrong(errors.New("the user was not verified"))
	}
	for _, key := range known {
		if !bytes.Equal(key.Handle, used.ID) || key.Site != k.site {
			continue
		}
		used.Authenticator.CloneWarning = false // the store compares the counts, once the challenge is taken
		if key.Record, err = json.Marshal(used); err != nil {
			return key, "", err
		}
		key.Uses = parsed.Response.AuthenticatorData.Counter
		return key, session.Challenge, nil
	}
	return key, "", ErrWrong
}

func wrong(why error) error { return fmt.Errorf("%w: %w", ErrWrong, why) }
