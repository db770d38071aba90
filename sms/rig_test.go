package sms

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/conversation"
	"okno/internal/message"
	"okno/internal/postgres/inbound"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
	"okno/sms/smstest"
	"okno/sms/text"
)

const phone1 = "+77010000001"

// rig is a channel on a real database, answering by a function.
type rig struct {
	t       testing.TB
	db      *store.Store
	store   *hooked
	options Options
	channel *Channel
	stop    func()

	mu      sync.Mutex
	answers func(message.MO) (string, error)
	handled []message.MO
}

// hooked is the store, with something between the channel and it.
type hooked struct {
	*store.Store
	handle        inbound.Handler
	before, after atomic.Pointer[func(message.Ledger) error] // around CommitSMS
	begin         atomic.Pointer[func(message.Bind) error]   // before BeginBind
	dead          atomic.Bool                                // no end of a bind is noted any more
	deaf          atomic.Bool                                // EndBind fails
	claimed       atomic.Int32                               // segments, by ClaimSegments
}

func (h *hooked) BeginBind(ctx context.Context, b message.Bind) error {
	if f := h.before.Load(); f != nil {
		if err := (*f)(message.Ledger{}); err != nil {
			return err
		}
	}
	if f := h.begin.Load(); f != nil {
		if err := (*f)(b); err != nil {
			return err
		}
	}
	return h.Store.BeginBind(ctx, b)
}

func (h *hooked) EndBind(ctx context.Context, a message.Alive) error {
	if h.dead.Load() {
		return nil
	}
	if h.deaf.Load() {
		return errors.New("no database")
	}
	return h.Store.EndBind(ctx, a)
}

func (h *hooked) ClaimSegments(ctx context.Context, c message.Claim) ([]message.Segment, error) {
	segments, err := h.Store.ClaimSegments(ctx, c)
	h.claimed.Add(int32(len(segments)))
	return segments, err
}

func (h *hooked) CommitSMS(ctx context.Context, l message.Ledger, join func([]message.Part) string) (message.Committed, error) {
	if f := h.before.Load(); f != nil {
		if err := (*f)(l); err != nil {
			return message.Committed{}, err
		}
	}
	committed, err := h.Store.CommitSMS(ctx, l, join, h.handle)
	if f := h.after.Load(); f != nil && err == nil {
		err = (*f)(l)
	}
	return committed, err
}

var quick = tuning{
	poll: 20 * time.Millisecond, answer: time.Second, lease: 10 * time.Second,
	reconnect: 2 * time.Millisecond, confirm: 20 * time.Millisecond, incomplete: time.Hour,
	silence:      time.Hour,
	healthTuning: healthTuning{grace: 50 * time.Millisecond, window: time.Minute, rest: 50 * time.Millisecond, step: 50 * time.Millisecond},
}

func testLog() zerolog.Logger {
	if os.Getenv("OKNO_TEST_LOG") != "" {
		return zerolog.New(zerolog.ConsoleWriter{Out: os.Stderr})
	}
	return zerolog.Nop()
}

func newRig(t testing.TB, links ...Link) *rig {
	t.Helper()
	return rigOn(t, pgtest.New(t), links...)
}

func rigOn(t testing.TB, db *store.Store, links ...Link) *rig {
	r := &rig{t: t, db: db, answers: func(mo message.MO) (string, error) { return "re: " + mo.Text, nil }}
	r.store = &hooked{Store: r.db, handle: r.handle}
	r.options = Options{
		Config: Config{ShortNumber: "1414", Links: links}, Store: r.store, Answer: r.answer,
		Node: "node-1", Log: testLog(), Metrics: prometheus.NewRegistry(), tune: quick,
	}
	return r
}

func (r *rig) answer(ctx context.Context) (int, error) {
	return r.db.ProcessMOs(ctx, time.Now(), AnswerBatch, r.handle)
}

func (r *rig) handle(ctx context.Context, w conversation.Work, mo message.MO) (int64, error) {
	r.mu.Lock()
	r.handled = append(r.handled, mo)
	answers := r.answers
	r.mu.Unlock()
	reply, err := answers(mo)
	if err != nil || reply == "" {
		return 0, err
	}
	return 0, w.EnqueueMT(ctx, message.MT{Lane: message.Reply, Destination: mo.Source, Text: reply,
		Segments: text.Segments(reply), ExpiresAt: time.Now().Add(time.Hour)})
}

func (r *rig) messages() []message.MO {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]message.MO(nil), r.handled...)
}

// run starts the channel; stop ends it and waits. It may be started anew.
func (r *rig) run() {
	r.t.Helper()
	r.options.Metrics = prometheus.NewRegistry()
	channel, err := New(r.options)
	require.NoError(r.t, err)
	r.channel = channel
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); channel.Run(ctx) }()
	r.stop = func() { cancel(); <-ended }
	r.t.Cleanup(func() { r.stop() })
}

func (r *rig) send(lane message.Lane, to, body string, lifetime time.Duration) {
	r.t.Helper()
	err := r.db.Do(r.t.Context(), func(w *store.Work) error {
		return w.EnqueueMT(r.t.Context(), message.MT{Lane: lane, Destination: to, Text: body,
			Segments: text.Segments(body), ExpiresAt: time.Now().Add(lifetime)})
	})
	require.NoError(r.t, err)
	if r.channel != nil {
		r.channel.Wake()
	}
}

func (r *rig) states(to string) (states []message.SegmentState) {
	segments, err := r.db.SegmentsTo(r.t.Context(), to, 100)
	require.NoError(r.t, err)
	for _, s := range segments {
		states = append(states, s.State)
	}
	return states
}

func (r *rig) eventually(what string, condition func() bool) {
	r.t.Helper()
	require.Eventually(r.t, condition, 20*time.Second, 2*time.Millisecond, what)
}

func (r *rig) eventuallyStates(to string, want ...message.SegmentState) {
	r.t.Helper()
	r.eventually(fmt.Sprintf("%s: %v", to, want), func() bool { return fmt.Sprint(r.states(to)) == fmt.Sprint(want) })
}

// smsc starts a simulated operator and gives the link to it.
func smsc(t testing.TB, name string, conf smstest.Config) (*smstest.SMSC, Link) {
	t.Helper()
	if conf.RetryEvery == 0 {
		conf.RetryEvery = 5 * time.Millisecond
	}
	conf.Log = zerolog.Nop()
	s := smstest.New(conf)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, listener) }()
	t.Cleanup(func() { cancel(); require.NoError(t, <-ended) })
	return s, Link{Name: name, Addr: recorded(t, listener.Addr().String()), SystemID: "okno", Password: "p"}
}
