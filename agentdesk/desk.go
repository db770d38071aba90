package agentdesk

import (
	"context"
	"crypto/rand"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"okno/internal/access"
	"okno/internal/call"
	"okno/internal/casework"
	"okno/internal/citizen"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/edge"
	"okno/internal/password"
)

// Account is a SIP account for a browser, as it goes to the page.
type Account struct {
	User   string `json:"user"`
	Secret string `json:"secret"`
	URL    string `json:"url"` // of the WebSocket
}

// NewAccount opens a SIP account with a secret of its own. call.ErrNoVoice when no node serves calls.
func NewAccount(ctx context.Context, store accounts, a call.Account, lasting time.Duration) (Account, error) {
	a.Secret = rand.Text()
	opened, err := store.OpenAccount(ctx, a, lasting)
	return Account{User: opened.Name, Secret: opened.Secret, URL: opened.URL}, err
}

// Passwords hashes passwords, and says whether one is that which was hashed; an unreadable hash matches nothing, and takes as long.
type Passwords interface {
	Matches(ctx context.Context, hash, password string) (bool, error)
	Hash(ctx context.Context, password string) (string, error)
}

// Options are a desk's parts.
type Options struct {
	Store    Store
	Units    Units
	Floor    Floor
	Segments func(text string) int
	Replies  Replies // default: [DefaultReplies]
	// Reasons gives the texts behind a contact's reason, by language.
	Reasons func(key string) map[string]string
	// DialogueQueues lists the queues that the dialogue names; nil: none.
	DialogueQueues func() []string
	Hints          <-chan struct{} // that a stream has something new, or a queue
	Changed        func() []string // gives the names of the streams that have something new since it was last asked; nil: a page hears within a second
	Node           string
	Clock          func() time.Time // of logins that are guessed; default: time.Now
	Zone           *time.Location   // whose days reports count; default: UTC
	Page           http.Handler     // what /desk/ shows
	Hosts          edge.Hosts       // whose pages may open the socket
	// Passwords checks them within the process's budget. Default: one of its own.
	Passwords Passwords
	// Teller tells citizens of the steps of their cases; nil tells nobody.
	Teller *casework.Teller
	// Services finds services of the catalogue.
	Services Services
	// Offices are those that citizens visit, and Notices what they are told of that; nil: there is none.
	Offices Offices
	Notices Notices
	// Dialogues gives what citizens meet, and Vocabulary is what a changed one is checked by; nil: dialogues are not edited here.
	Dialogues  Dialogues
	Vocabulary *dialogue.Vocabulary
	// Writing is how a dialogue that is tried writes.
	Writing conversation.Writing
	// Registrar tells of numbers that are bound; nil tells nobody.
	Registrar *citizen.Registrar
	// Factor seals the secrets of second factors; nil: none can be set up here.
	Factor Factor
	// Passkeys holds ceremonies with security keys; nil: none can be set up here.
	Passkeys Passkeys
	// Attachments keeps files of cases; nil: none can be added here.
	Attachments Attachments
	// SSO logs people in at an identity provider; nil: nobody.
	SSO SSO
	// Outside are the telephones outside to which calls may be passed on.
	Outside []call.Destination
	// SecondFactor are the roles that set up a second factor before anything else.
	SecondFactor []access.Role
	Metrics      prometheus.Registerer
	Log          zerolog.Logger
}

// Desk serves operators.
type Desk struct {
	Options
	hub    *hub
	trying chan struct{} // has room for the tryouts that are held at once
}

// New takes the parts of a desk.
func New(o Options) *Desk {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.Replies == (Replies{}) {
		o.Replies = DefaultReplies
	}
	if o.Changed == nil {
		o.Changed = func() []string { return nil }
	}
	if o.Passwords == nil {
		o.Passwords = password.NewBudget()
	}
	d := &Desk{Options: o, trying: make(chan struct{}, mostTryouts)}
	d.hub = newHub(o.Store, o.Hints, o.Changed, o.Log)
	d.hub.overdue, d.hub.departed = d.endOverdue, d.departed
	connections := prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "okno_desk_connections", Help: "Desks that are connected to this node."},
		func() float64 { return float64(d.hub.size()) })
	if o.Metrics != nil {
		o.Metrics.MustRegister(connections)
	}
	return d
}

// Run serves the desks' sockets until ctx ends, and then asks them to connect elsewhere.
func (d *Desk) Run(ctx context.Context) error { return d.hub.run(ctx) }
