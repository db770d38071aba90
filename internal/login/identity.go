package login

import (
	"errors"
	"strings"
	"time"

	"okno/internal/access"
)

// Identity is a person as an OpenID provider knows one. Issuer and Subject together name the person for good; every other claim may change
// hands, an address of mail too, and so nothing is matched by it.
type Identity struct {
	Issuer   string
	Subject  string
	Name     string    // as colleagues see it
	Username string    // a wish for the login of a new account, or ""
	Session  string    // the provider's, by which it logs out, or ""
	Strong   bool      // the provider vouches for a second factor
	At       time.Time // of the authentication at the provider
}

// Grant is what an identity's groups give it.
type Grant struct {
	Role      access.Role
	Queues    []string
	Languages []string
}

// The reasons for which the provider's word opens no desk.
var (
	ErrRefused = errors.New("the single sign-on did not succeed; begin anew")
	ErrNoGroup = errors.New("none of your groups opens a desk here")
	ErrWeak    = errors.New("your role wants a second factor, and the provider did not ask for one")
	ErrLocked  = errors.New("the account is locked")
	ErrFederal = errors.New("this account logs in by single sign-on only")
)

// mostWish is the longest login that is taken from a provider's name, in characters.
const mostWish = 60

// Wish gives the login that an identity would like: lower-case letters, digits, dots, dashes and underscores of its user name before the @.
func (i Identity) Wish() string {
	name, _, _ := strings.Cut(strings.ToLower(i.Username), "@")
	name = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || strings.ContainsRune("._-", r) {
			return r
		}
		return -1
	}, name)
	if name == "" {
		return "sso"
	}
	return name[:min(len(name), mostWish)]
}
