package gateway

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/message"
	"okno/internal/password"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
	"okno/internal/smppaccount"
	"okno/sms"
	"okno/sms/smpp"
	"okno/sms/smstest"
	"okno/sms/text"
)

const (
	phone1 = "77010000001"
	secret = "passw0rd"
)

// rig is a gateway on a real database, with one account.
type rig struct {
	reserved []string
	form     func(message.Lane, string) string // nil: as it is
	t        testing.TB
	url      string
	db       *store.Store
	store    *hooked
	tune     tuning
	clock    atomic.Int64 // nanoseconds ahead
	still    time.Time    // where set, what the clock is ahead of
	addr     string
	stop     func()
}

// hooked is the store, with something between the gateway and it.
type hooked struct {
	Store
	before atomic.Pointer[func(smppaccount.Page) error] // CommitGateway
	asked  atomic.Pointer[func()]                       // FindReceipt
	away   atomic.Bool
}

var errAway = errors.New("the database is away")

func (h *hooked) CommitGateway(ctx context.Context, page smppaccount.Page, texts smppaccount.Texts) ([]int64, error) {
	if h.away.Load() {
		return nil, errAway
	}
	if f := h.before.Load(); f != nil {
		if err := (*f)(page); err != nil {
			return nil, err
		}
	}
	return h.Store.CommitGateway(ctx, page, texts)
}

func (h *hooked) Account(ctx context.Context, systemID string) (smppaccount.Account, string, error) {
	if h.away.Load() {
		return smppaccount.Account{}, "", errAway
	}
	return h.Store.Account(ctx, systemID)
}

func (h *hooked) FindReceipt(ctx context.Context, systemID string, id int64) (smppaccount.Receipt, error) {
	if h.away.Load() {
		return smppaccount.Receipt{}, errAway
	}
	if f := h.asked.Load(); f != nil {
		(*f)()
	}
	return h.Store.FindReceipt(ctx, systemID, id)
}

var quick = tuning{
	poll: 10 * time.Millisecond, refusal: time.Millisecond, answer: 2 * time.Second, lease: 5 * time.Second, again: 10 * time.Millisecond,
	incomplete: time.Hour, unknown: time.Hour, silent: time.Hour,
}

var ministry = smppaccount.Account{SystemID: "minjust", Name: "Ministry of Justice", Lane: message.Notice, Senders: []string{"MINJUST", "1515"},
	Window: 100, Binds: 3}

// hash is the account's password, once for all tests.
var hash = sync.OnceValue(func() string {
	h, err := password.Hash(secret)
	if err != nil {
		panic(err)
	}
	return h
})

func testLog() zerolog.Logger {
	if os.Getenv("OKNO_TEST_LOG") != "" {
		return zerolog.New(zerolog.ConsoleWriter{Out: os.Stderr})
	}
	return zerolog.Nop()
}

func newRig(t testing.TB, account smppaccount.Account) *rig {
	t.Helper()
	r := &rig{t: t, url: pgtest.URL(t), tune: quick}
	r.db = pgtest.Open(t, r.url)
	r.store = &hooked{Store: r.db}
	r.save(account)
	return r
}

func (r *rig) save(account smppaccount.Account) {
	r.t.Helper()
	require.NoError(r.t, r.db.Do(r.t.Context(), func(w *store.Work) error { return w.SaveAccount(r.t.Context(), account, hash()) }))
}

// run serves; stop ends that and waits. It may be started anew.
func (r *rig) run() *rig {
	r.t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(r.t, err)
	return r.serve(listener)
}

func (r *rig) serve(listener net.Listener) *rig {
	r.addr = listener.Addr().String()
	g := New(Options{Store: r.store, Form: r.form, Reserved: r.reserved, Log: testLog(), Clock: r.now, tune: r.tune})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- g.Serve(ctx, listener) }()
	r.stop = sync.OnceFunc(func() { cancel(); require.NoError(r.t, <-ended) })
	r.t.Cleanup(r.stop)
	return r
}

func (r *rig) now() time.Time {
	base := time.Now()
	if !r.still.IsZero() {
		base = r.still
	}
	return base.Add(time.Duration(r.clock.Load()))
}

func (r *rig) eventually(what string, condition func() bool) {
	r.t.Helper()
	require.Eventually(r.t, condition, 20*time.Second, 2*time.Millisecond, what)
}

// office is an agency's system on our own session. It acknowledges receipts with what ack says.
type office struct {
	rig     *rig
	session *smpp.Session
	stop    func() error

	mu    sync.Mutex
	heard []smpp.Message
	ack   func(smpp.Message) smpp.Status
}

func (o *office) HandlePoison(smpp.Poison) {}

func (o *office) HandleMessage(r *smpp.Request) {
	o.mu.Lock()
	o.heard = append(o.heard, r.Message)
	status := smpp.OK
	if o.ack != nil {
		status = o.ack(r.Message)
	}
	o.mu.Unlock()
	r.Answer(status, "")
}

func (r *rig) bind(mode smpp.Mode, systemID, word string) (*office, error) {
	o := &office{rig: r}
	session, err := smpp.Dial(r.t.Context(), r.addr, smpp.Bind{Mode: mode, SystemID: systemID, Password: word},
		smpp.Options{Handler: o, Window: 90, AnswerTimeout: 20 * time.Second, Log: testLog()})
	if err != nil {
		return nil, err
	}
	o.session = session
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- session.Run(ctx) }()
	o.stop = sync.OnceValue(func() error { cancel(); return <-ended })
	r.t.Cleanup(func() { o.stop() })
	return o, nil
}

func (r *rig) office(mode smpp.Mode) *office {
	r.t.Helper()
	o, err := r.bind(mode, ministry.SystemID, secret)
	require.NoError(r.t, err)
	return o
}

// notice is a message from the ministry.
func notice(to, body string) smpp.Message {
	coding, payloads := text.Split(body)
	return smpp.Message{Source: smpp.Address{TON: 5, Number: "MINJUST"}, Dest: smpp.Address{TON: 1, NPI: 1, Number: to},
		Coding: byte(coding), Short: payloads[0], RegisteredDelivery: 1}
}

func (o *office) submit(m smpp.Message) string {
	o.rig.t.Helper()
	id, err := o.session.Submit(o.rig.t.Context(), m)
	require.NoError(o.rig.t, err)
	require.NotEmpty(o.rig.t, id)
	return id
}

func (o *office) refused(m smpp.Message) error {
	_, err := o.session.Submit(o.rig.t.Context(), m)
	return err
}

// receipts are what the office has heard, "id stat err sub/dlvrd".
func (o *office) receipts() (lines []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, m := range o.heard {
		field := map[string]string{}
		for word := range strings.FieldsSeq(string(m.Short)) {
			name, value, _ := strings.Cut(word, ":")
			field[name] = value
		}
		lines = append(lines, fmt.Sprintf("%s %s %s %s/%s", field["id"], field["stat"], field["err"], field["sub"], field["dlvrd"]))
	}
	return lines
}

// texts are what waits for a number, in order.
func (r *rig) texts(to string) string {
	texts := pgtest.Texts(r.t, r.url, "destination_index = $1", pgtest.Index("+"+to))
	senders := pgtest.Value[[]string](r.t, r.url, `SELECT coalesce(array_agg(sender ORDER BY id), '{}') FROM mt_messages WHERE destination_index = $1`, pgtest.Index("+"+to)) // after them: there may be more by now
	for i := range texts {
		texts[i] = senders[i] + ": " + texts[i]
	}
	return strings.Join(texts, "|")
}

// operator is a simulated one.
type operator struct {
	*smstest.SMSC
	addr string
}

func newOperator(t testing.TB, conf smstest.Config) operator {
	t.Helper()
	conf.Log = testLog()
	smsc := smstest.New(conf)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- smsc.Serve(ctx, listener) }()
	t.Cleanup(func() { cancel(); require.NoError(t, <-served) })
	return operator{smsc, listener.Addr().String()}
}

// operate runs the channel that sends it all, to a simulated operator.
func (r *rig) operate(conf smstest.Config) (operator, *sms.Channel) {
	r.t.Helper()
	o := newOperator(r.t, conf)
	return o, r.channel(o.link(), sms.Quiet{})
}

func (o operator) link() sms.Link {
	return sms.Link{Name: "a", Addr: o.addr, SystemID: "okno", Password: "p"}
}

// channelStore is the channel's; nobody writes to it.
type channelStore struct{ *store.Store }

func (s channelStore) CommitSMS(ctx context.Context, l message.Ledger, join func([]message.Part) string) (message.Committed, error) {
	return s.Store.CommitSMS(ctx, l, join, nil)
}

func (r *rig) channel(link sms.Link, quiet sms.Quiet) *sms.Channel {
	r.t.Helper()
	channel, err := sms.New(sms.Options{Config: sms.Config{ShortNumber: "1414", Links: []sms.Link{link}, Quiet: quiet}, Store: channelStore{r.db},
		Node: "n", Log: testLog(), Clock: r.now, Answer: func(context.Context) (int, error) { return 0, nil }})
	require.NoError(r.t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- channel.Run(ctx) }()
	r.t.Cleanup(func() { cancel(); require.NoError(r.t, <-ended) })
	return channel
}
