package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"okno/agentdesk/desktest"
	"okno/internal/postgres/pgtest"
	"okno/ivr/ivrtest"
)

// nodes are one installation of three processes: one has the desk and the API, one the distribution, one the calls. They share no NATS,
// so every hint between them is lost.
type nodes struct {
	*world
	parts map[string]*okno // by role
	agent int64
	login string // cookie
	page  *desktest.Page
}

const nodesConfiguration = `
database_url: %q
roles: [%s]
sms: {short_number: "1414"}
voice:
  espeak: %q
  clips: %q
  asterisks:
    - {name: ast1, ari_url: %q, username: okno, password: "${ARI_1}", trunk: "PJSIP/{number}"}
`

func newNodes(t *testing.T) *nodes {
	t.Helper()
	need(t, "espeak-ng", tools.Espeak)
	n := &nodes{world: &world{database: pgtest.URL(t)}, parts: map[string]*okno{}}
	clips := clipCache()
	n.asterisk = startAsterisk(t, "", clips)
	n.phones = ivrtest.StartPhones(t, tools, n.asterisk.SIP())
	n.prepareVoice(t, clips)
	for _, roles := range []string{"desk, api", "worker", "voice"} {
		o := newOkno(t, fmt.Sprintf(nodesConfiguration, n.database, roles, tools.Espeak, clips, n.asterisk.ARI()))
		n.parts[roles] = o
		if roles == "desk, api" {
			n.okno = o
			o.run(t, "migrate")
			o.run(t, "sample")
		}
		o.start(t)
	}
	for _, o := range n.parts {
		o.awaitReady(t, 3*time.Minute)
	}
	n.agent = pgtest.Value[int64](t, n.database, `SELECT id FROM agents WHERE login = 'aliya'`)
	n.sitAt(t, "1001")
	var status int
	n.login, status = desktest.LogIn(t, n.http, "aliya", demoPassword)
	require.Equal(t, 200, status)
	n.opens(t)
	return n
}

// sitAt gives the agent the telephone of an extension.
func (n *nodes) sitAt(t *testing.T, extension string) {
	t.Helper()
	pgtest.Exec(t, n.database, fmt.Sprintf(`UPDATE agents SET endpoint = 'PJSIP/loopback/sip:%s@%s' WHERE id = %d`, extension, n.phones.SIP(), n.agent))
}

// opens opens the page, as soon as the desk's node is there, and follows the desk from what was seen.
func (n *nodes) opens(t *testing.T) {
	t.Helper()
	var seen map[string]float64
	if n.page != nil {
		seen = n.page.Seen
	}
	var err error
	eventually(t, 30*time.Second, func() bool {
		n.page, err = desktest.TryOpen(t, n.http, n.login, seen)
		return err == nil
	}, func() string { return fmt.Sprintf("the desk does not open: %v", err) })
	n.page.Snapshot("the desk", func([]any) bool { return true })
}

// sends sends a command until it is answered, over as many sockets as that takes.
func (n *nodes) sends(t *testing.T, name string, args desktest.M) desktest.M {
	t.Helper()
	id := uuid.NewString()
	for range 5 {
		if got, err := n.page.TrySends(id, name, args); err == nil {
			return got
		}
		n.opens(t)
	}
	require.FailNow(t, "the command is not answered", name)
	return nil
}

func (n *nodes) kills(t *testing.T, roles string) { n.parts[roles].kill(t) }

func (n *nodes) starts(t *testing.T, roles string) {
	t.Helper()
	n.parts[roles].start(t)
	n.parts[roles].awaitReady(t, time.Minute)
	if roles == "desk, api" {
		n.opens(t)
	}
}

// comes waits until the newest contact is in a state.
func (n *nodes) comes(t *testing.T, state string) {
	t.Helper()
	const newest = `SELECT coalesce((SELECT state || ' ' || outcome FROM contacts ORDER BY id DESC LIMIT 1), '')`
	var now string
	eventually(t, 40*time.Second, func() bool {
		now = pgtest.Value[string](t, n.database, newest)
		return now == state || now == state+" "
	}, func() string { return fmt.Sprintf("the contact is %q, not %q", now, state) })
}

func (n *nodes) contact(t *testing.T) int64 {
	t.Helper()
	return pgtest.Value[int64](t, n.database, `SELECT max(id) FROM contacts`)
}

// accepts accepts the offer, when there is one.
func (n *nodes) accepts(t *testing.T) {
	t.Helper()
	n.comes(t, "offered")
	got := n.sends(t, "accept", desktest.M{"contact": n.contact(t)})
	require.Equal(t, true, got["ok"], got)
}

// hearEachOther has both say something that the other hears.
func (n *nodes) hearEachOther(t *testing.T, citizen, operator *ivrtest.Phone) {
	t.Helper()
	after := citizen.Heard().Length()
	operator.Speak(t, recorded(operatorSays))
	citizen.Hears(t, ivrtest.ReadSound(t, recorded(operatorSays)), after, patience)
	after = operator.Heard().Length()
	const short = "agent-pass"
	citizen.Speak(t, recorded(short))
	operator.Hears(t, ivrtest.ReadSound(t, recorded(short)), after, patience)
}

// stands is how everything stands that a call has to do with, as a text.
const stands = `
SELECT string_agg(t, E'\n') FROM (
    SELECT 'contact ' || to_jsonb(c)::text FROM contacts c UNION ALL SELECT 'call ' || to_jsonb(k)::text FROM calls k
    UNION ALL SELECT 'leg ' || to_jsonb(l)::text FROM legs l UNION ALL SELECT 'order ' || to_jsonb(o)::text FROM call_orders o
    UNION ALL SELECT 'lease ' || to_jsonb(e)::text FROM leases e) x (t)`

// Each process is killed with a call in each state, and comes back: the call goes on to its end, the agent is freed, nothing is done twice.
func TestThreeProcesses(t *testing.T) {
	n := newNodes(t)
	for i, row := range []struct{ roles, state string }{
		{"voice", "menu"}, {"voice", "waiting"}, {"worker", "waiting"}, {"desk, api", "offered"}, {"worker", "offered"},
		{"voice", "accepted"}, {"voice", "ringing"}, {"desk, api", "ringing"}, {"worker", "ringing"}, {"voice", "connected"}, {"desk, api", "connected"},
		{"voice", "wrap_up"},
	} {
		passed := t.Run(row.roles+" dies while "+row.state, func(t *testing.T) {
			number := fmt.Sprintf("+770155502%02d", i)
			at := func(state string) {
				if row.state == state {
					n.kills(t, row.roles)
					if state != "accepted" {
						n.starts(t, row.roles)
					}
				}
			}
			status := "available"
			if row.state == "waiting" { // on duty, and not to be had yet
				status = "paused"
			}
			require.Equal(t, true, n.sends(t, "set_status", desktest.M{"status": status, "reason": "break"})["ok"])
			extension := "1001"
			if row.state == "ringing" {
				extension = "late"
			}
			n.sitAt(t, extension)

			t.Cleanup(func() {
				if t.Failed() {
					t.Log("contacts, calls, legs and orders:\n" + pgtest.Value[string](t, n.database, stands))
				}
			})
			citizen := n.calls(t, number)
			if row.state == "menu" {
				n.hears(t, citizen, kk, 0, begins("language.choose"))
				at("menu")
			}
			citizen.Key(t, "20") // Russian, an operator
			n.hears(t, citizen, ru, 0, whole("operator.wait"))
			if status == "paused" {
				at("waiting")
				require.Equal(t, true, n.sends(t, "set_status", desktest.M{"status": "available"})["ok"])
			}
			n.comes(t, "offered")
			at("offered")
			at("accepted") // with nobody there to carry the order out
			n.accepts(t)
			if row.state == "accepted" {
				n.comes(t, "accepted")
				n.starts(t, row.roles)
			}
			if row.state == "ringing" {
				n.comes(t, "ringing")
				at("ringing")
			}
			operator := n.phones.Rings(t, extension, 30*time.Second)
			n.comes(t, "connected")
			n.hearEachOther(t, citizen, operator)
			if row.state == "connected" {
				at("connected")
				require.True(t, citizen.IsUp() && operator.IsUp())
				n.hearEachOther(t, citizen, operator)
			}
			after := citizen.Heard().Length()
			if row.state == "wrap_up" {
				n.kills(t, row.roles)
			}
			require.Equal(t, true, n.sends(t, "hangup", desktest.M{"contact": n.contact(t)})["ok"])
			n.comes(t, "wrap_up")
			if row.state == "wrap_up" {
				n.starts(t, row.roles)
			}
			operator.Ends(t, 20*time.Second)
			n.hears(t, citizen, ru, after, whole("bye"))
			citizen.Ends(t, 10*time.Second)
			require.Equal(t, true, n.sends(t, "disposition", desktest.M{"contact": n.contact(t), "disposition": "resolved"})["ok"])
			n.comes(t, "ended handled")
			eventually(t, 10*time.Second, func() bool {
				return pgtest.Value[int](t, n.database, `SELECT count(*)::int FROM calls WHERE ended_at IS NULL`) == 0
			}, func() string { return "the call lives on in the database" })
			require.Equal(t, 1, pgtest.Opened[int](t, n.database, `SELECT count(*)::int FROM call_orders o JOIN interactions i ON i.id = o.call_id
				WHERE i.number = $1 AND o.kind = 'connect' AND o.state = 'done'`, number), "orders to connect")
			require.Equal(t, "operator", pgtest.Opened[string](t, n.database, `SELECT outcome FROM interactions WHERE number = $1`, number))
		})
		if !passed { // what it left would fail the rows behind it
			return
		}
	}
	// The calls' node stays away: whoever was accepted waits again, and the agent, who is not to blame, gets the next offer.
	t.Run("voice stays away", func(t *testing.T) {
		require.Equal(t, true, n.sends(t, "set_status", desktest.M{"status": "available"})["ok"])
		n.sitAt(t, "1001")
		citizen := n.calls(t, "+77015550299")
		citizen.Key(t, "20")
		n.hears(t, citizen, ru, 0, whole("operator.wait"))
		n.comes(t, "offered")
		n.kills(t, "voice")
		n.accepts(t)
		n.comes(t, "accepted")
		n.comes(t, "offered") // again, once the order has expired
		require.Equal(t, "available", pgtest.Value[string](t, n.database, `SELECT status FROM agents WHERE id = $1`, n.agent))
		n.starts(t, "voice")
		n.accepts(t)
		n.hearEachOther(t, citizen, n.phones.Rings(t, "1001", 30*time.Second))
		citizen.HangUp(t)
		n.comes(t, "wrap_up")
	})
}
