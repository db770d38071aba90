package agentdesk_test

import (
	people "okno/internal/citizen"

	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/agentdesk"
	"okno/agentdesk/desktest"
	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/appointment"
	"okno/internal/cases"
	"okno/internal/casework"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/floor/floortest"
	"okno/internal/lease"
	"okno/internal/news"
	"okno/internal/password"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

const citizen = "+77010000002"

// office is a desk server with one agent and a dispatcher, in a house of its own.
type office struct {
	folder string // of attachments
	*floortest.House
	server *httptest.Server
	clock  func() time.Time // of a node; nil: the real one
	desk   context.CancelFunc
	visits *appointment.Cache // empty until it is filled
}

func newOffice(t *testing.T) *office {
	t.Helper()
	hints, err := news.Open("")
	require.NoError(t, err)
	t.Cleanup(hints.Close)
	h := floortest.Build(t, pgtest.URL(t), hints)
	o := &office{House: h}
	hash, err := password.Hash(floortest.Password)
	require.NoError(t, err)
	h.Do(t, func(w *store.Work) error {
		if err := w.SaveQueue(t.Context(), "general", map[string]string{"ru": "Общие"}); err != nil {
			return err
		}
		a := acd.Agent{Login: "aliya", Name: "Алия", Role: access.Agent, Languages: []string{"ru"}, Queues: []string{"general"}}
		a.ID, err = w.SaveAgent(t.Context(), a, hash)
		h.Agents = append(h.Agents, a)
		return err
	})
	o.server, o.desk = o.serve(t, hints)
	distribution, _ := hints.Subscribe(news.Contacts)
	o.runs(t, acd.NewDispatcher(lease.NewKeeper(h.DB, acd.LeaseName, "test", zerolog.Nop()), h.DB, h.Floor, distribution, zerolog.Nop()).Run)
	return o
}

// serve starts a desk server, as a node of its own.
func (o *office) serve(t *testing.T, hints *news.News) (*httptest.Server, context.CancelFunc) {
	t.Helper()
	changes := hints.Follow(news.Streams, news.Contacts)
	o.visits = appointment.NewCache(o.DB, nil, zerolog.Nop())
	desk := agentdesk.New(agentdesk.Options{Store: o.DB, Floor: o.Floor, Segments: floortest.OneSegment, Hints: changes.Hints, Changed: changes.Take, Node: "test", Log: zerolog.Nop(), Services: catalogueOfTwo(), Offices: o.visits, Notices: conversation.NewNotices(o.Library, conversation.Writing{Segments: floortest.OneSegment}), Teller: casework.NewTeller(steps{}, floortest.OneSegment, time.Now), Attachments: o.files(t), Registrar: people.NewRegistrar(told{}, floortest.OneSegment, time.Now),
		Dialogues: o.Library, Vocabulary: conversation.Vocabulary(floortest.OneSegment), Writing: conversation.Writing{Segments: floortest.OneSegment, Pages: floortest.OnePage},
		DialogueQueues: o.Dialog.Queues,
		Reasons: func(key string) map[string]string {
			return map[string]string{"ru": o.Dialog.Texts.Line(dialogue.Russian, key)}
		},
		Units: func(ctx context.Context, fn func(agentdesk.Work) error) error {
			return o.DB.Do(ctx, func(w *store.Work) error { return fn(w) })
		},
		Page: http.NotFoundHandler()})
	return served(t, desk), o.runs(t, desk.Run)
}

// served serves a desk until the test ends.
func served(t *testing.T, desk *agentdesk.Desk) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	desk.Register(mux)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

// runs runs a part until the test ends, or until it is stopped.
func (o *office) runs(t *testing.T, run func(context.Context) error) context.CancelFunc {
	t.Helper()
	running, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- run(running) }()
	t.Cleanup(func() {
		stop()
		require.NoError(t, <-ended)
	})
	return stop
}

// writes is an SMS from the citizen.
func (o *office) writes(t *testing.T, body string) { o.Writes(t, citizen, body) }

func (o *office) lastMT(t *testing.T) string {
	t.Helper()
	texts := pgtest.Texts(t, o.URL, "true")
	return texts[len(texts)-1]
}

func (o *office) logIn(t *testing.T, secret string) (cookie string, status int) {
	t.Helper()
	return desktest.LogIn(t, o.server.URL, "aliya", secret)
}

type (
	page = desktest.Page
	m    = desktest.M
)

var inState = desktest.InState

func (o *office) open(t *testing.T, cookie string, seen map[string]float64) *page {
	t.Helper()
	return desktest.Open(t, o.server.URL, cookie, seen)
}

func TestAnSMSThreadFromOfferToDisposition(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	_, status := o.logIn(t, "wrong password")
	require.Equal(t, http.StatusUnauthorized, status)
	cookie, status := o.logIn(t, "okno-demo")
	require.Equal(t, http.StatusOK, status)
	p := o.open(t, cookie, nil)
	p.Snapshot("the empty desk", func(contacts []any) bool { return len(contacts) == 0 })
	require.Equal(t, "bad_command", p.Sends("set_status", m{"status": "asleep"})["code"])
	require.True(t, p.Sends("set_status", m{"status": "available"})["ok"].(bool))

	o.writes(t, "оператор")
	offered := p.Snapshot("an offer", inState("offered"))[0].(m)
	require.Empty(t, offered["number"], "an offer does not show who")
	require.Equal(t, "Просит оператора", offered["reason"].(m)["ru"])
	require.Equal(t, []any{false, true}, []any{offered["auto_accept"], offered["must_file"]}, "the house's rules")
	contact := offered["id"]
	require.Equal(t, "unknown_contact", p.Sends("reply", m{"contact": 1 << 40, "text": "x"})["code"])
	require.Equal(t, "not_yours", p.Sends("reply", m{"contact": contact, "text": "x"})["code"], "not before it is accepted")
	accepted := p.SendsAs("accept-1", "accept", m{"contact": contact})
	require.True(t, accepted["ok"].(bool))
	require.Equal(t, accepted["data"], p.SendsAs("accept-1", "accept", m{"contact": contact})["data"], "done once, answered as often as asked")
	require.Equal(t, "offer_gone", p.Sends("accept", m{"contact": contact})["code"])

	o.writes(t, "Когда будет готово?")
	p.Until("the citizen's words", func(got m) bool {
		return got["kind"] == "entry" && got["data"].(m)["body"] == "Когда будет готово?"
	})
	require.Equal(t, "empty", p.Sends("reply", m{"contact": contact, "text": "  "})["code"])
	require.True(t, p.Sends("reply", m{"contact": contact, "text": "Завтра."})["ok"].(bool))
	require.Equal(t, "Завтра.", o.lastMT(t))

	opened := p.Sends("case_open", m{"contact": contact, "kind": "inquiry", "subject": "Справка"})["data"].(m)
	whole := p.Sends("case_open", m{"contact": contact, "kind": "appeal", "subject": " Яма ", "body": "Яма.\nВо дворе."})["data"].(m)
	require.Equal(t, []any{"Яма", "Яма.\nВо дворе."}, []any{whole["subject"], whole["body"]})
	for field, wrong := range map[string]m{"subject": {"subject": strings.Repeat("ё", 201)}, "body": {"subject": "x", "body": strings.Repeat("ё", 10_001)}} {
		wrong["contact"], wrong["kind"] = contact, "appeal"
		require.Equal(t, field, p.Sends("case_open", wrong)["field"])
	}
	move := m{"contact": contact, "number": opened["number"], "from": "registered", "to": "in_progress", "why": "проверяем", "tell": "Проверяем."}
	require.Equal(t, "in_progress", p.Sends("case_move", move)["data"].(m)["state"])
	require.Equal(t, "Проверяем.", o.lastMT(t))
	require.Equal(t, "case_moved", p.Sends("case_move", move)["code"], "somebody else was faster")

	require.True(t, p.Sends("finish", m{"contact": contact})["ok"].(bool))
	require.Equal(t, "Спасибо за обращение. До свидания.", o.lastMT(t))
	for _, wrong := range []string{"", "not_given"} {
		refused := p.Sends("disposition", m{"contact": contact, "disposition": wrong})
		require.Equal(t, []any{"no_disposition", "disposition"}, []any{refused["code"], refused["field"]})
	}
	require.True(t, p.Sends("disposition", m{"contact": contact, "disposition": "resolved", "note": "всё"})["ok"].(bool))
	p.Snapshot("the empty desk", func(contacts []any) bool { return len(contacts) == 0 })
	require.Equal(t, "operator", pgtest.Value[string](t, o.URL, `SELECT outcome FROM interactions`))
}

// A page that says it has seen the stream of a contact which is not its agent's gets nothing of it, however often it says so.
func TestAPageIsSentNothingOfOthersContacts(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	cookie, _ := o.logIn(t, floortest.Password)
	p := o.open(t, cookie, nil)
	p.Sends("set_status", m{"status": "available"})
	o.writes(t, "оператор")
	contact := p.Snapshot("an offer", inState("offered"))[0].(m)["id"]
	p.Sends("accept", m{"contact": contact})
	o.hires(t, acd.Agent{Login: "boris", Name: "Борис", Role: access.Agent, Languages: []string{"ru"}, Queues: []string{"general"}})
	cookie, _ = desktest.LogIn(t, o.server.URL, "boris", floortest.Password)
	stream := fmt.Sprintf("contact:%.0f", contact)
	other := o.open(t, cookie, map[string]float64{stream: 0})
	for n := range 30 {
		o.writes(t, fmt.Sprint("Вопрос ", n)) // has the node look for news
		require.NoError(t, other.Socket.WriteJSON(m{"type": "hello", "streams": m{stream: 0}}))
	}
	require.True(t, other.Sends("set_status", m{"status": "available"})["ok"].(bool)) // answered after all of them
	require.NotContains(t, other.Seen, stream)
}

func TestAPageThatComesBackMissesNothingAndSeesNothingTwice(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	cookie, _ := o.logIn(t, "okno-demo")
	p := o.open(t, cookie, nil)
	p.Sends("set_status", m{"status": "available"})
	o.writes(t, "оператор")
	contact := p.Snapshot("an offer", inState("offered"))[0].(m)["id"]
	p.Sends("accept", m{"contact": contact})
	p.Snapshot("the contact", inState("connected"))
	entries := func(all []m) (bodies []string) {
		for _, got := range all {
			if got["kind"] == "entry" {
				bodies = append(bodies, got["data"].(m)["body"].(string))
			}
		}
		return bodies
	}
	o.writes(t, "раз")
	p.Until("раз", func(got m) bool { return len(entries([]m{got})) == 1 })
	require.NoError(t, p.Socket.Close())
	for _, body := range []string{"два", "три", "четыре"} {
		o.writes(t, body)
	}
	back := o.open(t, cookie, p.Seen)
	_, all := back.Until("четыре", func(got m) bool { return len(entries([]m{got})) == 1 && entries([]m{got})[0] == "четыре" })
	require.Equal(t, []string{"два", "три", "четыре"}, entries(all))
}

func TestSocketsEndWithTheLoginAndWithTheNode(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	closed := func(p *page) int { return p.Closed(10 * time.Second) }
	cookie, _ := o.logIn(t, "okno-demo")
	p := o.open(t, cookie, nil)
	p.Snapshot("the desk", func([]any) bool { return true })
	request, err := http.NewRequest(http.MethodPost, o.server.URL+"/desk/logout", nil)
	require.NoError(t, err)
	request.Header.Set("Cookie", cookie)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	response.Body.Close()
	require.Equal(t, 4001, closed(p))
	_, refused, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(o.server.URL, "http")+"/desk/ws", http.Header{"Cookie": {cookie}})
	require.Error(t, err)
	require.Equal(t, http.StatusUnauthorized, refused.StatusCode)

	cookie, _ = o.logIn(t, "okno-demo")
	p = o.open(t, cookie, nil)
	p.Snapshot("the desk", func([]any) bool { return true })
	o.desk()
	require.Equal(t, websocket.CloseServiceRestart, closed(p))
}

func TestAForeignSiteCannotOpenADesk(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	cookie, _ := o.logIn(t, "okno-demo")
	_, refused, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(o.server.URL, "http")+"/desk/ws",
		http.Header{"Cookie": {cookie}, "Origin": {"https://elsewhere.example"}})
	require.Error(t, err)
	require.Equal(t, http.StatusForbidden, refused.StatusCode)
}

// told are the texts about numbers.
type told struct{}

func (told) BoundText(_ dialogue.Language, number string) string { return "bound " + number }

func (told) UnboundText(_ dialogue.Language, number string) string { return "unbound " + number }

type steps struct{}

func (steps) Step(_ dialogue.Language, c cases.Case) string { return c.Number + " " + string(c.State) }

func (steps) Merged(_ dialogue.Language, c cases.Case, stands cases.State, other string) string {
	return strings.TrimSpace(c.Number + " = " + other + " " + string(stands))
}
