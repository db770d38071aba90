package ivr

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/CyCoreSystems/ari/v6"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"okno/internal/call"
	"okno/internal/conversation"
	"okno/internal/dialogue"
)

// Conversation decides what the citizen hears, and what follows from an answer. Each method is one transaction.
type Conversation interface {
	// Begin opens an interaction for a call that has come in, keeps the call with it, and gives the first turn.
	Begin(ctx context.Context, c call.Call) (conversation.Turn, error)
	// Advance gives what follows from an input: keys, silence, a hang-up, or that the process came back.
	Advance(ctx context.Context, interaction int64, in dialogue.Input) (conversation.Turn, error)
}

// Operators is told when an operator's side of a call is gone. lost means that it broke off, and nobody hung up. The answer is
// what the citizen hears next: the dialogue's next turn, or one that waits for an operator again.
type Operators interface {
	OperatorLeft(ctx context.Context, interaction int64, lost bool) (conversation.Turn, error)
}

// Store keeps what a call is, beyond the life of this process.
type Store interface {
	LiveCalls(ctx context.Context, asterisk string) ([]call.Call, error)
	// CallHasEnded says whether the channel is of a call that has ended.
	CallHasEnded(ctx context.Context, channel string) (bool, error)
	// SaveCall gives call.ErrOver for a call that has ended.
	SaveCall(ctx context.Context, c call.Call) error
	Leases
}

// Leases keep what has one owner at a time.
type Leases interface {
	// AcquireLease takes or prolongs what has one owner; false while another holds it.
	AcquireLease(ctx context.Context, name, holder string, lasting time.Duration) (bool, error)
	ReleaseLease(ctx context.Context, name, holder string) error
}

// Voice turns utterances into the URIs of clips that Asterisk can play.
type Voice interface {
	Clips(ctx context.Context, utterances [][]dialogue.Fragment) []string
	// Unavailable is the announcement for when nothing else can be said.
	Unavailable() string
}

// Asterisk is one Asterisk of the configuration.
type Asterisk struct {
	Name               string // for the lease, the log and the calls' rows
	URL                string // of ARI: http://127.0.0.1:8088/ari
	Username, Password string
	// WebSocketURL is where browsers speak SIP with it; default: /ws beside ARI.
	WebSocketURL string
}

// Config is what a line is made of.
type Config struct {
	Asterisk     Asterisk
	Node         string // this process's name, which a restarted one has again
	Conversation Conversation
	Operators    Operators
	Store        Store
	Voice        Voice
	Active       prometheus.Gauge // okno_calls_active of this node
	Log          zerolog.Logger
}

// ActiveCalls makes the gauge okno_calls_active{node}, which all lines of a node share.
func ActiveCalls(registerer prometheus.Registerer, node string) prometheus.Gauge {
	gauge := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "okno_calls_active", Help: "Calls that citizens have with Okno now.",
	}, []string{"node"})
	registerer.MustRegister(gauge)
	return gauge.WithLabelValues(node)
}

const (
	leaseLength = 10 * time.Second
	leaseRenew  = 3 * time.Second
	// sweepEvery is how often calls and channels are compared when nothing gives cause to: news that got lost costs this.
	sweepEvery = 30 * time.Second
)

// Line is the voice channel on one Asterisk. At most one node runs it at a time.
type Line struct {
	config Config
	rest   *rest
	log    zerolog.Logger
	work   sync.WaitGroup // the event stream, and the calls

	mu       sync.Mutex
	problem  error
	calls    map[int64]*session  // by interaction
	channels map[string]*session // by channel: the citizen's, and the operator's
	accounts map[string][]object // by name, to be put again after Asterisk restarts
}

// New returns a line that Run starts.
func New(config Config) *Line {
	return &Line{
		config:   config,
		rest:     newREST(config.Asterisk),
		log:      config.Log.With().Str("asterisk", config.Asterisk.Name).Logger(),
		problem:  fmt.Errorf("asterisk %s: not connected yet", config.Asterisk.Name),
		calls:    map[int64]*session{},
		channels: map[string]*session{},
		accounts: map[string][]object{},
	}
}

// Ready is nil when calls can be taken, or another node takes them; else it says what is wrong.
func (l *Line) Ready() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.problem
}

func (l *Line) setProblem(err error) {
	l.mu.Lock()
	before := l.problem
	l.problem = err
	l.mu.Unlock()
	switch {
	case err == nil && before != nil:
		l.log.Info().Msg("asterisk is ready")
	case err != nil && (before == nil || before.Error() != err.Error()):
		l.log.Warn().Err(err).Msg("asterisk is not ready")
	}
}

// Run serves calls until ctx ends. Calls that live then stay in Asterisk, for the next process to adopt.
func (l *Line) Run(ctx context.Context) error {
	renew := time.NewTicker(leaseRenew)
	defer renew.Stop()
	for {
		asked := time.Now()
		switch held, err := l.acquire(ctx); {
		case held:
			l.hold(ctx, asked.Add(leaseLength), renew.C)
		case err != nil:
			l.setProblem(err)
		default:
			l.setProblem(nil) // another node takes the calls
		}
		select {
		case <-renew.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// hold serves as long as the lease is ours: until another has it, or it has run out because the store did not answer.
func (l *Line) hold(ctx context.Context, until time.Time, renew <-chan time.Time) {
	serving, stop := context.WithCancel(ctx)
	l.work.Go(func() { l.serve(serving) })
	for held := true; held && ctx.Err() == nil; {
		select {
		case <-renew:
		case <-ctx.Done():
			continue
		}
		asked := time.Now()
		switch still, err := l.acquire(ctx); {
		case still:
			until = asked.Add(leaseLength)
		case err == nil:
			l.log.Error().Msg("another node has taken the lease")
			held = false
		default:
			l.log.Warn().Err(err).Msg("lease not prolonged")
			held = time.Now().Before(until)
		}
	}
	stop()
	l.work.Wait()
	releasing, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if err := l.config.Store.ReleaseLease(releasing, l.lease(), l.config.Node); err != nil {
		l.log.Warn().Err(err).Msg("lease kept until it runs out")
	}
}

func (l *Line) lease() string { return "voice:" + l.config.Asterisk.Name }

func (l *Line) acquire(ctx context.Context) (bool, error) {
	limited, cancel := context.WithTimeout(ctx, leaseRenew)
	defer cancel()
	return l.config.Store.AcquireLease(limited, l.lease(), l.config.Node, leaseLength)
}

// serve is what the holder of the lease does. Calls live as long as its context: longer than a connection to Asterisk.
func (l *Line) serve(ctx context.Context) {
	events := &stream{
		config:    l.config.Asterisk,
		log:       l.log,
		lost:      l.setProblem,
		event:     func(event ari.Event) { l.dispatch(ctx, event) },
		connected: func(connection context.Context) { l.work.Go(func() { l.settle(ctx, connection) }) },
	}
	events.run(ctx)
}
