package sms

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"okno/internal/message"
	"okno/internal/phone"
	"okno/sms/smpp"
)

// Store is what the channel keeps. Each method is one transaction.
type Store interface {
	// CommitSMS writes down a ledger; join gives the text of a long message's parts. It may answer messages as it keeps them,
	// and claim the answers by the ledger's grants. fault.ErrUncertain.
	CommitSMS(ctx context.Context, l message.Ledger, join func([]message.Part) string) (message.Committed, error)
	ClaimSegments(ctx context.Context, c message.Claim) ([]message.Segment, error)
	SweepSMS(ctx context.Context, s message.Sweep, join func([]message.Part) string) (message.Swept, error)
	BeginBind(ctx context.Context, b message.Bind) error
	// EndBinds notes that none of a node lives: its process has just begun.
	EndBinds(ctx context.Context, node string) error
	// EndBind notes that a session has ended, and what of it may come again.
	EndBind(ctx context.Context, a message.Alive) error
	Backlog(ctx context.Context) (map[message.Lane]int, error)
	routing
	queries
}

type routing interface {
	AddLinks(ctx context.Context, names []string) error
	LinkOrders(ctx context.Context) (map[string]message.Order, error)
	Awaited(ctx context.Context, a message.Awaited) (int, error)
	FailUnroutable(ctx context.Context, u *message.Unroutable, now time.Time) (failed int, err error)
	TellNode(ctx context.Context, node string, standing json.RawMessage) error
}

// Options of the channel.
type Options struct {
	Config Config
	Store  Store
	// Answer takes the next messages that wait, up to [AnswerBatch], through their
	// conversations, each in one transaction with its replies and the mark that
	// it is processed. found is how many waited. It is called by several
	// goroutines at once.
	Answer func(ctx context.Context) (found int, err error)
	// Dial, where given, takes what a citizen did in a USSD session through its
	// conversation, in one transaction, and gives the page to be shown. It is
	// called by several goroutines at once.
	Dial func(ctx context.Context, in message.Dialled) (message.Page, error)
	// Spare, where given, says of a message that it is answered however much its sender has written.
	Spare func(text string) bool
	// Hints, where given, says that there may be messages to answer or to send.
	Hints <-chan struct{}
	// Orders, where given, says that something may have been ordered of a link.
	Orders <-chan struct{}
	// Node tells this machine from others that serve the same links. It must be
	// the same after a restart: by it the new process knows the binds of the one
	// that died, and what those may not have acknowledged. Default: the host name.
	Node string
	// Answerers is how many batches are answered at once. Default 2.
	Answerers int
	Clock     func() time.Time
	Metrics   prometheus.Registerer // nil: none
	Log       zerolog.Logger

	// Times that tests shorten.
	tune tuning
}

// AnswerBatch is how many messages an answerer takes on at most: enough to share
// the cost of a commit, and few enough that the last does not wait for the first.
const AnswerBatch = 100

type tuning struct {
	poll         time.Duration // the floor when a hint is lost
	answer       time.Duration // an SMSC's time for submit_sm_resp
	lease        time.Duration // of a claim; longer than answer by what it takes to write the outcome down
	reconnect    time.Duration // the first pause
	confirm      time.Duration // for an SMSC to show that it has read our answers, before it is asked
	incomplete   time.Duration // the wait for missing parts
	silence      time.Duration // of an SMSC about a segment, before it is asked
	healthTuning healthTuning
}

var defaultTuning = tuning{
	poll: time.Second, answer: 10 * time.Second, lease: 30 * time.Second,
	reconnect: time.Second, confirm: time.Second, incomplete: 5 * time.Minute,
	silence:      10 * time.Minute,
	healthTuning: healthTuning{grace: 5 * time.Second, window: time.Minute, rest: 30 * time.Second, step: 30 * time.Second},
}

// arrivedLedgers is how many commits of messages are under way at once: while one waits for the database the next is filled.
const arrivedLedgers = 2

// settledTogether is how many outcomes and receipts share a commit: nobody waits for theirs as a citizen does for a reply, and
// at 400 a commit takes a fifth less for each than at 200. More saves no more.
const settledTogether = 400

// Channel is the SMS channel.
type Channel struct {
	Options
	arrived    []*ledger // messages, each before its acknowledgement: all of a citizen in one
	settled    *ledger   // what has become of ours
	links      []*link
	binds      []*bind
	table      atomic.Pointer[table]
	backlog    atomic.Pointer[map[message.Lane]int] // as counted last
	metrics    *metrics
	quiet      hours
	deferred   deferred
	unbinds    unbinds
	own        map[string]bool // our numbers, in E.164
	unanswered chan struct{}   // there may be messages to answer
}

// New makes a channel. The error is of the configuration.
func New(o Options) (*Channel, error) {
	if err := o.Config.Check(); err != nil {
		return nil, err
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Answerers == 0 {
		o.Answerers = 2
	}
	if o.Node == "" {
		o.Node, _ = os.Hostname()
	}
	if o.tune == (tuning{}) {
		o.tune = defaultTuning
	}
	c := &Channel{Options: o, metrics: newMetrics(o.Metrics), unanswered: make(chan struct{}, 1), own: ownNumbers(o.Config)}
	c.quiet, _ = o.Config.Quiet.hours() // checked above
	c.settled = newLedger(c)
	c.settled.Limit = settledTogether
	for range arrivedLedgers {
		c.arrived = append(c.arrived, newLedger(c))
	}
	for _, conf := range o.Config.Links {
		tls, err := conf.tls()
		if err != nil {
			return nil, err
		}
		l := newLink(c, conf)
		for i, mode := range l.modes() {
			b := newBind(c, l, i+1, mode, tls)
			l.binds, c.binds = append(l.binds, b), append(c.binds, b)
			watchBind(o.Metrics, b)
		}
		c.links = append(c.links, l)
	}
	c.table.Store(&table{})
	c.backlog.Store(&map[message.Lane]int{})
	watchLinks(o.Metrics, c)
	return c, nil
}

// Run serves all links until ctx ends. Then it stops in reverse: no new claims,
// the open requests of the binds, the messages being answered, the ledgers.
func (c *Channel) Run(ctx context.Context) error {
	lasting := context.WithoutCancel(ctx)
	ledgerCtx, closeLedgers := context.WithCancel(lasting)
	answerCtx, stopAnswers := context.WithCancel(lasting)
	defer closeLedgers()
	defer stopAnswers()
	var ledgers, answers, binds sync.WaitGroup
	for _, l := range c.arrived {
		ledgers.Go(func() { l.run(ledgerCtx, nil) })
	}
	ledgers.Go(func() { c.settled.run(ledgerCtx, c.settled.sweep) })
	for range c.Answerers {
		answers.Go(func() { c.answerAll(answerCtx) })
	}
	for _, b := range c.binds {
		binds.Go(func() { b.run(ctx) })
	}
	binds.Go(func() { c.relayHints(ctx) })
	binds.Go(func() { c.route(ctx) })
	binds.Wait()
	stopAnswers()
	answers.Wait()
	closeLedgers()
	ledgers.Wait()
	return nil
}

// arrivals is the ledger of a sender's messages.
func (c *Channel) arrivals(source string) *ledger {
	h := fnv.New32a()
	_, _ = h.Write([]byte(source))
	return c.arrived[h.Sum32()%arrivedLedgers]
}

// limit is how much of one citizen is answered, and which senders get no answer.
func (c *Channel) limit() message.Limit {
	limit := c.Config.Flood.limit()
	limit.Deaf, limit.Spare = c.deaf, c.Spare
	return limit
}

// mostShort is how many digits a short number has at most.
const mostShort = 6

// deaf says whether a message is kept and never answered: a name (EGOV) and a short number (1414, 112) are a machine's, and an
// answer to ourselves would be answered.
func (c *Channel) deaf(source, destination string) bool {
	return c.own[source] || strings.ContainsFunc(source, unicode.IsLetter) || source != "" && len(source) <= mostShort ||
		strings.TrimPrefix(source, "+") == strings.TrimPrefix(destination, "+")
}

// ownNumbers are those that citizens see as the sender, in E.164.
func ownNumbers(conf Config) map[string]bool {
	own := map[string]bool{}
	for _, l := range append([]Link{{}}, conf.Links...) {
		if e164, err := phone.Parse(l.sender(conf.ShortNumber)); err == nil {
			own[e164] = true
		}
	}
	return own
}

// relayHints wakes the answerers and the senders at each hint.
func (c *Channel) relayHints(ctx context.Context) {
	for {
		select {
		case _, ok := <-c.Hints:
			if !ok {
				<-ctx.Done()
				return
			}
			c.Wake()
		case <-ctx.Done():
			return
		}
	}
}

// Wake hints that there may be messages to answer or to send. It never blocks.
func (c *Channel) Wake() {
	ring(c.unanswered)
	c.wakeSenders()
}

func (c *Channel) wakeSenders() {
	for _, b := range c.binds {
		ring(b.wake)
	}
}

// ring leaves one hint, however often it is called before somebody looks.
func ring(bell chan struct{}) {
	select {
	case bell <- struct{}{}:
	default:
	}
}

// Ready names the binds that are down, and why.
func (c *Channel) Ready() error {
	var broken []string
	for _, b := range c.binds {
		if why := b.why(); why != (down{}) && why != drained {
			broken = append(broken, fmt.Sprintf("%s (%s)", b.link.Name, why.said))
		}
	}
	if len(broken) == 0 {
		return nil
	}
	return fmt.Errorf("sms links down: %s", strings.Join(broken, ", "))
}

// alive are the sessions that are up.
func (c *Channel) alive() []message.Alive {
	var alive []message.Alive
	for _, b := range c.binds {
		if a := b.alive(); a.Bind != "" {
			alive = append(alive, a)
		}
	}
	return alive
}

func (b *bind) options(in *inbox) smpp.Options {
	return smpp.Options{
		Window: b.window(), BindTimeout: b.link.BindTimeout, AnswerTimeout: b.answerTimeout(), WriteTimeout: b.link.WriteTimeout,
		EnquireEvery: b.link.EnquireEvery, ConfirmWithin: b.channel.tune.confirm, TLS: b.tls, Handler: in, Refused: in.refused, Log: b.log,
	}
}
