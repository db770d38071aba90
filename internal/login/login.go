// Package login is an agent's login at a desk: one browser that has shown who it is for, and for how long. It knows no storage and no
// protocol.
package login

import (
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"time"
)

// The limits of a login.
const (
	// Life is a shift with its breaks: the absolute limit.
	Life = 12 * time.Hour
	// Idle is the time without a sign of life after which a login ends. A page that is connected is a sign of life, so only a login
	// whose pages are closed grows idle.
	Idle = 2 * time.Hour
	// Touch is how old a noted sign of life may be before a newer one is noted.
	Touch = time.Minute
	// InvitationLife is how long a link counts by which a password is set.
	InvitationLife = 24 * time.Hour
)

// ErrUnknown says that there is no such login, or that it has ended.
var ErrUnknown = errors.New("no such login, or it has ended")

// Login is one, as its owner and an administrator see it. The id is not the token's hash.
type Login struct {
	ID      string
	At      time.Time
	SeenAt  time.Time // the last sign of life, a minute old at most while a page is connected
	Expires time.Time
	Address string // or network of addresses
	Browser string // as it names itself, or ""
	Current bool   // it is the one that asks
}

// New is a login that begins.
type New struct {
	TokenHash []byte
	Agent     int64
	Epoch     int64 // of the agent's credentials, as they were when they were checked
	Expires   time.Time
	Address   string
	Browser   string
	Proved    bool   // the second factor was given
	Session   string // of the identity provider, or ""
}

// Credentials are what an agent's login is checked against.
type Credentials struct {
	PasswordHash string
	Epoch        int64 // rises with everything that ends all logins
	Locked       bool
	Federal      bool // the account logs in by single sign-on, and by no password
}

// NewInvitation makes the fragment of a link to set a password, and the hash that the store keeps. A browser sends no fragment: no server or
// proxy logs it.
func NewInvitation() (fragment string, hash []byte) {
	token := rand.Text() + rand.Text()
	sum := sha256.Sum256([]byte(token))
	return "invitation=" + token, sum[:]
}
