package ivr

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"okno/internal/call"
)

// object is one object of Asterisk's SIP configuration.
type object struct {
	kind   string      // auth, aor, endpoint
	fields [][2]string // attribute and value; Asterisk applies them in this order, and some orders it refuses
}

// renewAccounts makes Asterisk's accounts those of the store. An Asterisk that restarts has lost them: each connect begins anew.
func (l *Line) renewAccounts(ctx context.Context) error {
	limited, cancel := context.WithTimeout(ctx, stepLimit)
	defer cancel()
	wanted, err := l.config.Store.SIPAccounts(limited, l.config.Asterisk.Name)
	if err != nil {
		return err
	}
	for _, a := range wanted {
		if a.Closed {
			err = l.closeAccount(limited, a)
		} else {
			err = l.openAccount(a)
		}
		if err != nil {
			return fmt.Errorf("account %s: %w", a.Name, err)
		}
	}
	return nil
}

func (l *Line) openAccount(a call.Account) error {
	if l.accounts[a.Name] == a.Secret {
		return nil
	}
	if err := l.put(a.Name, objectsOf(a)); err != nil {
		return err
	}
	l.accounts[a.Name] = a.Secret
	return nil
}

// put creates objects under one name, in their order.
func (l *Line) put(name string, objects []object) error {
	for _, o := range objects {
		if err := l.rest.put(o.kind, name, o.fields); err != nil {
			return err
		}
	}
	return nil
}

// closeAccount removes an account. A call that it has goes on to its end.
func (l *Line) closeAccount(ctx context.Context, a call.Account) error {
	for _, kind := range []string{"endpoint", "aor", "auth"} { // the endpoint first: it names the others
		if err := l.rest.remove(kind, a.Name); err != nil {
			return err
		}
	}
	delete(l.accounts, a.Name)
	return l.config.Store.ForgetAccount(ctx, a)
}

func objectsOf(a call.Account) []object {
	return []object{
		{"auth", authFields(a.Name, a.Secret)},
		{"aor", [][2]string{{"max_contacts", "1"}, {"remove_existing", "yes"}, {"qualify_frequency", "15"}}},
		{"endpoint", endpointFields(a)},
	}
}

func endpointFields(a call.Account) [][2]string {
	fields := [][2]string{
		{"auth", a.Name}, {"aors", a.Name}, {"dtls_auto_generate_cert", "yes"}, {"webrtc", "yes"},
		{"disallow", "all"}, {"allow", "opus,ulaw,alaw"}, {"direct_media", "no"}, {"dtmf_mode", "auto"},
		// a page that is gone without a word (a closed lid) is noticed by its silence, in seconds
		{"rtp_timeout", "15"},
	}
	if a.Kind == call.CitizenPage {
		return slices.Concat(fields, [][2]string{{"context", "citizens"}, {"callerid", "<" + a.Number + ">"}})
	}
	return append(fields, [2]string{"context", "agents"})
}

// itself is this Asterisk as the other nodes are told of it.
func (l *Line) itself() call.Asterisk {
	config := l.config.Asterisk
	return call.Asterisk{Name: config.Name, SIPURL: l.webSocketURL(), Outward: config.Trunk != "", Address: config.Address, Secret: l.secret}
}

func (l *Line) webSocketURL() string {
	if l.config.Asterisk.WebSocketURL != "" {
		return l.config.Asterisk.WebSocketURL
	}
	base := strings.TrimSuffix(strings.TrimSuffix(l.config.Asterisk.URL, "/"), "/ari")
	return strings.Replace(base, "http", "ws", 1) + "/ws"
}
