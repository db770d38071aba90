package agentdesk

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"okno/internal/acd"
	"okno/internal/cases"
	"okno/internal/conversation"
	"okno/internal/desk"
)

// Store keeps what desks show and do.
type Store interface {
	logins
	streams
	offers
	commands
	links
}

type logins interface {
	// AgentByLogin gives an agent with the password's hash. acd.ErrNoAgent.
	AgentByLogin(ctx context.Context, login string) (acd.Agent, string, error)
	AddLogin(ctx context.Context, tokenHash []byte, agent int64, expires time.Time) error
	AgentOfLogin(ctx context.Context, tokenHash []byte) (acd.Agent, time.Time, error)
	EndLogin(ctx context.Context, tokenHash []byte) error
}

type streams interface {
	StreamHeads(ctx context.Context, names []string) (map[string]int64, error)
	StreamEvents(ctx context.Context, stream string, after int64, limit int) ([]desk.Event, error)
	DeskSnapshot(ctx context.Context, agent int64) (desk.Snapshot, error)
	ContactView(ctx context.Context, agent, contact int64) (desk.View, error)
}

type offers interface {
	AcceptOffer(ctx context.Context, agent, contact int64) (acd.Contact, error)
	DeclineOffer(ctx context.Context, agent, contact int64) error
	ConnectDesk(ctx context.Context, agent int64, lease time.Duration, node string) error
	DisconnectDesk(ctx context.Context, agent int64, node string) error
}

type commands interface {
	CommandResult(ctx context.Context, agent int64, id string) (result json.RawMessage, done bool, err error)
	KeepCommand(ctx context.Context, agent int64, id string, result json.RawMessage) error
}

// Work is what a command does in one transaction.
type Work interface {
	conversation.Work
	contactWork
	SetStatus(ctx context.Context, agent int64, s acd.Status, reason, by string) error
	SetNextStatus(ctx context.Context, agent int64, s acd.Status) error
	MoveCase(ctx context.Context, c cases.Case, to cases.State, dueOn time.Time, by, why, told string) (cases.Case, error)
}

type contactWork interface {
	// HeldContact locks a contact. acd.ErrUnknown, acd.ErrNotYours.
	HeldContact(ctx context.Context, agent, contact int64) (acd.Contact, error)
	FileDisposition(ctx context.Context, c acd.Contact, disposition, note string) error
	ExtendWrapUp(ctx context.Context, c acd.Contact) error
	Release(ctx context.Context, interaction int64) error
}

// Units runs fn in one transaction and commits it if fn gives no error.
type Units func(ctx context.Context, fn func(Work) error) error

// Dialogue goes on with a conversation when the operator has done.
type Dialogue interface {
	Answer(ctx context.Context, w conversation.Work, interaction int64, outcome string) (conversation.Turn, error)
	Reply(ctx context.Context, w conversation.Work, turn conversation.Turn) error
}

// Calls controls the calls that desks have to do with. A node without voice has none.
type Calls interface {
	// Account gives the page a SIP account that lives as long as the login.
	Account(ctx context.Context, agent int64) (Account, error)
	// Forget removes it.
	Forget(ctx context.Context, agent int64)
	// Connect rings the agent's phone and joins it to the citizen. It returns when that has begun; the contact's state
	// tells what comes of it. endpoint is "" for the page's account.
	Connect(ctx context.Context, interaction, agent int64, endpoint string) error
	// Hangup ends the agent's part of a call; the citizen hears how it goes on.
	Hangup(ctx context.Context, interaction int64) error
}

// Account is a SIP account for a browser.
type Account struct {
	User   string `json:"user"`
	Secret string `json:"secret"`
	URL    string `json:"url"` // of the WebSocket
}

// Options are a desk's parts.
type Options struct {
	Store    Store
	Units    Units
	Dialogue Dialogue
	Calls    Calls // nil without voice
	Segments func(text string) int
	// Reasons gives the texts behind a contact's reason, by language.
	Reasons func(key string) map[string]string
	Hints   <-chan struct{} // that a stream has something new
	Node    string
	Page    http.Handler // what /desk/ shows
	Metrics prometheus.Registerer
	Log     zerolog.Logger
}

// Desk serves operators.
type Desk struct {
	Options
	hub *hub
}

// New takes the parts of a desk.
func New(o Options) *Desk {
	d := &Desk{Options: o}
	d.hub = newHub(o.Store, o.Hints, o.Log)
	connections := prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "okno_desk_connections", Help: "Desks that are connected to this node."},
		func() float64 { return float64(d.hub.size()) })
	if o.Metrics != nil {
		o.Metrics.MustRegister(connections)
	}
	return d
}

// Run serves the desks' sockets until ctx ends, and then asks them to connect elsewhere.
func (d *Desk) Run(ctx context.Context) error { return d.hub.run(ctx) }

// Register adds the desk's routes.
func (d *Desk) Register(mux *http.ServeMux) {
	mux.HandleFunc("POST /desk/login", d.logIn)
	mux.HandleFunc("POST /desk/logout", d.logOut)
	mux.HandleFunc("GET /desk/me", d.me)
	mux.HandleFunc("GET /desk/contacts/{id}", d.view)
	mux.HandleFunc("GET /desk/sms", d.sms)
	mux.HandleFunc("GET /desk/ws", d.socket)
	mux.Handle("GET /desk/", http.StripPrefix("/desk/", d.Page))
	mux.Handle("GET /{$}", http.RedirectHandler("/desk/", http.StatusFound))
}
