package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
	"okno/ivr/ivrtest"
)

const severalConfiguration = `
database_url: %q
roles: [%s]
sms: {short_number: "1414"}
voice:
  espeak: %q
  clips: %q
  asterisks:
    - {name: ast1, ari_url: %q, username: okno, password: "${ARI_1}", vouches: true, sip_ws: %q, sip: %q}
    - {name: ast2, ari_url: %q, username: okno, password: "${ARI_1}", vouches: true, sip_ws: %q, sip: %q}
`

// Two Asterisks, and two nodes that could serve them. An operator's page is registered at one Asterisk and talks with a citizen who has come by
// the other; the node that serves both dies, and the other node takes them over; the page's Asterisk is gone, and the page goes to the other.
func TestSeveralAsterisks(t *testing.T) {
	need(t, "espeak-ng", tools.Espeak)
	w := &world{database: pgtest.URL(t)}
	clips := clipCache()
	near, far := startAsterisk(t, "ast1", clips), startAsterisk(t, "ast2", clips) // the page's, and the citizen's
	w.prepareVoice(t, clips)
	node := func(roles string) *okno {
		return newOkno(t, fmt.Sprintf(severalConfiguration, w.database, roles, tools.Espeak, clips,
			near.ARI(), near.WebSocket(), near.SIP(), far.ARI(), far.WebSocket(), far.SIP()))
	}
	w.okno = node("desk, api, worker")
	w.run(t, "sample")
	first, second := node("voice"), node("voice")
	for _, o := range []*okno{w.okno, first} {
		o.start(t)
		o.awaitReady(t, 3*time.Minute)
	}
	second.start(t)
	second.awaitReady(t, time.Minute)
	const held = `SELECT count(*)::int FROM leases WHERE name LIKE 'voice:%' AND expires_at > now() AND holder LIKE '%/' || $1`
	serves := func(o *okno) bool {
		return pgtest.Value[int](t, w.database, held, strings.TrimPrefix(o.http, "http://")) == 2
	}
	require.True(t, serves(first))
	registered := func() string {
		return pgtest.Value[string](t, w.database, `SELECT coalesce(max(asterisk), '') FROM sip_accounts WHERE expires_at > now()`)
	}

	desk := browse(t, w.http+"/desk/", recorded(operatorSays))
	desk.logsIn(t, "aliya", demoPassword)
	desk.sees(t, "#connection-lamp.on")
	desk.sees(t, "#phone-lamp.on")
	require.Equal(t, "ast1", registered())
	// Whoever is new hears that the sound works; the test call gives way to a citizen's.
	desk.clicks(t, "#first-steps .echo")
	desk.hearsSomething(t)
	desk.chooses(t, "#status", "available")
	w.phones = ivrtest.StartPhones(t, tools, far.SIP())
	citizen := w.queued(t, "+77010000002")
	desk.clicks(t, ".offer .accept")
	w.requireTalk(t, citizen, desk)
	require.Equal(t, "ast2", pgtest.Value[string](t, w.database, `SELECT asterisk FROM calls WHERE ended_at IS NULL`))

	// As long as a lease is, and a try for it, nobody serves; the talk goes on meanwhile.
	killed := time.Now()
	first.kill(t)
	w.requireTalk(t, citizen, desk)
	eventually(t, 20*time.Second, func() bool { return serves(second) }, func() string { return "not taken over" })
	t.Logf("the other node had both Asterisks %v after the kill", time.Since(killed).Round(100*time.Millisecond))
	second.awaitReady(t, time.Minute)
	// A long hold is no silence that ends a call: nothing but what keeps the line between them open is sent meanwhile.
	desk.clicks(t, "button.hold")
	desk.sees(t, "button.hold[aria-pressed=true]")
	<-time.After(25 * time.Second)
	desk.clicks(t, "button.hold")
	desk.sees(t, "button.hold[aria-pressed=false]")
	w.requireTalk(t, citizen, desk)
	after := citizen.Heard().Length()
	desk.clicks(t, "button.hangup")
	w.hears(t, citizen, ru, after, whole("bye"))
	citizen.Ends(t, 10*time.Second)
	desk.files(t, "resolved")

	// The page's Asterisk is gone.
	require.NoError(t, near.Stop())
	desk.misses(t, "#phone-lamp.on")
	desk.sees(t, "#phone-lamp.on")
	require.Equal(t, "ast2", registered())
	citizen = w.queued(t, "+77010000002")
	desk.clicks(t, ".offer .accept")
	w.requireTalk(t, citizen, desk)
	citizen.HangUp(t)
	desk.files(t, "resolved")
	var said string
	eventually(t, patience, func() bool {
		said, _ = far.Console(t.Context(), "core show channels count")
		return strings.Contains(said, "\n0 active channels")
	}, func() string { return "channels stay: " + said })
}
