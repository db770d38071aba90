package sso

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"okno/internal/fault"
	"okno/internal/outbound"
)

const (
	// patience is how long one request to the provider may take.
	patience = 5 * time.Second
	// freshness is how old the discovery document may grow.
	freshness = time.Hour
	// backoff is how long a provider that was away is not asked again.
	backoff = 2 * time.Second
)

// errAway says that the provider did not answer, or not to the point.
var errAway = errors.New("the identity provider is away")

// unavailable is what is said of a provider that is away. A browser may come again.
func unavailable(err error) error {
	return &fault.Error{Kind: fault.Unavailable, Text: "the identity provider does not answer; try again, or log in with a password", Err: err}
}

// newClient makes the client that talks to the provider.
func newClient(caFile string) (*http.Client, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone() //nolint:errcheck // it is one
	var err error
	if transport.TLSClientConfig, err = outbound.TLS(caFile); err != nil {
		return nil, fmt.Errorf("desk.sso.ca_file: %w", err)
	}
	return &http.Client{Timeout: patience, Transport: watch{transport}}, nil
}

// watch makes one error of everything that says that the provider is away, so that an outage is not taken for a refusal.
type watch struct{ next http.RoundTripper }

// RoundTrip sends a request.
func (w watch) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := w.next.RoundTrip(r)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errAway, err)
	}
	if response.StatusCode >= http.StatusInternalServerError || response.StatusCode == http.StatusTooManyRequests {
		response.Body.Close()
		return nil, fmt.Errorf("%w: it answers %d", errAway, response.StatusCode)
	}
	return response, nil
}

// discovered gives the provider, from its discovery document. One caller reads it, the others wait. A document that cannot be renewed goes on
// to count: the keys are looked up anew all the same.
func (s *SSO) discovered(ctx context.Context) (*oidc.Provider, error) {
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	now := s.clock()
	if s.provider != nil && now.Before(s.renew) {
		return s.provider, nil
	}
	if s.provider == nil && now.Before(s.renew) {
		return nil, unavailable(s.failed)
	}
	// Whoever goes away in between does not make the provider one that is away.
	provider, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), s.client), s.config.Issuer)
	switch {
	case err == nil:
		s.provider, s.renew, s.failed = provider, now.Add(freshness), nil
	case s.provider != nil:
		s.renew = now.Add(backoff)
	default:
		s.renew, s.failed = now.Add(backoff), err
		return nil, unavailable(err)
	}
	return s.provider, nil
}

// keys remembers why a signature could not be checked: the library gives the reason as a text only.
type keys struct {
	oidc.KeySet
	err error
}

// VerifySignature checks a token's signature by the provider's keys.
func (k *keys) VerifySignature(ctx context.Context, token string) ([]byte, error) {
	payload, err := k.KeySet.VerifySignature(ctx, token)
	k.err = err
	return payload, err
}

// keySet gives the provider's keys, which are read again when a token names one that is not known.
func (s *SSO) keySet(url string) oidc.KeySet {
	s.keysLock.Lock()
	defer s.keysLock.Unlock()
	if s.keys == nil || s.keysURL != url {
		s.keys, s.keysURL = oidc.NewRemoteKeySet(oidc.ClientContext(context.Background(), s.client), url), url
	}
	return s.keys
}
