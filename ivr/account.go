package ivr

import (
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// AccountKind says whose telephone an account is.
type AccountKind int

// The kinds of account, all of them browsers.
const (
	OperatorPage AccountKind = iota // is called, and calls nobody
	CitizenPage                     // calls the line as a citizen, in the demo
)

// Account is what a browser logs in to Asterisk with, for as long as a login lasts.
type Account struct {
	User     string // also the endpoint: "PJSIP/"+User
	Secret   string
	URL      string // of SIP over WebSocket
	Endpoint string
}

// object is one object of Asterisk's SIP configuration.
type object struct {
	kind   string      // auth, aor, endpoint
	fields [][2]string // attribute and value; Asterisk applies them in this order, and some orders it refuses
}

// OpenAccount creates the account of that name in Asterisk, with a new secret; an older one of the name no longer counts. number is
// what a citizen's calls show as the caller's. It comes back by itself after Asterisk restarts, until CloseAccount.
func (l *Line) OpenAccount(_ context.Context, name string, kind AccountKind, number string) (Account, error) {
	secret := rand.Text()
	objects := []object{
		{"auth", [][2]string{{"auth_type", "userpass"}, {"username", name}, {"password", secret}}},
		{"aor", [][2]string{{"max_contacts", "1"}, {"remove_existing", "yes"}, {"qualify_frequency", "15"}}},
		{"endpoint", endpointFields(name, kind, number)},
	}
	for _, o := range objects {
		if err := l.rest.put(o.kind, name, o.fields); err != nil {
			return Account{}, fmt.Errorf("open account %s: %w", name, err)
		}
	}
	l.mu.Lock()
	l.accounts[name] = objects
	l.mu.Unlock()
	return Account{User: name, Secret: secret, URL: l.webSocketURL(), Endpoint: "PJSIP/" + name}, nil
}

// CloseAccount removes an account. A call that it has goes on to its end.
func (l *Line) CloseAccount(_ context.Context, name string) error {
	l.mu.Lock()
	objects := l.accounts[name]
	delete(l.accounts, name)
	l.mu.Unlock()
	for _, o := range slices.Backward(objects) { // the endpoint first: it names the others
		if err := l.rest.remove(o.kind, name); err != nil {
			return fmt.Errorf("close account %s: %w", name, err)
		}
	}
	return nil
}

// restoreAccounts puts the accounts into an Asterisk that may have lost them. Putting what is there changes nothing.
func (l *Line) restoreAccounts() error {
	l.mu.Lock()
	accounts := maps.Clone(l.accounts)
	l.mu.Unlock()
	for name, objects := range accounts {
		for _, o := range objects {
			if err := l.rest.put(o.kind, name, o.fields); err != nil {
				return fmt.Errorf("restore account: %w", err)
			}
		}
	}
	return nil
}

func endpointFields(name string, kind AccountKind, number string) [][2]string {
	fields := [][2]string{
		{"auth", name}, {"aors", name}, {"dtls_auto_generate_cert", "yes"}, {"webrtc", "yes"},
		{"disallow", "all"}, {"allow", "opus,ulaw,alaw"}, {"direct_media", "no"}, {"dtmf_mode", "auto"},
		// a page that is gone without a word (a closed lid) is noticed by its silence, in seconds
		{"rtp_timeout", "15"},
	}
	if kind == CitizenPage {
		return append(fields, [2]string{"context", "citizens"}, [2]string{"callerid", "<" + number + ">"})
	}
	return append(fields, [2]string{"context", "agents"})
}

func (l *Line) webSocketURL() string {
	if l.config.Asterisk.WebSocketURL != "" {
		return l.config.Asterisk.WebSocketURL
	}
	base := strings.TrimSuffix(strings.TrimSuffix(l.config.Asterisk.URL, "/"), "/ari")
	return strings.Replace(base, "http", "ws", 1) + "/ws"
}
