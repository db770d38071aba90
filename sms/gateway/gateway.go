package gateway

import (
	"context"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"okno/internal/guess"
	"okno/internal/message"
	"okno/internal/password"
	"okno/internal/smppaccount"
	"okno/sms/content"
	"okno/sms/text"
)

// Store is what the gateway keeps. Each method is one transaction.
type Store interface {
	Accounts
	// CommitGateway writes down a page, and gives the message id of each submit.
	CommitGateway(ctx context.Context, page smppaccount.Page, texts smppaccount.Texts) ([]int64, error)
	// KeepGateway finds the messages that are final, and the parts that wait in vain.
	KeepGateway(ctx context.Context, u smppaccount.Upkeep, texts smppaccount.Texts) (smppaccount.Kept, error)
	// ClaimReceipts takes what an agency is to be told now; each must be part of a page before the lease ends.
	ClaimReceipts(ctx context.Context, systemID string, limit int, now, leaseEnd time.Time) ([]smppaccount.Receipt, error)
	// FindReceipt gives what an agency may know of its submit. smppaccount.ErrNotTheirs.
	FindReceipt(ctx context.Context, systemID string, id int64) (smppaccount.Receipt, error)
}

// Accounts are those of the agencies.
type Accounts interface {
	// Account gives an account with its password's hash. smppaccount.ErrUnknown.
	Account(ctx context.Context, systemID string) (a smppaccount.Account, passwordHash string, err error)
	Accounts(ctx context.Context) ([]smppaccount.Account, error)
	// NoteBind journals a bind, or its refusal.
	NoteBind(ctx context.Context, systemID, from, refusal string) error
	// BeginGuess counts a password that is given, on all nodes. *guess.SlowDown.
	BeginGuess(ctx context.Context, a guess.Attempt, now time.Time) ([]guess.Key, error)
	// EndGuess says what came of it.
	EndGuess(ctx context.Context, a guess.Attempt, keys []guess.Key, o guess.Outcome, subject string, now time.Time) error
}

// Passwords says whether a password is the one that was hashed; an unreadable hash matches nothing, and takes as long.
type Passwords interface {
	Matches(ctx context.Context, hash, password string) (bool, error)
}

// Options of the gateway.
type Options struct {
	Store Store
	// Passwords checks them within the process's budget. Default: one of its own.
	Passwords Passwords
	// Reserved are senders that are Okno's own, beside those that look like its name.
	Reserved []string
	// Form gives a text as it is sent in a lane. Default: as it is.
	Form    func(lane message.Lane, text string) string
	Clock   func() time.Time
	Metrics prometheus.Registerer // nil: none
	Log     zerolog.Logger

	// Times that tests shorten.
	tune tuning
}

type tuning struct {
	poll       time.Duration // between looks for receipts and changed accounts
	refusal    time.Duration // before a bind is refused: who guesses passwords does so slowly
	answer     time.Duration // an agency's time for deliver_sm_resp
	lease      time.Duration // of a receipt; longer than answer by what it takes to write the answer down
	again      time.Duration // the first pause before a receipt is told again
	incomplete time.Duration // the wait for missing parts
	unknown    time.Duration // the wait for news of a segment whose fate is unknown
	silent     time.Duration // the wait for a receipt beyond a segment's life
}

var defaultTuning = tuning{
	poll: time.Second, refusal: time.Second, answer: 10 * time.Second, lease: 30 * time.Second, again: 5 * time.Second,
	incomplete: 5 * time.Minute, unknown: 10 * time.Minute, silent: 24 * time.Hour,
}

// Strangers at most who have connected and not bound: in all, and from one address. A bind is waited for as long as
// smpp.Options.BindTimeout, so whoever holds a place holds it for seconds.
const (
	maxStrangers = 256
	maxFromOne   = 8
)

// Gateway is the SMSC of the agencies.
type Gateway struct {
	Options
	texts   smppaccount.Texts
	ledger  *ledger
	metrics *metrics

	mu        sync.Mutex
	accounts  map[string]*account // that have been bound, by system id
	strangers map[netip.Prefix]int
	unbound   int // of all of them
}

func asItIs(_ message.Lane, s string) string { return s }

// New makes a gateway.
func New(o Options) *Gateway {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Form == nil {
		o.Form = asItIs
	}
	if o.Passwords == nil {
		o.Passwords = password.NewBudget()
	}
	if o.tune == (tuning{}) {
		o.tune = defaultTuning
	}
	g := &Gateway{
		Options: o, texts: smppaccount.Texts{Join: content.Join, Segments: text.Segments, Form: o.Form, Forbids: forbids}, metrics: newMetrics(o.Metrics),
		accounts: map[string]*account{}, strangers: map[netip.Prefix]int{},
	}
	g.ledger = newLedger(g)
	return g
}

// Serve takes binds on the listener until ctx ends. Then it stops in reverse:
// no new binds, the open requests of those that are, the ledger.
func (g *Gateway) Serve(ctx context.Context, listener net.Listener) error {
	ledgerCtx, closeLedger := context.WithCancel(context.WithoutCancel(ctx))
	defer closeLedger()
	var ledger, binds sync.WaitGroup
	ledger.Go(func() { g.ledger.run(ledgerCtx) })
	binds.Go(func() { g.keep(ctx) })
	stop := context.AfterFunc(ctx, func() { listener.Close() })
	defer stop()
	for ctx.Err() == nil {
		conn, err := listener.Accept()
		if err == nil {
			g.admit(ctx, conn, &binds)
		} else if ctx.Err() == nil { // too many open files, say: that passes
			g.Log.Error().Err(err).Msg("gateway accept")
			wait(ctx, time.Second)
		}
	}
	binds.Wait()
	closeLedger()
	ledger.Wait()
	return nil
}

func (g *Gateway) admit(ctx context.Context, conn net.Conn, binds *sync.WaitGroup) {
	b := newBind(g, conn)
	g.mu.Lock()
	full := g.unbound >= maxStrangers || g.strangers[b.site] >= maxFromOne
	if !full {
		g.unbound++
		g.strangers[b.site]++
	}
	g.mu.Unlock()
	if full {
		g.metrics.refused.Inc()
		conn.Close()
		return
	}
	binds.Go(func() { b.run(ctx) })
}

// forget makes room for another stranger: this one has bound, or gone.
func (g *Gateway) forget(b *bind) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.unbound--
	if g.strangers[b.site]--; g.strangers[b.site] == 0 {
		delete(g.strangers, b.site)
	}
}

// wait lets a time pass, unless ctx ends.
func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// keep looks after accounts and receipts until ctx ends.
func (g *Gateway) keep(ctx context.Context) {
	poll := time.NewTicker(g.tune.poll)
	defer poll.Stop()
	const silentEvery = 60 // of the rounds: it looks at all that is under way
	for round := 0; ; round++ {
		select {
		case <-poll.C:
		case <-ctx.Done():
			return
		}
		g.upkeep(ctx, round%silentEvery == 0)
	}
}

func (g *Gateway) upkeep(ctx context.Context, silent bool) {
	ctx, cancel := context.WithTimeout(ctx, commitTimeout)
	defer cancel()
	known, err := g.Store.Accounts(ctx)
	if err != nil {
		g.complain(ctx, err, "gateway accounts")
		return
	}
	g.renew(known)
	now := g.Clock()
	u := smppaccount.Upkeep{
		Now: now, IncompleteSince: now.Add(-g.tune.incomplete), UnknownSince: now.Add(-g.tune.unknown), ErasePartsOf: now.Add(-2 * g.tune.incomplete),
	}
	if silent {
		u.SilentSince = now.Add(-g.tune.silent)
	}
	kept, err := g.Store.KeepGateway(ctx, u, g.texts)
	if err != nil {
		g.complain(ctx, err, "gateway upkeep")
		return
	}
	if kept.Final > 0 {
		g.wakeBinds()
	}
}

func (g *Gateway) complain(ctx context.Context, err error, what string) {
	if ctx.Err() != context.Canceled {
		g.Log.Error().Err(err).Msg(what)
	}
}
