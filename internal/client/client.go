// Package client says who calls the API, and what each may do: a portal, a kiosk, an agency's system. It is pure; the store keeps
// clients and keys.
package client

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/netip"
	"regexp"
	"slices"
	"time"

	"okno/internal/fault"
	"okno/internal/notification"
	"okno/internal/otp"
)

// Scope is a part of the API that a client may use.
type Scope string

// The scopes.
const (
	OTP       Scope = "otp"        // send and verify one-time passwords
	OTPReport Scope = "otp.report" // see how many of its own were delivered and verified
	Catalogue Scope = "catalogue"  // read services
	Cases     Scope = "cases"      // open cases for citizens in its sessions, and see how those stand
	Exchange  Scope = "exchange"   // report on the cases of its agency
	Notices   Scope = "notices"    // send notices to citizens
	Webhooks  Scope = "webhooks"   // see what it was told, and have it told again
	// Appointments is to book appointments for citizens in its sessions, and to see and change those that the citizens have.
	Appointments Scope = "appointments"
	Identity     Scope = "identity" // bind numbers and set up PINs and authenticators of citizens in its sessions
)

// Scopes lists them.
var Scopes = []Scope{OTP, OTPReport, Catalogue, Identity, Cases, Appointments, Exchange, Notices, Webhooks}

// DefaultScopes are those of a client that is added without any.
var DefaultScopes = []Scope{OTP, Catalogue}

// Client is a system that calls the API.
type Client struct {
	Name         string // in the journal, and as the audience of proofs
	Title        string // as citizens know it
	Scopes       []Scope
	Addresses    []netip.Prefix // from which it may call; none: from any
	Certificates []string       // SHA-256 of the client certificates of which it must show one; none: its key is enough
	Budget       int            // passwords a day; 0: none
	Suspended    bool
	Notices      notification.Settings
	Agency       string // whose system it is: it reports on the agency's cases; "": no agency's
}

// Key is one of a client's keys, without the key.
type Key struct {
	ID         int64
	CreatedAt  time.Time
	ExpiresAt  time.Time
	LastUsedAt time.Time // to the minute; zero: never
}

// Lifetime is how long a key lives unless somebody says otherwise; Overlap how long the key before it goes on.
const (
	Lifetime = 365 * 24 * time.Hour
	Overlap  = 24 * time.Hour
)

// Presented is what a caller shows.
type Presented struct {
	KeyHash     []byte
	Address     netip.Addr // of the caller, behind the proxies that are trusted
	Certificate string     // SHA-256 of the client certificate in hexadecimal; "": none was shown
}

// The reasons for which a caller is refused. They go into the journal: the caller is told none of them.
var (
	ErrUnknown     = errors.New("no such key")
	ErrExpired     = errors.New("the key has expired")
	ErrSuspended   = errors.New("the client is suspended")
	ErrAddress     = errors.New("the client may not call from this address")
	ErrCertificate = errors.New("the client did not show its certificate")
)

// Admit says whether a caller is the client whose key it shows.
func Admit(c Client, k Key, p Presented, now time.Time) error {
	address := p.Address.Unmap()
	switch {
	case c.Suspended:
		return ErrSuspended
	case !now.Before(k.ExpiresAt):
		return ErrExpired
	case len(c.Addresses) > 0 && !slices.ContainsFunc(c.Addresses, func(p netip.Prefix) bool { return p.Contains(address) }):
		return ErrAddress
	case len(c.Certificates) > 0 && !slices.Contains(c.Certificates, p.Certificate):
		return ErrCertificate
	}
	return nil
}

// May says whether the client has a scope.
func (c Client) May(s Scope) bool { return slices.Contains(c.Scopes, s) }

// NewKey makes a key of 256 random bits.
func NewKey() string {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails
	return base64.RawURLEncoding.EncodeToString(raw)
}

// Hash is the form in which a key is kept. A key is 256 random bits, so a plain hash is enough.
func Hash(key string) []byte {
	sum := sha256.Sum256([]byte(key))
	return sum[:]
}

// Fingerprint names a certificate by its DER.
func Fingerprint(der []byte) string {
	sum := sha256.Sum256(der)
	return hex.EncodeToString(sum[:])
}

var (
	nameForm        = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,62}$`)
	fingerprintForm = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

// wrong is an error that names the field.
func wrong(field, text string) error {
	return &fault.Error{Kind: fault.Invalid, Field: field, Text: text}
}

// Check says what is wrong with a client. The error names the field.
func (c Client) Check() error {
	switch {
	case !nameForm.MatchString(c.Name):
		return wrong("name", "a client's name is up to 63 letters, digits, spaces, dots and dashes")
	case c.Name == otp.Own:
		return wrong("name", "okno is Okno's own name")
	case c.Title == "" || len([]rune(c.Title)) > 40:
		return wrong("title", "title is missing, or longer than 40 letters")
	case c.Budget < 0:
		return wrong("budget", "budget is less than nothing")
	}
	if c.May(Exchange) != (c.Agency != "") {
		return wrong("agency", "the scope exchange and the agency go together")
	}
	for _, s := range c.Scopes {
		if !slices.Contains(Scopes, s) {
			return wrong("scopes", "unknown scope "+string(s))
		}
	}
	if err := c.Notices.Check(); err != nil {
		return err
	}
	for _, f := range c.Certificates {
		if !fingerprintForm.MatchString(f) {
			return wrong("certificates", "a certificate is named by its SHA-256: 64 digits 0-9, a-f")
		}
	}
	return nil
}
