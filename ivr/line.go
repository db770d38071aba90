package ivr

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/CyCoreSystems/ari/v6"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"okno/internal/call"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/phone"
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

// dispatch gives an event to the call that it is about.
func (l *Line) dispatch(ctx context.Context, event ari.Event) {
	switch event := event.(type) {
	case *ari.StasisStart:
		l.arrived(ctx, &event.Channel, len(event.Args) > 0 && event.Args[0] == operatorArg)
	case *ari.ChannelDtmfReceived:
		l.tell(event.Channel.ID, key(event.Digit))
	case *ari.PlaybackFinished:
		l.tell(strings.TrimPrefix(event.Playback.TargetURI, "channel:"), played(event.Playback.ID))
	case *ari.ChannelHangupRequest:
		l.ended(event.Channel.ID, event.Cause)
	case *ari.StasisEnd:
		l.ended(event.Channel.ID, normalClearing)
	case *ari.ChannelDestroyed:
		l.ended(event.Channel.ID, event.Cause)
	}
}

// arrived takes a channel that has come into our application: a citizen who calls, or an operator who answers.
func (l *Line) arrived(ctx context.Context, channel *ari.ChannelData, operator bool) {
	if !operator {
		l.take(ctx, call.Call{
			Asterisk: l.config.Asterisk.Name, Channel: channel.ID, Number: numberOf(channel), State: call.Ringing,
		}, (*session).greet)
		return
	}
	if !l.tell(channel.ID, legUp(channel.ID)) {
		l.work.Go(func() { l.dismiss(channel.ID) }) // answered too late: nobody waits for it
	}
}

// take begins the goroutine of a call, unless its channel has one.
func (l *Line) take(ctx context.Context, c call.Call, start func(*session, context.Context) (conversation.Turn, error)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.channels[c.Channel] != nil || ctx.Err() != nil {
		return
	}
	ctx, hangUp := context.WithCancelCause(ctx)
	s := newSession(l, c, func() { hangUp(ErrHangup) })
	l.channels[c.Channel] = s
	if c.Interaction != 0 {
		l.calls[c.Interaction] = s
	}
	if c.Leg.Channel != "" {
		l.channels[c.Leg.Channel] = s
	}
	l.config.Active.Inc()
	l.work.Go(func() {
		s.run(ctx, start)
		l.forget(s)
		s.refuseAll()
		l.config.Active.Dec()
		hangUp(nil)
	})
}

// forget lets go of a call that is over, or no longer ours.
func (l *Line) forget(s *session) {
	l.mu.Lock()
	defer l.mu.Unlock()
	maps.DeleteFunc(l.channels, func(_ string, other *session) bool { return other == s })
	maps.DeleteFunc(l.calls, func(_ int64, other *session) bool { return other == s })
}

// route makes events of a channel, and commands for an interaction, come to a call.
func (l *Line) route(s *session, interaction int64, channel string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if interaction != 0 {
		l.calls[interaction] = s
	}
	if channel != "" {
		l.channels[channel] = s
	}
}

// tell puts news of a channel into its call's mailbox. It is false if the channel is no call's.
func (l *Line) tell(channel string, news any) bool {
	l.mu.Lock()
	s := l.channels[channel]
	l.mu.Unlock()
	if s == nil {
		return false
	}
	s.inbox.put(news)
	return true
}

// ended brings the end of a channel. It comes several times, in any order: each is the same news.
func (l *Line) ended(channel string, cause int) {
	l.mu.Lock()
	s := l.channels[channel]
	l.mu.Unlock()
	switch {
	case s == nil:
	case channel == s.channel:
		s.hangUp()
	default:
		s.inbox.put(legDown{channel: channel, cause: cause})
	}
}

// dismiss hangs up a channel that belongs to nobody.
func (l *Line) dismiss(channel string) {
	if err := l.rest.hangup(channel); err != nil {
		l.log.Warn().Err(err).Str("channel", channel).Msg("channel of nobody stays")
		return
	}
	l.log.Info().Str("channel", channel).Msg("channel of nobody hung up")
}

// numberOf is the caller's number in E.164, or "" if it is withheld or none.
func numberOf(channel *ari.ChannelData) string {
	if channel.Caller == nil {
		return ""
	}
	number, err := phone.Parse(channel.Caller.Number)
	if err != nil {
		return ""
	}
	return number
}
