package ivr

import (
	"context"
	"fmt"
	"strings"

	"okno/internal/call"
)

// peerPrefix begins the names by which Asterisks know each other.
const peerPrefix = "okno-"

// renewPeers makes the other Asterisks known to this one, and this one to them: an operator's page is registered at one of them, and is rung
// from all. An Asterisk that restarts has forgotten them: each connect begins anew.
func (l *Line) renewPeers(ctx context.Context) error {
	if l.config.Asterisk.Address == "" {
		return nil
	}
	limited, cancel := context.WithTimeout(ctx, stepLimit)
	defer cancel()
	all, err := l.config.Store.Peers(limited)
	if err != nil {
		return err
	}
	var itself call.Asterisk
	for _, a := range all {
		if a.Name == l.config.Asterisk.Name {
			itself = a
		}
	}
	if itself.Name == "" { // nobody has been told of it yet
		return nil
	}
	for _, a := range all {
		if a.Name == itself.Name || l.peers[a.Name] == [2]call.Asterisk{itself, a} {
			continue
		}
		name := peerPrefix + a.Name
		if err := l.put(name+"-out", []object{{"auth", authFields(peerPrefix+itself.Name, itself.Secret)}}); err != nil {
			return fmt.Errorf("asterisk %s: %w", a.Name, err)
		}
		if err := l.put(name, peerObjects(itself, a)); err != nil {
			return fmt.Errorf("asterisk %s: %w", a.Name, err)
		}
		l.peers[a.Name] = [2]call.Asterisk{itself, a}
	}
	return nil
}

// peerObjects are what an Asterisk needs to call another, and to know it when it calls. It comes in where pages are rung and nowhere else.
func peerObjects(itself, other call.Asterisk) []object {
	name := peerPrefix + other.Name
	return []object{
		{"auth", authFields(name, other.Secret)},
		{"aor", [][2]string{{"contact", "sip:" + other.Address}, {"qualify_frequency", "15"}}},
		{"endpoint", [][2]string{
			{"auth", name}, {"outbound_auth", name + "-out"}, {"aors", name}, {"from_user", peerPrefix + itself.Name}, {"context", "peers"},
			// G.711 as it comes from the trunk: the Asterisk that has the page turns it into what the browser speaks
			{"disallow", "all"}, {"allow", "alaw,ulaw"}, {"direct_media", "no"}, {"dtmf_mode", "rfc4733"},
			// Seconds. The page has fifteen of its own, and a talk must not outlive an Asterisk that is gone; while a citizen is on hold nothing but
			// the second keeps sound coming.
			{"rtp_timeout", "20"}, {"rtp_keepalive", "5"},
		}},
	}
}

func authFields(user, secret string) [][2]string {
	return [][2]string{{"auth_type", "userpass"}, {"username", user}, {"password", secret}}
}

// reach gives the endpoint by which a phone is rung from this Asterisk. A page may be registered at another one; any other phone is dialled as
// it is written. elsewhere says that.
func (l *Line) reach(ctx context.Context, endpoint string) (reached string, elsewhere bool, err error) {
	where, err := l.registrar(ctx, endpoint)
	if err != nil || where == "" || where == l.config.Asterisk.Name {
		return endpoint, false, err
	}
	return endpoint + "@" + peerPrefix + where, true, nil
}

// registrar names the Asterisk at which the page of an endpoint ("PJSIP/agent-7") registers; "" of a telephone that is no page.
func (l *Line) registrar(ctx context.Context, endpoint string) (asterisk string, err error) {
	account, named := strings.CutPrefix(endpoint, "PJSIP/")
	if !named || strings.ContainsAny(account, "/@") {
		return "", nil
	}
	limited, cancel := context.WithTimeout(ctx, stepLimit)
	defer cancel()
	return l.config.Store.AsteriskOfAccount(limited, account)
}
