package ivr_test

import (
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/acd"
	"okno/internal/call"
	"okno/internal/contact"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
	"okno/internal/sandbox"
	"okno/ivr/ivrtest"
)

// incident is a call into which a fault comes.
type incident struct {
	*world
	number            string
	citizen, operator *ivrtest.Phone
	interaction, id   int64         // id is the contact's
	after             time.Duration // the place in what the citizen hears from which the fault counts
}

// fault is a row of the table: what goes wrong, in which state of the call, and what becomes of call, contact and agent, and what the
// citizen hears.
type fault struct {
	what  string
	at    string // "", menu, wait, ring or talk: how far the call has come
	phone string // which the operator has: 1001, which answers at once, if not said
	do    func(t *testing.T, i *incident)

	hears   string               // a text; "music"; "talk": citizen and operator hear each other; "" when the call is over
	contact contact.State        // "" when there is none
	outcome contact.Outcome      // of the contact
	ended   conversation.Outcome // of the interaction, when the call is over
	agent   acd.Status           // of the operator, "" when it does not matter
}

const (
	trouble = 3 * time.Second // what goes away is away for so long
	closed  = "PJSIP/loopback/sip:1001@127.0.0.1:9"
)

var faults = []fault{
	// in the menu
	{what: "ARI refuses all for a while", at: "menu", do: all(ivrtest.Refused, "1"), hears: "ask"},
	{what: "ARI answers nothing for a while", at: "menu", do: all(ivrtest.Hangs, "1"), hears: "ask"},
	{what: "the stream of events is cut", at: "menu", do: then(eventsCut, func(t *testing.T, i *incident) {
		require.Eventually(t, func() bool { return i.line.Ready() != nil }, 5*time.Second, 10*time.Millisecond, "the line did not notice")
		require.Eventually(t, func() bool { return i.line.Ready() == nil }, 15*time.Second, 10*time.Millisecond, "the events do not come back")
		i.citizen.Key(t, "3")
	}), hears: "bye", ended: conversation.SelfService},
	{what: "Asterisk is killed", at: "menu", do: asteriskKilled, ended: conversation.Lost},
	{what: "the citizen hangs up", at: "menu", do: hangsUp, ended: conversation.Incomplete},
	{what: "the citizen hangs up while events are cut", at: "menu", do: then(eventsCut, hangsUp), ended: conversation.Incomplete},
	{what: "the citizen hangs up while Postgres is away", at: "menu", do: without(hangsUp), ended: conversation.Incomplete},
	{what: "Postgres is away when a key is pressed", at: "menu", do: without(func(t *testing.T, i *incident) { i.citizen.Key(t, "1") }), hears: "menu"},
	{what: "Postgres is away when a call comes", do: without(nil), hears: "menu"},
	{what: "the first step's commit is not answered", do: uncertain("INTO calls", pgtest.LosesReply), hears: "menu"},
	{what: "the first step's commit does not arrive", do: uncertain("INTO calls", pgtest.LosesOrder), hears: "menu"},
	{what: "another process has the lease", at: "menu", do: fenced("3"), hears: "menu"},
	{what: "ARI refuses the adoption for a while", at: "menu", do: adoption, hears: "menu"},

	// waiting
	{what: "the citizen hangs up", at: "wait", do: hangsUp, contact: contact.Ended, outcome: contact.Abandoned, ended: conversation.Abandoned},
	{what: "the citizen hangs up while events are cut", at: "wait", do: then(eventsCut, hangsUp), contact: contact.Ended, outcome: contact.Abandoned,
		ended: conversation.Abandoned},
	{what: "Asterisk is killed", at: "wait", do: asteriskKilled, contact: contact.Ended, outcome: contact.Lost, ended: conversation.Lost},
	{what: "ARI refuses the adoption for a while", at: "wait", do: adoption, hears: "music", contact: contact.Waiting},
	{what: "an order for a call that is over", at: "wait", do: func(t *testing.T, i *incident) {
		i.stop()
		i.accepted(t, 0, i.id)
		i.citizen.HangUp(t)
		i.start(t)
	}, contact: contact.Ended, outcome: contact.Abandoned, ended: conversation.Abandoned, agent: acd.Available},

	// the operator's phone is rung
	{what: "ARI refuses all for a while", at: "wait", do: func(t *testing.T, i *incident) {
		i.relay.All(ivrtest.Refused, 2*trouble) // longer than what the caller is being told takes to be stopped
		i.accepted(t, 0, i.id)
	}, hears: "music", contact: contact.Waiting, agent: acd.Available},
	{what: "the phone is busy", at: "accept", phone: "busy", hears: "music", contact: contact.Waiting, agent: acd.Paused},
	{what: "the phone rejects", at: "accept", phone: "rejects", hears: "music", contact: contact.Waiting, agent: acd.Paused},
	{what: "the phone is not registered", at: "accept", phone: "unregistered", hears: "music", contact: contact.Waiting, agent: acd.Paused},
	{what: "the phone is in a network that is gone", at: "accept", phone: closed, hears: "music", contact: contact.Waiting},
	{what: "nobody answers", at: "ring", phone: "silent", hears: "music", contact: contact.Waiting, agent: acd.Paused},
	{what: "the citizen hangs up", at: "ring", phone: "silent", do: hangsUp, contact: contact.Ended, outcome: contact.Abandoned,
		ended: conversation.Abandoned, agent: acd.Available},
	{what: "the operator thinks better of it", at: "ring", phone: "silent", do: func(t *testing.T, i *incident) { i.releases(t, 0, i.id) },
		hears: "music", contact: contact.Waiting, agent: acd.Available},
	{what: "the stream of events is cut, and the phone answers", at: "ring", phone: "late", do: eventsCut, hears: "talk", contact: contact.Connected},
	{what: "Asterisk is killed", at: "ring", phone: "silent", do: asteriskKilled, contact: contact.Ended, outcome: contact.Lost,
		ended: conversation.Lost, agent: acd.Available},
	{what: "Postgres is away for 5 s while the phone answers", at: "ring", phone: "late", do: func(t *testing.T, i *incident) {
		<-time.After(3 * time.Second)
		i.wire.Cut()
		<-time.After(5 * time.Second)
		i.wire.Mend()
	}, hears: "talk", contact: contact.Connected},
	{what: "the phone answers before a new process knows its calls", at: "ring", phone: "late", do: func(t *testing.T, i *incident) {
		require.Eventually(t, func() bool {
			_, said := i.ari(t, http.MethodGet, "/channels", "")
			return strings.Contains(said, call.AgentLegPrefix)
		}, 5*time.Second, 20*time.Millisecond, "nothing rings")
		i.stop()
		pgtest.HoldRow(t, i.URL, `SELECT FROM asterisks FOR UPDATE`, func() { // which the sweep writes first
			i.line, i.stop = i.run(t, "node-1")
			i.operator = i.phones.Rings(t, "late", 15*time.Second)
			require.Never(t, func() bool { return !i.operator.IsUp() }, time.Second, 50*time.Millisecond, "hung up as nobody's")
		})
	}, hears: "talk", contact: contact.Connected},
	{what: "the commit of the join is not answered", at: "ring", phone: "late", do: uncertain("UPDATE contacts", pgtest.LosesReply),
		hears: "talk", contact: contact.Connected},
	{what: "the commit of the join does not arrive", at: "ring", phone: "late", do: uncertain("UPDATE contacts", pgtest.LosesOrder),
		hears: "talk", contact: contact.Connected},

	// talking
	{what: "the operator's leg breaks off", at: "talk", do: func(t *testing.T, i *incident) { i.breaksOff(t) }, hears: "queue", contact: contact.Waiting},
	{what: "the operator hangs up", at: "talk", do: func(t *testing.T, i *incident) { i.operator.HangUp(t) }, hears: "bye", contact: contact.WrapUp,
		ended: conversation.Operator},
	{what: "the citizen hangs up", at: "talk", do: hangsUp, contact: contact.WrapUp, ended: conversation.Operator},
	{what: "the citizen hangs up while events are cut", at: "talk", do: then(eventsCut, hangsUp), contact: contact.WrapUp, ended: conversation.Operator},
	{what: "the citizen hangs up while Postgres is away", at: "talk", do: without(hangsUp), contact: contact.WrapUp, ended: conversation.Operator},
	{what: "the operator hangs up while Postgres is away", at: "talk", do: without(func(t *testing.T, i *incident) { i.operator.HangUp(t) }),
		hears: "bye", contact: contact.WrapUp, ended: conversation.Operator},
	{what: "the operator's leg breaks off while events are cut", at: "talk", do: then(eventsCut, func(t *testing.T, i *incident) { i.breaksOff(t) }),
		hears: "queue", contact: contact.Waiting},
	{what: "the stream of events is cut", at: "talk", do: eventsCut, hears: "talk", contact: contact.Connected},
	{what: "ARI refuses all for a while", at: "talk", do: all(ivrtest.Refused, ""), hears: "talk", contact: contact.Connected},
	{what: "ARI refuses the adoption for a while", at: "talk", do: adoption, hears: "talk", contact: contact.Connected},
	// An operator has served it; that the talk broke off is the contact's outcome.
	{what: "Asterisk is killed", at: "talk", do: asteriskKilled, contact: contact.WrapUp, outcome: contact.Lost, ended: conversation.Operator},
	{what: "another process has the lease", at: "talk", do: fenced(""), hears: "talk", contact: contact.Connected},
	{what: "the SIP account is closed", at: "talk", phone: "account", do: func(t *testing.T, i *incident) {
		i.Do(t, func(s *store.Work) error { return s.CloseAccounts(t.Context(), i.Agents[0].ID) })
		require.Eventually(t, func() bool {
			status, _ := i.ari(t, http.MethodGet, fmt.Sprint("/endpoints/PJSIP/agent-", i.Agents[0].ID), "")
			return status == http.StatusNotFound
		}, 30*time.Second, 100*time.Millisecond, "the account stays")
	}, hears: "talk", contact: contact.Connected},
}

// TestFaultsOfACall puts each fault into a call on a real Asterisk. The rows share a few worlds, and take turns in them. It runs apart from
// the other tests: its worlds alone keep a small machine busy.
func TestFaultsOfACall(t *testing.T) {
	const worlds = 6
	for n := range worlds {
		t.Run(fmt.Sprint("world ", n+1), func(t *testing.T) {
			t.Parallel()
			w := newFaultyWorld(t)
			for row := n; row < len(faults); row += worlds {
				f := faults[row]
				t.Run(strings.TrimPrefix(f.at+": "+f.what, ": "), func(t *testing.T) { f.happens(t, w, row) })
			}
		})
	}
}

// newFaultyWorld is a world whose Asterisk and Postgres are reached by ways that can fail.
func newFaultyWorld(t *testing.T) *world {
	t.Helper()
	database := pgtest.URL(t)
	wire := pgtest.NewWire(t, database)
	w := buildWorld(t, wire.URL)
	w.URL, w.wire = database, wire
	pgtest.Exec(t, w.URL, `UPDATE queues SET ring_seconds = 10`)
	w.relay = ivrtest.StartRelay(t, w.asterisk.ARI())
	w.ariURL = w.relay.URL
	w.start(t)
	t.Cleanup(func() { w.stop() })
	return w
}

func (f fault) happens(t *testing.T, w *world, row int) {
	i := &incident{world: w, number: fmt.Sprintf("+77010001%03d", row)}
	defer func() {
		if i.citizen != nil && i.citizen.IsUp() { // the row has failed: the next one in this world has a chance
			i.citizen.HangUp(t)
		}
	}()
	// The row before may have taken Asterisk or Postgres away: a call that comes too early is told by the dialplan that nobody is there.
	require.Eventually(t, func() bool { return w.line.Ready() == nil }, 15*time.Second, 10*time.Millisecond, "the line is not back")
	i.comesTo(t, f)
	if f.do != nil {
		f.do(t, i)
	}
	if f.at == "" {
		i.citizen = w.phones.Call(t, i.number, "1414")
	}
	if i.operator == nil && f.contact == contact.Connected {
		i.operator = w.phones.Rings(t, "late", 15*time.Second)
	}
	switch f.hears {
	case "":
	case "music":
		w.comes(t, i.id, f.contact)
		heard := i.citizen.Heard().Length()
		require.Eventually(t, func() bool { return i.citizen.Heard().Length() > heard+time.Second }, 5*time.Second, 50*time.Millisecond, "no music")
		require.Greater(t, i.citizen.Heard().From(heard).Level(), -60.0, "silence instead of music")
	case "talk":
		w.comes(t, i.id, f.contact)
		w.requireTalk(t, i.citizen, i.operator)
	case "menu":
		i.citizen.Hears(t, w.clip(t, "menu").Until(2*time.Second), i.after, 15*time.Second)
	default:
		w.hears(t, i.citizen, f.hears, "", i.after)
	}
	if f.contact != "" {
		require.Equal(t, f.outcome, w.comes(t, i.id, f.contact).Outcome, "the outcome of the contact")
	}
	if f.agent != "" {
		a, err := w.DB.Agent(t.Context(), w.Agents[0].ID)
		require.NoError(t, err)
		require.Equal(t, f.agent, a.Status)
	}
	if f.ended == "" && i.citizen.IsUp() {
		i.citizen.HangUp(t)
	}
	if f.outcome == contact.Lost {
		require.Equal(t, 1, pgtest.Opened[int](t, w.URL, `SELECT count(*) FROM contacts c JOIN interactions i ON i.id = c.interaction_id WHERE c.channel = 'callback' AND i.number = $1`, i.number), "nobody calls back")
		pgtest.Exec(t, w.URL, `UPDATE contacts SET state = 'ended', outcome = 'dismissed', ended_at = now() WHERE channel = 'callback'`) // for the next fault
	}
	i.leavesNothing(t)
	if f.ended != "" {
		require.Equal(t, f.ended, pgtest.Value[conversation.Outcome](t, w.URL, `SELECT outcome FROM interactions WHERE id = $1`, i.interaction))
	}
}

// comesTo brings the call to where the fault finds it.
func (i *incident) comesTo(t *testing.T, f fault) {
	t.Helper()
	phone := f.phone
	if phone == "" {
		phone = "1001"
	}
	switch phone {
	case closed:
		i.sitsAt(t, closed)
	case "unregistered", "account":
		i.opensAccount(t, phone == "account")
	default:
		i.sitAt(t, 0, phone)
	}
	switch f.at {
	case "":
		return
	case "menu":
		i.citizen = i.phones.Call(t, i.number, "1414")
		i.after = i.citizen.Hears(t, i.clip(t, "menu").Until(time.Second), 0, 10*time.Second)
		i.interaction = i.only(t, call.InDialogue).Interaction
	case "wait":
		i.citizen, i.interaction, i.id = i.queued(t, i.number)
	case "talk":
		i.citizen, i.operator, i.interaction, i.id = i.talks(t, i.number)
	default:
		i.citizen, i.interaction, i.id = i.queued(t, i.number)
		i.accepted(t, 0, i.id)
		if f.at == "ring" {
			i.comes(t, i.id, contact.Ringing)
		} else {
			i.comes(t, i.id, contact.Waiting)
		}
	}
	if f.at != "menu" {
		i.after = i.citizen.Heard().Length()
	}
}

// leavesNothing waits until neither the store, nor the process, nor Asterisk has anything left of the call, and makes the operators free.
func (i *incident) leavesNothing(t *testing.T) {
	t.Helper()
	require.Eventually(t, func() bool {
		live, err := i.DB.LiveCalls(t.Context(), "ast1")
		return err == nil && len(live) == 0 && i.activeCalls(t) == 0
	}, 15*time.Second, 50*time.Millisecond, "a call stays")
	require.Eventually(t, func() bool {
		_, channels := i.ari(t, http.MethodGet, "/channels", "")
		_, bridges := i.ari(t, http.MethodGet, "/bridges", "")
		return strings.TrimSpace(channels) == "[]" && strings.TrimSpace(bridges) == "[]"
	}, 30*time.Second, 50*time.Millisecond, "a channel or a bridge stays in Asterisk")
	require.Zero(t, pgtest.Value[int](t, i.URL, `SELECT count(*) FROM contacts WHERE state NOT IN ('wrap_up', 'ended')`), "a contact stays")
	require.Zero(t, pgtest.Value[int](t, i.URL, `SELECT count(*) FROM call_orders WHERE state IN ('new', 'taken')`), "an order stays")
	if i.id != 0 && i.Contact(t, i.id).State == contact.WrapUp {
		require.NoError(t, i.Floor.EndWrapUps(t.Context(), i.ACD, []int64{i.id}))
	}
}

// sitsAt gives the first operator an endpoint.
func (i *incident) sitsAt(t *testing.T, endpoint string) {
	t.Helper()
	i.Agents[0].Endpoint = endpoint
	pgtest.Exec(t, i.URL, fmt.Sprintf(`UPDATE agents SET endpoint = '%s' WHERE id = %d`, endpoint, i.Agents[0].ID))
}

// opensAccount gives the first operator a SIP account, which is of no browser but, if it is to be reached, of a phone of the tests.
func (i *incident) opensAccount(t *testing.T, reached bool) {
	t.Helper()
	name := fmt.Sprint("agent-", i.Agents[0].ID)
	_, err := i.DB.OpenAccount(t.Context(), call.Account{Name: name, Kind: call.AgentPage, AgentID: i.Agents[0].ID, Secret: "a secret"}, time.Hour)
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		status, _ := i.ari(t, http.MethodGet, "/endpoints/PJSIP/"+name, "")
		return status == http.StatusOK
	}, 30*time.Second, 50*time.Millisecond, "no account")
	if !reached {
		i.sitsAt(t, "PJSIP/"+name)
		return
	}
	// The telephones of the tests know no WebRTC.
	status, said := i.ari(t, http.MethodDelete, "/asterisk/config/dynamic/res_pjsip/endpoint/"+name, "")
	require.Equal(t, http.StatusNoContent, status, said)
	status, said = i.ari(t, http.MethodPut, "/asterisk/config/dynamic/res_pjsip/endpoint/"+name, `{"fields": [
		{"attribute": "aors", "value": "`+name+`"}, {"attribute": "transport", "value": "transport-udp"}, {"attribute": "webrtc", "value": "no"},
		{"attribute": "disallow", "value": "all"}, {"attribute": "allow", "value": "alaw"}, {"attribute": "direct_media", "value": "no"}]}`)
	require.Equal(t, http.StatusOK, status, said)
	i.sitsAt(t, "PJSIP/"+name+"/sip:1001@"+i.phones.SIP())
}

// breaksOff ends the operator's leg as a network that fails would.
func (i *incident) breaksOff(t *testing.T) {
	t.Helper()
	status, said := i.ari(t, http.MethodDelete, "/channels/"+i.agentLeg(t, call.Talking)+"?reason_code=41", "") // temporary failure
	require.Equal(t, http.StatusNoContent, status, said)
}

func hangsUp(t *testing.T, i *incident) { i.citizen.HangUp(t) }

func eventsCut(_ *testing.T, i *incident) { i.relay.CutEvents(trouble) }

// then has one fault after the other.
func then(faults ...func(*testing.T, *incident)) func(*testing.T, *incident) {
	return func(t *testing.T, i *incident) {
		for _, do := range faults {
			do(t, i)
		}
	}
}

// without has something happen while Postgres is away. Without anything the call comes meanwhile.
func without(do func(*testing.T, *incident)) func(*testing.T, *incident) {
	return func(t *testing.T, i *incident) {
		i.wire.Cut()
		if do == nil {
			time.AfterFunc(trouble, i.wire.Mend)
			return
		}
		do(t, i)
		<-time.After(trouble)
		i.wire.Mend()
	}
}

// uncertain decides what becomes of the next commit that is about something.
func uncertain(about string, fate pgtest.Fate) func(*testing.T, *incident) {
	return func(_ *testing.T, i *incident) { i.wire.Decide(about, fate) }
}

// all has every request to ARI fail for a while, in which keys are pressed.
func all(fate ivrtest.Fate, keys string) func(*testing.T, *incident) {
	return func(t *testing.T, i *incident) {
		i.relay.All(fate, trouble)
		if keys != "" {
			i.citizen.Key(t, keys)
		}
		<-time.After(trouble)
	}
}

// adoption has the process die, and the next one met by an ARI that refuses all for a while.
func adoption(t *testing.T, i *incident) {
	i.stop()
	i.after = i.citizen.Heard().Length()
	i.relay.All(ivrtest.Refused, trouble)
	i.start(t)
}

// fenced has another process take the lease for a while, in which the one before hears keys: it neither writes nor hangs up.
func fenced(keys string) func(*testing.T, *incident) {
	return func(t *testing.T, i *incident) {
		before := i.inputs(t, i.interaction)
		pgtest.Exec(t, i.URL, `UPDATE leases SET holder = 'other', instance = 'other', fence = fence + 1, expires_at = now() + interval '1 minute'
			WHERE name = 'voice:ast1'`)
		if keys != "" {
			i.citizen.Key(t, keys)
		}
		require.Eventually(t, func() bool { return i.activeCalls(t) == 0 }, 10*time.Second, 50*time.Millisecond, "it serves on")
		require.Equal(t, before, i.inputs(t, i.interaction), "it wrote")
		require.True(t, i.citizen.IsUp(), "it hung up")
		i.after = i.citizen.Heard().Length()
		pgtest.Exec(t, i.URL, `UPDATE leases SET expires_at = now() WHERE name = 'voice:ast1'`)
		require.Eventually(t, func() bool { return i.activeCalls(t) == 1 }, 15*time.Second, 50*time.Millisecond, "nobody adopts the call")
	}
}

// asteriskKilled has Asterisk die with all its channels, and come back.
func asteriskKilled(t *testing.T, i *incident) {
	config := i.asterisk.Config
	<-time.After(time.Second) // Asterisk tells the time of its start in whole seconds
	require.NoError(t, syscall.Kill(i.asterisk.PID(), syscall.SIGKILL))
	<-i.asterisk.Done()
	require.NoError(t, i.asterisk.Stop())
	var err error
	i.asterisk, err = sandbox.StartAsterisk(t.Context(), config)
	require.NoError(t, err)
}

// While Postgres is away, a caller is asked for patience and hears music, however long; one who calls meanwhile hears why. Then both go on.
func TestPostgresAwayIsHeard(t *testing.T) {
	for _, away := range []time.Duration{5 * time.Second, 30 * time.Second} { // a lease lives for 10 s, and the announcement lasts for 20
		t.Run(away.String(), func(t *testing.T) {
			t.Parallel()
			w := newFaultyWorld(t)
			clips := func(uris []string) (sounds []ivrtest.Sound) {
				for n := 0; n < len(uris); n += 2 { // a breath between two
					sounds = append(sounds, ivrtest.ReadSound(t, strings.TrimPrefix(uris[n], "sound:")+".wav"))
				}
				require.Len(t, sounds, 3)
				return sounds
			}
			menu := w.clip(t, "menu").Until(2 * time.Second)
			phone := w.phones.Call(t, "+77010000072", "1414")
			at := phone.Hears(t, menu, 0, 10*time.Second)
			w.wire.Cut()
			mend := time.AfterFunc(away, w.wire.Mend)
			defer mend.Stop()
			phone.Key(t, "1")
			moment := clips(w.pack.Moment(t.Context(), dialogue.Russian))
			if away < 10*time.Second {
				moment = moment[:1] // the caller's language comes first
			} else {
				late := w.phones.Call(t, "+77010000073", "1414")
				end := time.Duration(0)
				for _, clip := range clips(w.pack.Unavailable(t.Context(), "")) {
					end = late.Hears(t, clip, end, 20*time.Second)
				}
				end = late.Hears(t, menu, end, 30*time.Second)
				late.Key(t, "3")
				w.hears(t, late, "bye", "", end)
			}
			for _, clip := range moment {
				at = phone.Hears(t, clip, at, 8*time.Second)
			}
			again := phone.Hears(t, menu, at, 30*time.Second)
			require.Greater(t, again-at, (away-menu.Length())/3, "music")
			phone.Key(t, "3")
			w.hears(t, phone, "bye", "", again)
			phone.Ends(t, 10*time.Second)
			w.ends(t)
		})
	}
}

// A whole call in which the first request of every kind fails: it goes its way, and nothing of it is done twice.
func TestEveryRequestToAsteriskFailsOnce(t *testing.T) {
	t.Parallel()
	for name, fate := range map[string]ivrtest.Fate{"carried out, not answered": ivrtest.LosesReply, "refused": ivrtest.Refused} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newFaultyWorld(t)
			w.relay.EachOnce(fate)
			citizen := w.phones.Call(t, "+77010000071", "1414")
			at := citizen.Hears(t, w.clip(t, "menu").Until(2*time.Second), 0, 10*time.Second)
			citizen.Key(t, "1")
			at = w.hears(t, citizen, "ask", "", at)
			citizen.Key(t, "031")
			at = w.hears(t, citizen, "told", "031", at)
			citizen.Key(t, "2")
			at = w.hears(t, citizen, "queue", "", at)
			interaction := w.only(t, call.Waiting).Interaction
			require.Equal(t, []string{"keys 1", "keys 031", "keys 2"}, w.inputs(t, interaction))
			id := w.ContactOf(t, interaction)
			w.accepted(t, 0, id)
			operator := w.phones.Rings(t, "1001", 10*time.Second)
			w.comes(t, id, contact.Connected)
			w.requireTalk(t, citizen, operator)
			w.releases(t, 0, id)
			operator.Ends(t, 10*time.Second)
			w.hears(t, citizen, "bye", "", at)
			citizen.Ends(t, 10*time.Second)
			require.Empty(t, w.relay.Left(), "requests that were not made")
			i := &incident{world: w, id: id}
			i.leavesNothing(t)
			require.Equal(t, 1, pgtest.Value[int](t, w.URL, `SELECT count(*) FROM legs WHERE role = 'agent'`))
		})
	}
}
