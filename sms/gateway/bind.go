package gateway

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"okno/internal/edge"
	"okno/internal/guess"
	"okno/internal/smppaccount"
	"okno/sms/content"
	"okno/sms/smpp"
)

// systemID is how the gateway presents itself.
const systemID = "okno"

// bind is an agency's session, from its connection on.
type bind struct {
	gateway *Gateway
	conn    net.Conn
	from    string       // address without port
	site    netip.Prefix // what counts as one address
	log     zerolog.Logger
	wake    chan struct{} // there may be receipts to tell
	asked   chan question
	end     context.CancelFunc

	account *account // once it is authorised
	open    atomic.Int64
}

func newBind(g *Gateway, conn net.Conn) *bind {
	from, _, _ := net.SplitHostPort(conn.RemoteAddr().String())
	return &bind{gateway: g, conn: conn, from: from, site: edge.Site(from), wake: make(chan struct{}, 1), asked: make(chan question, maxAsked),
		log: g.Log.With().Str("from", from).Logger()}
}

// run serves the connection until it, or ctx, ends.
func (b *bind) run(ctx context.Context) {
	g := b.gateway
	ctx, b.end = context.WithCancel(ctx)
	defer b.end()
	session, err := smpp.Accept(ctx, b.conn, systemID, func(asked smpp.Bind) smpp.Status { return b.authorise(ctx, asked) }, smpp.Options{
		Window: tellWindow, Inbound: ledgerBacklog, AnswerTimeout: g.tune.answer, Handler: b, Log: b.log,
	})
	g.forget(b)
	if b.account != nil {
		defer g.leave(b)
	}
	if err != nil {
		b.log.Warn().Err(err).Msg("agency not bound")
		return
	}
	b.log.Info().Msg("agency bound")
	var telling sync.WaitGroup
	if session.CanSend() {
		telling.Go(func() { b.tell(ctx, session) })
	}
	if session.CanReceive() {
		telling.Go(func() { b.answerQueries(ctx, session) })
	}
	err = session.Run(ctx)
	b.end()
	telling.Wait()
	b.log.Info().Err(err).Msg("agency unbound")
}

// authorise answers a bind. Whoever it refuses has to wait for that.
func (b *bind) authorise(ctx context.Context, asked smpp.Bind) smpp.Status {
	g, name := b.gateway, content.Clean(asked.SystemID)
	ctx, cancel := context.WithTimeout(ctx, commitTimeout)
	defer cancel()
	b.log = b.log.With().Str("system_id", name).Logger()
	status, refusal, known := b.examine(ctx, name, asked.Password)
	if status != smpp.SystemError && status != smpp.Throttled { // who is slowed is in the journal already
		if err := g.Store.NoteBind(ctx, known, b.from, refusal); err != nil {
			g.Log.Error().Err(err).Msg("journal an agency's bind")
			status = smpp.SystemError // what cannot be journalled is not done
		}
	}
	if status != smpp.OK {
		g.metrics.refused.Inc()
		wait(ctx, g.tune.refusal)
	}
	return status
}

// examine decides on a bind, and gives the account's name if there is one. An unknown system id is a wrong password, and takes as
// long, so that accounts cannot be found out.
func (b *bind) examine(ctx context.Context, name, word string) (status smpp.Status, refusal, account string) {
	g := b.gateway
	a := guess.Attempt{Way: guess.Gateway, Account: name, Address: edge.SiteName(b.from)}
	keys, err := g.Store.BeginGuess(ctx, a, g.Clock())
	var slow *guess.SlowDown
	switch {
	case errors.As(err, &slow):
		return smpp.Throttled, "slowed", ""
	case err != nil:
		g.Log.Error().Err(err).Msg("count an agency's bind")
		return smpp.SystemError, "", ""
	}
	known, outcome, err := b.check(ctx, name, word)
	subject := ""
	if known.SystemID != "" {
		subject = "agency:" + known.SystemID
	}
	if ended := g.Store.EndGuess(context.WithoutCancel(ctx), a, keys, outcome, subject, g.Clock()); err == nil {
		err = ended
	}
	switch {
	case err != nil:
		g.Log.Error().Err(err).Msg("check an agency's password")
		return smpp.SystemError, "", ""
	case outcome == guess.Wrong:
		return smpp.InvalidPassword, "password", known.SystemID
	case known.Suspended:
		return smpp.BindFailed, "suspended", known.SystemID
	case !g.enter(b, known):
		return smpp.AlreadyBound, "binds", known.SystemID
	}
	return smpp.OK, "", known.SystemID
}

// check looks at a password, within the process's budget.
func (b *bind) check(ctx context.Context, name, word string) (smppaccount.Account, guess.Outcome, error) {
	known, hash, err := b.gateway.Store.Account(ctx, name)
	unknown := errors.Is(err, smppaccount.ErrUnknown)
	if err != nil && !unknown {
		return known, guess.Unasked, err
	}
	matches, err := b.gateway.Passwords.Matches(ctx, hash, word)
	switch {
	case err != nil:
		return known, guess.Unasked, err
	case !matches || unknown:
		return known, guess.Wrong, nil
	}
	return known, guess.Right, nil
}

// HandlePoison notes a request that could not be read; the agency has been told so.
func (b *bind) HandlePoison(smpp.Poison) { b.count("poison") }

// HandleMessage takes a submit_sm or data_sm.
func (b *bind) HandleMessage(r *smpp.Request) {
	g, account, now := b.gateway, b.account.current(), b.gateway.Clock()
	if b.open.Add(1) > int64(account.Window) {
		b.answer(r, smpp.Throttled, "", "window")
		return
	}
	submit, status := read(&r.Message, account, b.gateway.Form, now)
	switch {
	case status == smpp.OK && smppaccount.Impersonates(submit.Sender, g.Reserved):
		b.answer(r, smpp.InvalidSource, "", "refused")
		return
	case status != smpp.OK:
		b.answer(r, status, "", "refused")
		return
	case !b.account.take(max(submit.Segments, 1), now):
		b.answer(r, smpp.Throttled, "", "rate")
		return
	}
	taken := g.ledger.Offer(&entry{submit: &submit, done: func(id int64, err error) {
		if err != nil {
			b.answer(r, smpp.TemporaryAppError, "", "deferred")
			return
		}
		b.answer(r, smpp.OK, messageID(id), "accepted")
	}})
	if !taken {
		b.answer(r, smpp.TemporaryAppError, "", "deferred")
	}
}

func (b *bind) answer(r *smpp.Request, status smpp.Status, id, result string) {
	b.open.Add(-1)
	r.Answer(status, id)
	b.count(result)
}

func (b *bind) count(result string) {
	b.gateway.metrics.submits.WithLabelValues(b.account.current().SystemID, result).Inc()
}

// tellWindow is how many receipts may be unacknowledged on a bind.
const tellWindow = 32

// tell has the agency hear of its messages until ctx or the session ends, and waits for what is under way.
func (b *bind) tell(ctx context.Context, session *smpp.Session) {
	g, name := b.gateway, b.account.current().SystemID
	var flying sync.WaitGroup
	defer flying.Wait()
	slots := make(chan struct{}, tellWindow)
	freed := make(chan struct{}, 1)
	poll := time.NewTicker(g.tune.poll)
	defer poll.Stop()
	for {
		more := false
		if free := tellWindow - len(slots); free >= tellWindow/4 { // a query for each receipt would cost more than it saves
			now := g.Clock()
			receipts, err := g.Store.ClaimReceipts(ctx, name, free, now, now.Add(g.tune.lease))
			if err != nil {
				g.complain(ctx, err, "claim receipts")
			}
			more = len(receipts) == free
			for _, r := range receipts {
				slots <- struct{}{}
				flying.Go(func() {
					b.tellOne(ctx, session, r)
					<-slots
					ring(freed)
				})
			}
		} else {
			more = true
		}
		var next <-chan struct{}
		if more {
			next = freed
		}
		select {
		case <-poll.C:
		case <-b.wake:
		case <-next:
		case <-session.Done():
			return
		case <-ctx.Done():
			return
		}
	}
}

func (b *bind) tellOne(ctx context.Context, session *smpp.Session, r smppaccount.Receipt) {
	g := b.gateway
	m, err := deliveryOf(r)
	if err == nil {
		// The session decides how long: it lets what is under way finish.
		err = session.Deliver(context.WithoutCancel(ctx), m)
	}
	now := g.Clock()
	told := &smppaccount.Told{ID: r.ID, At: now}
	result := "told"
	switch {
	case err == nil:
	case errors.Is(err, smpp.PermanentAppError):
		result = "refused" // do not deliver it again, it says
	case errors.Is(err, smpp.ErrNotSent):
		told.Again, result = now, "again"
	default:
		told.Again, result = now.Add(pauseAfter(r.Tries, g.tune.again)), "again"
	}
	g.metrics.receipts.WithLabelValues(b.account.current().SystemID, result).Inc()
	g.ledger.Waiting <- &entry{told: told}
}

// pauseAfter doubles up to ten minutes.
func pauseAfter(tries int, first time.Duration) time.Duration {
	const most = 10 * time.Minute
	pause := first << min(max(tries-1, 0), 10)
	return min(pause, most)
}
