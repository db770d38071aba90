package sso

import (
	"context"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"okno/internal/login"
)

// logoutEvent is what makes a token a logout token (OpenID Connect Back-Channel Logout 1.0, section 2.4).
const logoutEvent = "http://schemas.openid.net/event/backchannel-logout"

// logoutLife is how old a logout token may be, and how long one is remembered.
const logoutLife = 5 * time.Minute

// LoggedOut gives whom, or which session, the provider has logged out: Subject, Session or both are set; and the token's id, which is to be
// taken once only. login.ErrRefused; of kind unavailable when the provider's keys cannot be read.
func (s *SSO) LoggedOut(ctx context.Context, raw string) (who login.Identity, id string, err error) {
	provider, err := s.discovered(ctx)
	if err != nil {
		return who, "", err
	}
	token, claims, err := s.verify(oidc.ClientContext(ctx, s.client), provider, raw)
	if err != nil {
		return who, "", err
	}
	events, _ := claims["events"].(map[string]any)
	_, nonce := claims["nonce"]
	age := s.clock().Sub(token.IssuedAt)
	id = text(claims, "jti")
	if _, is := events[logoutEvent].(map[string]any); !is || nonce || id == "" || age > logoutLife || age < -skew {
		return who, "", refuse("no logout token", nil)
	}
	return login.Identity{Issuer: token.Issuer, Subject: token.Subject, Session: text(claims, "sid")}, id, nil
}
