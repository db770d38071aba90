// Package kms has master keys wrapped and unwrapped by a key management service: what opens personal data is then in no file and no environment.
// It speaks the transit interface of HashiCorp Vault and OpenBao (POST /v1/transit/encrypt/NAME and decrypt/NAME). A node asks it once for each
// master key, when it starts; data keys are unwrapped by those in the process. It knows no storage and no configuration file.
package kms

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"okno/internal/fault"
	"okno/internal/outbound"
)

// Config says where the service is.
type Config struct {
	Address string        `yaml:"address"` // https://vault.example:8200
	Mount   string        `yaml:"mount"`   // of the transit engine; default transit
	Key     string        `yaml:"key"`     // by which master keys are wrapped
	Token   string        `yaml:"token"`   // may encrypt and decrypt by that key, and nothing else
	CAFile  string        `yaml:"ca_file"` // PEM; "" is the system's
	Timeout time.Duration `yaml:"timeout"` // of one request; default 5 s
}

// On says whether there is one.
func (c Config) On() bool { return c.Address != "" }

// Check says what cannot be.
func (c Config) Check() error {
	if !c.On() {
		return nil
	}
	u, err := url.Parse(c.Address)
	switch {
	case err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http"):
		return errors.New("kms.address: name https://HOST:PORT")
	case u.Scheme == "http" && u.Hostname() != "localhost" && !strings.HasPrefix(u.Hostname(), "127.") && u.Hostname() != "::1":
		return errors.New("kms.address: off loopback it is https")
	case c.Key == "" || strings.ContainsAny(c.Key+c.Mount, "/?#%. "):
		return errors.New("kms.key: name the key of the transit engine, and no path")
	case c.Token == "":
		return errors.New("kms.token is missing")
	case c.Timeout < 0:
		return errors.New("kms.timeout: name more than 0")
	}
	return nil
}

// The reasons for which nothing is wrapped or unwrapped. Their texts are safe to show.
var (
	// ErrAway says that the service cannot be reached, is sealed, is overloaded, or is too slow: the same may succeed later.
	ErrAway error = &fault.Error{Kind: fault.Unavailable, Text: "the key management service is away"}
	// ErrRefused says that the token may not do it.
	ErrRefused error = &fault.Error{Kind: fault.Forbidden, Text: "the key management service refuses the token"}
	// ErrWrongKey says that what was wrapped is another key's, was changed, or that there is no such key.
	ErrWrongKey error = &fault.Error{Kind: fault.Invalid, Text: "the key management service does not know the key, or has not wrapped this"}
)

// mostAnswer is the longest answer that is read, in bytes.
const mostAnswer = 64 << 10

// Transit is the service.
type Transit struct {
	config Config
	client *http.Client
}

// New prepares the client; nothing is asked yet. c was checked.
func New(c Config) (*Transit, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone() //nolint:errcheck // it is one
	var err error
	if transport.TLSClientConfig, err = outbound.TLS(c.CAFile); err != nil {
		return nil, fmt.Errorf("kms.ca_file: %w", err)
	}
	if c.Mount == "" {
		c.Mount = "transit"
	}
	if c.Timeout == 0 {
		c.Timeout = 5 * time.Second
	}
	// A redirect would take the token elsewhere.
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Transit{config: c, client: &http.Client{Timeout: c.Timeout, Transport: transport, CheckRedirect: stay}}, nil
}

// message is what goes over the wire in either direction; bytes are base64 there.
type message struct {
	Plain  []byte `json:"plaintext,omitempty"`
	Cipher string `json:"ciphertext,omitempty"`
}

// Wrap gives a master key as it may stand in a configuration, such as "vault:v1:…". [ErrAway], [ErrRefused], [ErrWrongKey].
func (t *Transit) Wrap(ctx context.Context, secret []byte) (string, error) {
	answer, err := t.ask(ctx, "encrypt", message{Plain: secret})
	if err == nil && answer.Cipher == "" {
		err = fmt.Errorf("%w: it answered with nothing", ErrWrongKey)
	}
	if err != nil {
		return "", fmt.Errorf("wrap: %w", err)
	}
	return answer.Cipher, nil
}

// Unwrap gives the master key. [ErrAway], [ErrRefused], [ErrWrongKey].
func (t *Transit) Unwrap(ctx context.Context, wrapped string) ([]byte, error) {
	answer, err := t.ask(ctx, "decrypt", message{Cipher: wrapped})
	if err == nil && len(answer.Plain) == 0 {
		err = fmt.Errorf("%w: it answered with nothing", ErrWrongKey)
	}
	if err != nil {
		return nil, fmt.Errorf("unwrap: %w", err)
	}
	return answer.Plain, nil
}

func (t *Transit) ask(ctx context.Context, verb string, question message) (answer message, err error) {
	body, err := json.Marshal(question)
	if err != nil {
		return answer, err
	}
	address := strings.TrimSuffix(t.config.Address, "/") + "/v1/" + t.config.Mount + "/" + verb + "/" + t.config.Key
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return answer, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Vault-Token", t.config.Token)
	request.Header.Set("X-Vault-Request", "true") // its agents want it
	response, err := t.client.Do(request)
	if err != nil {
		return answer, fmt.Errorf("%w: %w", ErrAway, err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(io.LimitReader(response.Body, mostAnswer))
	switch status := response.StatusCode; {
	case err != nil:
		return answer, fmt.Errorf("%w: %w", ErrAway, err)
	case status == http.StatusOK:
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return answer, fmt.Errorf("%w (%d)", ErrRefused, status)
	case status == http.StatusBadRequest || status == http.StatusNotFound:
		return answer, fmt.Errorf("%w (%d)", ErrWrongKey, status)
	default: // a standby says 429, 472 or 473, one that is sealed 503
		return answer, fmt.Errorf("%w (%d)", ErrAway, status)
	}
	var told struct {
		Data message `json:"data"`
	}
	if err := json.Unmarshal(content, &told); err != nil { // what was read may hold the key: it is not said
		return answer, fmt.Errorf("%w: its answer is not of the transit engine", ErrAway)
	}
	return told.Data, nil
}
