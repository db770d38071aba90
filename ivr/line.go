package ivr

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/CyCoreSystems/ari/v6"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"okno/internal/call"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/lease"
)

// Floor keeps what becomes of calls and contacts. Each method is one transaction, is refused with [lease.ErrFenced] for an owner whose
// lease has gone, and may be told again after a lost answer.
type Floor interface {
	dialogues
	connections
}

type dialogues interface {
	// Begin opens an interaction for a call that has come in, and gives the first turn.
	Begin(ctx context.Context, l lease.Lease, c call.Call) (conversation.Turn, error)
	// Answered keeps that the call has been answered.
	Answered(ctx context.Context, l lease.Lease, interaction int64) error
	// Advance gives what follows from an input: keys, silence, or that the process came back.
	Advance(ctx context.Context, l lease.Lease, interaction int64, in dialogue.Input) (conversation.Turn, error)
	// AdvanceCalled is Advance for a citizen who was called.
	AdvanceCalled(ctx context.Context, l lease.Lease, interaction int64, in dialogue.Input) (conversation.Turn, error)
	// Say gives the turn that an order to say is about, and answers the order.
	Say(ctx context.Context, l lease.Lease, o call.Order) (conversation.Turn, error)
	// InWriting sends by SMS what could not be said, and gives what is said in its place: nothing where the number takes no SMS.
	InWriting(ctx context.Context, l lease.Lease, interaction int64, unsaid []dialogue.Utterance) ([]dialogue.Fragment, error)
	// TellWait gives what a caller who waits hears of the wait now, and how long it is until the next time; 0: never.
	TellWait(ctx context.Context, l lease.Lease, interaction int64) (turn conversation.Turn, next time.Duration, err error)
	// KeyInQueue gives what follows from a key of a caller who waits. One who waits on expects an outcome.
	KeyInQueue(ctx context.Context, l lease.Lease, interaction int64, key string) (conversation.Turn, error)
	// HungUp keeps that the call is over.
	HungUp(ctx context.Context, l lease.Lease, interaction int64, how call.Departure) error
}

type connections interface {
	// Dial keeps that a phone is about to ring, an agent's or one outside. contact.ErrState when the order no longer holds.
	Dial(ctx context.Context, l lease.Lease, o call.Order, room string) error
	// Joined keeps that whoever the phone was rung for is in the talk. contact.ErrState when the order no longer holds.
	Joined(ctx context.Context, l lease.Lease, o call.Order) error
	// CallCitizen keeps that a citizen's telephone is about to ring by an order to call back, and gives the call. contact.ErrState when the order no
	// longer holds.
	CallCitizen(ctx context.Context, l lease.Lease, o call.Order) (call.Call, error)
	// Reached keeps that a citizen who is called back has answered, and gives what the citizen hears.
	Reached(ctx context.Context, l lease.Lease, interaction int64) (conversation.Turn, error)
	// CalledBack says whether a call to a citizen is one that the citizen has asked for.
	CalledBack(ctx context.Context, l lease.Lease, interaction int64) (bool, error)
	// Asked says whether a citizen who was called is asked something before the wait for the agent.
	Asked(ctx context.Context, l lease.Lease, interaction int64) (bool, error)
	// NotReached keeps that nobody could be had; blame means that the phone rang and was not answered.
	NotReached(ctx context.Context, l lease.Lease, o call.Order, blame bool, why string) error
	// LegLeft keeps that a leg is gone from the talk, and gives what the citizen hears next, or nil while the talk goes on, with the call as it
	// is then; lost means that the leg broke off. order is the order to release that this carries out, or "".
	LegLeft(ctx context.Context, l lease.Lease, interaction int64, leg string, lost bool, order string) (*conversation.Turn, call.Call, error)
	// Carry answers an order to arrange the room or to send keys, before it is carried out, and gives the call as it is to be. call.ErrOver
	// when it was answered before.
	Carry(ctx context.Context, l lease.Lease, o call.Order) (call.Call, error)
	// MessageRecorded keeps that a caller has ended a message, and gives what follows; a length below 0 says that none could be recorded.
	MessageRecorded(ctx context.Context, l lease.Lease, interaction int64, length time.Duration) (conversation.Turn, error)
	// MessageHeard gives what follows when a caller has heard a message.
	MessageHeard(ctx context.Context, l lease.Lease, interaction int64) (conversation.Turn, error)
	// MessageLeft keeps how long the message is of a caller who has hung up meanwhile.
	MessageLeft(ctx context.Context, l lease.Lease, interaction int64, length time.Duration) error
	// RecordingFailed keeps that a talk goes on and is not recorded any more.
	RecordingFailed(ctx context.Context, l lease.Lease, interaction int64, name string) error
	// KeepQuality keeps how legs of a talk sound.
	KeepQuality(ctx context.Context, l lease.Lease, interaction int64, legs []call.Quality) error
	// TakeRequest keeps a callback that a citizen asked for while Okno was away, once.
	TakeRequest(ctx context.Context, l lease.Lease, r call.Request) error
	// Refuse answers an order that cannot be carried out.
	Refuse(ctx context.Context, l lease.Lease, o call.Order, why string) error
}

// Store keeps what a call is, beyond the life of this process.
type Store interface {
	lease.Store
	calls
	orders
	accounts
	asterisks
	recordings
}

type calls interface {
	LiveCalls(ctx context.Context, asterisk string) ([]call.Call, error)
	// CallHasEnded says whether the channel is of a call that has ended.
	CallHasEnded(ctx context.Context, channel string) (bool, error)
}

type orders interface {
	// TakeOrders takes the new orders to the calls of an Asterisk.
	TakeOrders(ctx context.Context, l lease.Lease, asterisk string) ([]call.Order, error)
	// TakenOrders gives the orders that were taken, by an owner before or by this one, and not answered.
	TakenOrders(ctx context.Context, l lease.Lease, asterisk string) ([]call.Order, error)
	// StillOpen gives those of some orders that nobody has cancelled.
	StillOpen(ctx context.Context, ids []string) (map[string]bool, error)
}

type accounts interface {
	// SIPAccounts lists the SIP accounts that an Asterisk is to have, and those that are to go.
	SIPAccounts(ctx context.Context, asterisk string) ([]call.Account, error)
	// ForgetAccount deletes one that Asterisk no longer has.
	ForgetAccount(ctx context.Context, a call.Account) error
	// AsteriskOfAccount names the Asterisk that has an account; "" when none has.
	AsteriskOfAccount(ctx context.Context, name string) (string, error)
}

type asterisks interface {
	// ServeAsterisk tells all nodes of an Asterisk that is connected, LoseAsterisk that it is no more.
	ServeAsterisk(ctx context.Context, a call.Asterisk) error
	LoseAsterisk(ctx context.Context, name string) error
	// Peers lists the Asterisks that reach each other by SIP, with what each shows to the others.
	Peers(ctx context.Context) ([]call.Asterisk, error)
}

// Voice turns utterances into the URIs of clips that Asterisk can play.
type Voice interface {
	Clips(ctx context.Context, utterances [][]dialogue.Fragment) []string
	// Unsayable makes the clips that utterances lack, within a time, and gives the indexes of those that still lack one.
	Unsayable(ctx context.Context, utterances [][]dialogue.Fragment) []int
	// Unavailable is the announcement for when nothing else can be said, Moment asks for patience: both in all languages, one of them first.
	Unavailable(ctx context.Context, first dialogue.Language) []string
	Moment(ctx context.Context, first dialogue.Language) []string
}

// Asterisk is one Asterisk of the configuration.
type Asterisk struct {
	Name               string // for the lease, the log and the calls' rows
	URL                string // of ARI: http://127.0.0.1:8088/ari
	Username, Password string
	// WebSocketURL is where browsers speak SIP with it; default: /ws beside ARI.
	WebSocketURL string
	// Address is host:port at which the other Asterisks reach it by SIP, so that an operator's page which is registered here is rung from
	// there; "" where it is the only one.
	Address string
	// Vouches says that the trunk vouches for callers' numbers. Otherwise a number is a claim: anybody can send any.
	Vouches bool
	// Trunk is the endpoint by which telephones outside are called, {number} being the number: "PJSIP/{number}@trunk".
	Trunk string
	// CallerID is what citizens see who are called: the number of the line. A queue may have one of its own in CallerIDs.
	CallerID  string
	CallerIDs map[string]string
	Outward   Outward
	// Area completes callers' numbers that the trunk gives without an area's code ("727"). Where it is "", such a number is none.
	Area string
}

// callerID is what citizens see who are called for a queue.
func (a Asterisk) callerID(queue string) string { return cmp.Or(a.CallerIDs[queue], a.CallerID) }

// Config is what a line is made of.
type Config struct {
	Asterisk Asterisk
	Node     string // this process's name, which a restarted one has again
	Floor    Floor
	Store    Store
	Voice    Voice
	Files    Files                    // of recordings; nil: nothing can be recorded
	Hints    <-chan struct{}          // that orders or accounts have changed; may be nil
	Active   prometheus.Gauge         // okno_calls_active of this node
	Quality  *prometheus.HistogramVec // okno_call_quality; nil: not counted
	Speech   *Speech                  // nil: callers use keys alone
	Log      zerolog.Logger
}

// ActiveCalls makes the gauge okno_calls_active{node}, which all lines of a node share.
func ActiveCalls(registerer prometheus.Registerer, node string) prometheus.Gauge {
	gauge := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "okno_calls_active", Help: "Calls that citizens have with Okno now.",
	}, []string{"node"})
	registerer.MustRegister(gauge)
	return gauge.WithLabelValues(node)
}

// sweepEvery is how often calls and channels are compared when nothing gives cause to: an event that got lost costs no more.
const sweepEvery = 30 * time.Second

// Line is the voice channel on one Asterisk. At most one node runs it at a time.
type Line struct {
	config   Config
	rest     *rest
	log      zerolog.Logger
	keeper   *lease.Keeper
	sweeps   chan struct{}  // holds one token while a sweep is wanted before its time
	spool    chan struct{}  // likewise, while recordings are to be taken in
	requests chan struct{}  // likewise, while requests for callbacks are to be read again
	work     sync.WaitGroup // what serves: the event stream, the orders, the calls

	mu            sync.Mutex
	held          lease.Lease // while serving
	problem       error
	spoolProblem  error
	unrecordedWhy string // of the last talk that was not
	unrecordedAt  time.Time
	reader        string               // the channel that reads requests for callbacks
	settled       bool                 // calls and channels agree since the last connect
	connects      int                  // so far
	calls         map[int64]*liveCall  // by interaction
	channels      map[string]*liveCall // by channel: the citizen's, and the agent's
	sounds        map[string]*sound    // by the channels and bridges of callers who are heard
	toCall        []call.Order         // to citizens, which wait for their turn
	nextCall      time.Time            // before which none begins

	secret   string                      // what this Asterisk shows to the others, unless the store has one already
	accounts map[string]string           // that Asterisk has, by name the secret; the goroutine of the orders owns it
	peers    map[string][2]call.Asterisk // whom Asterisk knows, with itself as it was then; likewise
}

// New returns a line that Run starts.
func New(config Config) *Line {
	l := &Line{
		config:   config,
		rest:     newREST(config.Asterisk),
		secret:   rand.Text(),
		log:      config.Log.With().Str("asterisk", config.Asterisk.Name).Logger(),
		problem:  fmt.Errorf("asterisk %s: not connected yet", config.Asterisk.Name),
		sweeps:   make(chan struct{}, 1),
		spool:    make(chan struct{}, 1),
		requests: make(chan struct{}, 1),
		calls:    map[int64]*liveCall{},
		channels: map[string]*liveCall{},
		sounds:   map[string]*sound{},
	}
	l.keeper = lease.NewKeeper(config.Store, "voice:"+config.Asterisk.Name, config.Node, l.log)
	l.keeper.Told = func(held bool, err error) {
		switch {
		case err != nil:
			l.setProblem(err)
		case !held:
			l.setProblem(nil) // another node takes the calls
		}
	}
	return l
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

// Run serves calls until ctx ends. Calls that live then stay in Asterisk, for the next process to adopt. [lease.ErrNamesake] when
// another process runs under this node's name.
func (l *Line) Run(ctx context.Context) error {
	return l.keeper.Run(ctx, l.serve)
}

// serve is what the owner of the Asterisk does. Calls live as long as its context: longer than a connection to Asterisk. It returns early
// when another process takes the application's events: two that took them from each other would both lose calls.
func (l *Line) serve(ctx context.Context, held lease.Lease) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	l.mu.Lock()
	l.held, l.settled, l.toCall = held, false, nil
	l.mu.Unlock()
	events := &stream{
		config:    l.config.Asterisk,
		log:       l.log,
		lost:      func(err error) { l.lose(ctx, err) },
		event:     func(event ari.Event) { l.dispatch(ctx, event) },
		connected: func(connection context.Context) { l.work.Go(func() { l.settle(ctx, connection) }) },
	}
	l.work.Go(func() { l.followOrders(ctx) })
	l.work.Go(func() { l.keepRecordings(ctx) })
	l.work.Go(func() { l.takeRequests(ctx) })
	if err := events.run(ctx); errors.Is(err, errReplaced) {
		l.log.Error().Msg("another process took the events of this application: it serves from now on")
		stop(errReplaced)
	}
	l.work.Wait()
}

// lease gives the lease under which the line serves.
func (l *Line) lease() lease.Lease {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.held
}

// lose notes that Asterisk is gone, and tells all nodes, so that operators' pages register elsewhere. Should the store not hear of it, they
// stay where they are.
func (l *Line) lose(ctx context.Context, why error) {
	l.unsettle()
	l.setProblem(why)
	limited, cancel := context.WithTimeout(ctx, stepLimit)
	defer cancel()
	if err := l.config.Store.LoseAsterisk(limited, l.config.Asterisk.Name); err != nil && ctx.Err() == nil {
		l.log.Warn().Err(err).Msg("loss of asterisk not told")
	}
}

func (l *Line) unsettle() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.settled = false
}

// sweepSoon asks for a sweep before its time: something is left to be put right.
func (l *Line) sweepSoon() {
	select {
	case l.sweeps <- struct{}{}:
	default:
	}
}

// setSettled notes that calls and channels agree since the last connect.
func (l *Line) setSettled() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.settled {
		l.settled = true
		l.connects++
	}
}

// isSettled says whether calls and channels agree, and how many connects there have been.
func (l *Line) isSettled() (connects int, settled bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.connects, l.settled
}
