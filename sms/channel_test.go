package sms

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

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/message"
	"okno/internal/postgres"
	"okno/internal/postgres/pgtest"
	"okno/sms/smpp"
	"okno/sms/smstest"
	"okno/sms/text"
)

const phone1 = "+77010000001"

// rig is a channel on a real database, answering by a function.
type rig struct {
	t       testing.TB
	db      *postgres.DB
	store   *hooked
	options Options
	channel *Channel
	stop    func()

	mu      sync.Mutex
	answers func(message.MO) (string, error)
	heard   []message.MO
}

// hooked is the store, with something between the channel and it.
type hooked struct {
	Store
	before, after atomic.Pointer[func(message.Ledger) error] // around CommitSMS
}

func (h *hooked) BeginBind(ctx context.Context, b message.Bind) error {
	if f := h.before.Load(); f != nil {
		if err := (*f)(message.Ledger{}); err != nil {
			return err
		}
	}
	return h.Store.BeginBind(ctx, b)
}

func (h *hooked) CommitSMS(ctx context.Context, l message.Ledger, join func([]message.Part) string) error {
	if f := h.before.Load(); f != nil {
		if err := (*f)(l); err != nil {
			return err
		}
	}
	err := h.Store.CommitSMS(ctx, l, join)
	if f := h.after.Load(); f != nil && err == nil {
		err = (*f)(l)
	}
	return err
}

var quick = tuning{
	poll: 20 * time.Millisecond, answer: time.Second, lease: 10 * time.Second,
	reconnect: 2 * time.Millisecond, incomplete: time.Hour,
}

func testLog() zerolog.Logger {
	if os.Getenv("OKNO_TEST_LOG") != "" {
		return zerolog.New(zerolog.ConsoleWriter{Out: os.Stderr})
	}
	return zerolog.Nop()
}

func newRig(t testing.TB, links ...Link) *rig {
	t.Helper()
	r := &rig{t: t, db: pgtest.New(t), answers: func(mo message.MO) (string, error) { return "re: " + mo.Text, nil }}
	r.store = &hooked{Store: r.db}
	r.options = Options{
		Config: Config{ShortNumber: "1414", Links: links}, Store: r.store, Answer: r.answer,
		Node: "node-1", Log: testLog(), Metrics: prometheus.NewRegistry(), tune: quick,
	}
	return r
}

func (r *rig) answer(ctx context.Context) (bool, error) {
	return r.db.ProcessMO(ctx, time.Now(), func(ctx context.Context, w *postgres.Work, mo message.MO) (int64, error) {
		r.mu.Lock()
		r.heard = append(r.heard, mo)
		answers := r.answers
		r.mu.Unlock()
		reply, err := answers(mo)
		if err != nil || reply == "" {
			return 0, err
		}
		return 0, w.EnqueueMT(ctx, message.MT{Lane: message.Reply, Destination: mo.Source, Text: reply,
			Segments: text.Segments(reply), ExpiresAt: time.Now().Add(time.Hour)})
	})
}

func (r *rig) messages() []message.MO {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]message.MO(nil), r.heard...)
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
	err := r.db.Do(r.t.Context(), func(w *postgres.Work) error {
		return w.EnqueueMT(r.t.Context(), message.MT{Lane: lane, Destination: to, Text: body,
			Segments: text.Segments(body), ExpiresAt: time.Now().Add(lifetime)})
	})
	require.NoError(r.t, err)
	if r.channel != nil {
		r.channel.Wake()
	}
}

func (r *rig) states(to string) (states []message.SegmentState) {
	segments, err := r.db.SegmentsTo(r.t.Context(), to)
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
	return s, Link{Name: name, Addr: listener.Addr().String(), SystemID: "okno", Password: "p"}
}

func TestCitizenWritesAndGetsAnAnswer(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"GSM":         "HELP [me] €",
		"Kazakh":      "КӨМЕК",
		"long GSM":    strings.Repeat("What documents do I need? ", 20),
		"long Kazakh": strings.Repeat("Қандай құжаттар керек? 😀 ", 20),
		"empty":       "",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, link := smsc(t, "a", smstest.Config{})
			r := newRig(t, link)
			r.run()
			require.NoError(t, s.Send(t.Context(), phone1, "1414", body))
			r.eventually("an answer", func() bool { return len(s.Received(phone1)) == 1 })
			require.Equal(t, "re: "+body, s.Received(phone1)[0])
			require.Len(t, r.messages(), 1)
			mo := r.messages()[0]
			require.Equal(t, phone1, mo.Source)
			require.Equal(t, "1414", mo.Destination)
			require.Equal(t, text.Segments(body), mo.Parts)
			r.eventually("delivered", func() bool {
				states := r.states(phone1)
				for _, state := range states {
					if state != message.Delivered {
						return false
					}
				}
				return len(states) == text.Segments("re: "+body)
			})
		})
	}
}

func TestMessageIsAcknowledgedAfterTheCommit(t *testing.T) {
	t.Parallel()
	s, link := smsc(t, "a", smstest.Config{})
	r := newRig(t, link)
	entered, leave := make(chan struct{}), make(chan struct{})
	hold := func(l message.Ledger) error {
		if len(l.Arrivals) > 0 {
			entered <- struct{}{}
			<-leave
		}
		return nil
	}
	r.store.after.Store(&hold)
	r.run()
	sent := make(chan error, 1)
	go func() { sent <- s.Send(t.Context(), phone1, "1414", "HELP") }()
	<-entered
	// Committed, and so answered, yet the SMSC has heard nothing.
	r.eventually("an answer", func() bool { return len(r.messages()) == 1 })
	require.Equal(t, smstest.Queued, s.Messages(phone1)[0].State)
	close(leave)
	require.NoError(t, <-sent)
}

func TestMessageStaysWithTheSMSCWhileTheDatabaseIsAway(t *testing.T) {
	t.Parallel()
	s, link := smsc(t, "a", smstest.Config{})
	r := newRig(t, link)
	var refused atomic.Int32
	away := func(l message.Ledger) error {
		if len(l.Arrivals) > 0 {
			refused.Add(1)
			return errors.New("no database")
		}
		return nil
	}
	r.store.before.Store(&away)
	r.run()
	sent := make(chan error, 1)
	go func() { sent <- s.Send(t.Context(), phone1, "1414", "HELP") }()
	r.eventually("refusals", func() bool { return refused.Load() > 3 })
	require.Equal(t, smstest.Queued, s.Messages(phone1)[0].State)
	require.Empty(t, r.messages())
	r.store.before.Store(nil)
	require.NoError(t, <-sent)
	r.eventually("an answer", func() bool { return len(s.Received(phone1)) == 1 })
	require.Len(t, r.messages(), 1)
}

// The process dies after the commit and before the acknowledgement: the SMSC
// sends the message again, and it is answered once.
func TestRedeliveryIsRecognised(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{"whole": "STATUS 123456786", "in parts": strings.Repeat("я", 200)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, link := smsc(t, "a", smstest.Config{})
			r := newRig(t, link)
			var cuts atomic.Int32
			cut := func(l message.Ledger) error {
				if len(l.Arrivals) > 0 && cuts.Add(1) <= 2 {
					s.Disconnect()
				}
				return nil
			}
			r.store.after.Store(&cut)
			r.run()
			require.NoError(t, s.Send(t.Context(), phone1, "1414", body))
			require.Greater(t, cuts.Load(), int32(2))
			r.eventually("an answer", func() bool { return len(s.Received(phone1)) == 1 })
			// Behind the next message's answer nothing of the first can follow.
			require.NoError(t, s.Send(t.Context(), phone1, "1414", "next"))
			r.eventually("the next answer", func() bool { return len(s.Received(phone1)) >= 2 })
			require.Equal(t, []string{"re: " + body, "re: next"}, s.Received(phone1))
			require.Len(t, r.messages(), 2)
		})
	}
}

// "1" answers a list, and "1" the next: the second is no redelivery.
func TestSameTextAgainIsASecondMessage(t *testing.T) {
	t.Parallel()
	s, link := smsc(t, "a", smstest.Config{})
	r := newRig(t, link)
	r.run()
	for range 3 {
		require.NoError(t, s.Send(t.Context(), phone1, "1414", "1"))
	}
	r.eventually("three answers", func() bool { return len(s.Received(phone1)) == 3 })
}

func TestRestartLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	s, link := smsc(t, "a", smstest.Config{})
	r := newRig(t, link)
	r.answers = func(message.MO) (string, error) { return "", errors.New("the process is about to die") }
	r.run()
	require.NoError(t, s.Send(t.Context(), phone1, "1414", "HELP"))
	r.eventually("a try", func() bool { return len(r.messages()) > 0 })
	r.stop()
	require.Empty(t, s.Received(phone1))
	r.answers = func(mo message.MO) (string, error) { return "re: " + mo.Text, nil }
	r.run()
	r.eventually("an answer", func() bool { return len(s.Received(phone1)) == 1 })
}

func TestOneCitizensMessagesAreAnsweredInOrderOthersBeside(t *testing.T) {
	t.Parallel()
	s, link := smsc(t, "a", smstest.Config{})
	r := newRig(t, link)
	var busy, most atomic.Int32
	var working sync.Map
	r.answers = func(mo message.MO) (string, error) {
		if _, other := working.LoadOrStore(mo.Source, true); other {
			t.Errorf("two messages of %s at once", mo.Source)
		}
		defer working.Delete(mo.Source)
		n := busy.Add(1)
		defer busy.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		time.Sleep(2 * time.Millisecond) // a dialogue at work
		return "re: " + mo.Text, nil
	}
	r.run()
	var senders sync.WaitGroup
	const citizens, each = 8, 12
	number := func(c int) string { return fmt.Sprintf("+7701000%04d", c) }
	for c := range citizens {
		senders.Go(func() {
			for i := range each {
				if err := s.Send(t.Context(), number(c), "1414", fmt.Sprint(i)); err != nil {
					t.Errorf("send: %v", err)
				}
			}
		})
	}
	senders.Wait()
	for c := range citizens {
		r.eventually("all answers", func() bool { return len(s.Received(number(c))) == each })
	}
	order := map[string]int{}
	for _, mo := range r.messages() {
		require.Equal(t, fmt.Sprint(order[mo.Source]), mo.Text, mo.Source)
		order[mo.Source]++
	}
	require.Greater(t, most.Load(), int32(1), "different citizens in parallel")
}

// One message that cannot be processed is put aside; the next ones are heard.
func TestBadMessageDoesNotHoldItsSenderForGood(t *testing.T) {
	t.Parallel()
	s, link := smsc(t, "a", smstest.Config{})
	r := newRig(t, link)
	var now atomic.Int64 // minutes that the clock is ahead
	r.options.Answer = func(ctx context.Context) (bool, error) {
		ahead := time.Now().Add(time.Duration(now.Add(1)) * time.Minute)
		return r.db.ProcessMO(ctx, ahead, func(_ context.Context, _ *postgres.Work, mo message.MO) (int64, error) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.heard = append(r.heard, mo)
			if mo.Text == "bad" {
				panic("a defect")
			}
			return 0, nil
		})
	}
	r.run()
	require.NoError(t, s.Send(t.Context(), phone1, "1414", "bad"))
	require.NoError(t, s.Send(t.Context(), phone1, "1414", "good"))
	r.eventually("the good one", func() bool {
		heard := r.messages()
		return len(heard) > 0 && heard[len(heard)-1].Text == "good"
	})
	require.Len(t, r.messages(), 6, "five tries, then the next")
}

func TestReceiptsMatchInEveryNotation(t *testing.T) {
	t.Parallel()
	for name, conf := range map[string]smstest.Config{
		"ids alike":            {},
		"hexadecimal, decimal": {MixedIDs: true},
		"before the answer":    {Latency: 50 * time.Millisecond},
		"phone off":            {Undeliverable: "1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, link := smsc(t, "a", conf)
			r := newRig(t, link)
			r.run()
			r.send(message.Notice, phone1, strings.Repeat("я", 200), time.Hour)
			want := message.Delivered
			if conf.Undeliverable != "" {
				want = message.Undeliverable
			}
			r.eventuallyStates(phone1, want, want, want)
		})
	}
}

func TestExpiredPasswordIsNeverSubmitted(t *testing.T) {
	t.Parallel()
	var submits atomic.Int32
	s, link := smsc(t, "a", smstest.Config{Judge: func(smpp.Message) smstest.Verdict {
		submits.Add(1)
		return smstest.Verdict{Status: smpp.QueueFull}
	}})
	r := newRig(t, link)
	r.send(message.OTP, phone1, "123456", -time.Second)
	r.run()
	r.eventuallyStates(phone1, message.Expired)
	require.Zero(t, submits.Load())

	// One that the SMSC puts off expires while it waits.
	r.send(message.OTP, "+77010000002", "654321", 200*time.Millisecond)
	r.eventuallyStates("+77010000002", message.Expired)
	require.EqualValues(t, 1, submits.Load())
	require.Empty(t, s.Received(phone1))
}

func TestFailuresByTheCatalogue(t *testing.T) {
	t.Parallel()
	for status, want := range map[smpp.Status]struct {
		state   message.SegmentState
		failure Failure
	}{
		smpp.QueueFull:         {message.Queued, QueueFull},
		smpp.TemporaryAppError: {message.Queued, Temporary},
		smpp.SystemError:       {message.Queued, SystemError},
		smpp.InvalidDest:       {message.Failed, InvalidDestination},
		smpp.InvalidSource:     {message.Failed, InvalidSource},
		smpp.SubmitFailed:      {message.Failed, Refused},
		smpp.Status(0x4FF):     {message.Failed, Refused},
	} {
		t.Run(status.Error(), func(t *testing.T) {
			t.Parallel()
			_, link := smsc(t, "a", smstest.Config{Judge: func(smpp.Message) smstest.Verdict {
				return smstest.Verdict{Status: status}
			}})
			r := newRig(t, link)
			r.run()
			r.send(message.Reply, phone1, "hi", time.Hour)
			r.eventually("the outcome", func() bool {
				s, err := r.db.SegmentsTo(t.Context(), phone1)
				return err == nil && s[0].Failure == string(want.failure) && s[0].State == want.state && s[0].Attempts == 1
			})
		})
	}
}

func TestThrottledSegmentsAllArriveInTheEnd(t *testing.T) {
	t.Parallel()
	s, link := smsc(t, "a", smstest.Config{ThrottleEvery: 15})
	r := newRig(t, link)
	for range 40 {
		r.send(message.Notice, phone1, "hi", time.Hour)
	}
	r.run()
	r.eventually("all", func() bool { return len(s.Received(phone1)) == 40 })
}

// The connection is lost after the SMSC has taken the segment and before it has said so.
func TestBindBrokenMidSubmit(t *testing.T) {
	t.Parallel()
	for lane, want := range map[message.Lane]struct {
		received int
		state    message.SegmentState
	}{
		message.OTP:    {2, message.Delivered},
		message.Reply:  {2, message.Delivered},
		message.Notice: {1, message.Unknown},
	} {
		t.Run(string(lane), func(t *testing.T) {
			t.Parallel()
			var submits atomic.Int32
			s, link := smsc(t, "a", smstest.Config{Judge: func(smpp.Message) smstest.Verdict {
				return smstest.Verdict{Drop: submits.Add(1) == 1}
			}})
			r := newRig(t, link)
			r.run()
			r.send(lane, phone1, "hi", time.Hour)
			r.eventuallyStates(phone1, want.state)
			require.Len(t, s.Received(phone1), want.received)
		})
	}
}

func TestUnansweredTwiceIsUnknownForGood(t *testing.T) {
	t.Parallel()
	s, link := smsc(t, "a", smstest.Config{Judge: func(smpp.Message) smstest.Verdict {
		return smstest.Verdict{Silent: true}
	}})
	r := newRig(t, link)
	r.options.tune.answer = 50 * time.Millisecond
	r.run()
	r.send(message.Reply, phone1, "hi", time.Hour)
	r.eventuallyStates(phone1, message.Unknown)
	require.Len(t, s.Received(phone1), 2)
}

// A process claimed a segment and died.
func TestLapsedClaimIsUnknownOnce(t *testing.T) {
	t.Parallel()
	s, link := smsc(t, "a", smstest.Config{})
	r := newRig(t, link)
	r.send(message.Reply, phone1, "hi", time.Hour)
	r.send(message.Notice, "+77010000002", "hi", time.Hour)
	claimed, err := r.db.ClaimSegments(t.Context(), message.Claim{Link: "a", Mine: []string{""}, All: []string{""},
		Limit: 10, Notices: 10, Now: time.Now(), LeaseEnd: time.Now()})
	require.NoError(t, err)
	require.Len(t, claimed, 2)
	r.run()
	r.eventuallyStates(phone1, message.Delivered)
	r.eventuallyStates("+77010000002", message.Unknown)
	require.Len(t, s.Received(phone1), 1)
	require.Empty(t, s.Received("+77010000002"))
}

func TestPasswordsGoFirst(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var order []string
	_, link := smsc(t, "a", smstest.Config{Latency: time.Millisecond, Judge: func(m smpp.Message) smstest.Verdict {
		mu.Lock()
		defer mu.Unlock()
		order = append(order, string(m.Short))
		return smstest.Verdict{}
	}})
	link.Window = 1
	r := newRig(t, link)
	for lane, to := range map[message.Lane]string{message.Notice: "+77010000002", message.Reply: "+77010000003", message.OTP: phone1} {
		for range 3 {
			r.send(lane, to, string(lane), time.Hour)
		}
	}
	r.run()
	r.eventually("all", func() bool { mu.Lock(); defer mu.Unlock(); return len(order) == 9 })
	require.Equal(t, strings.Fields("otp otp otp reply reply reply notice notice notice"), order)
}

func TestNoticesLeaveRoomInTheWindow(t *testing.T) {
	t.Parallel()
	s, link := smsc(t, "a", smstest.Config{Judge: func(m smpp.Message) smstest.Verdict {
		return smstest.Verdict{Silent: string(m.Short) == "notice"}
	}})
	link.Window = 8
	r := newRig(t, link)
	r.options.tune.answer = time.Minute
	for range 20 {
		r.send(message.Notice, "+77010000002", "notice", time.Hour)
	}
	r.run()
	r.eventually("notices", func() bool { return len(s.Received("+77010000002")) == 6 })
	r.send(message.OTP, phone1, "123456", time.Hour)
	r.eventually("the password", func() bool { return len(s.Received(phone1)) == 1 })
	require.Len(t, s.Received("+77010000002"), 6)
	s.Disconnect() // nothing will answer the notices
}

func TestDestinationsGoByTheLongestPrefix(t *testing.T) {
	t.Parallel()
	a, linkA := smsc(t, "a", smstest.Config{})
	b, linkB := smsc(t, "b", smstest.Config{})
	rest, linkC := smsc(t, "rest", smstest.Config{})
	linkA.Prefixes = []string{"7701", "7702"}
	linkB.Prefixes = []string{"+77015"}
	r := newRig(t, linkA, linkB, linkC)
	r.run()
	for to, by := range map[string]*smstest.SMSC{
		"+77010000001": a, "+77020000001": a, "+77015000001": b, "+77770000001": rest, "+998901234567": rest,
	} {
		r.send(message.Reply, to, "hi", time.Hour)
		r.eventually(to, func() bool { return len(by.Received(to)) == 1 })
	}
}

func TestLinkThatIsDownHoldsBackOnlyItsOwn(t *testing.T) {
	t.Parallel()
	_, up := smsc(t, "up", smstest.Config{})
	down := Link{Name: "down", Addr: "127.0.0.1:1", Prefixes: []string{"7702"}}
	r := newRig(t, up, down)
	r.run()
	r.send(message.OTP, "+77020000001", "hi", time.Hour)
	r.send(message.Notice, phone1, "hi", time.Hour)
	r.eventuallyStates(phone1, message.Delivered)
	require.Equal(t, []message.SegmentState{message.Queued}, r.states("+77020000001"))
	require.EqualError(t, r.channel.Ready(), "sms links down: down (not connected)")
}

func TestReadyNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	_, link := smsc(t, "a", smstest.Config{SystemID: "okno", Password: "other"})
	r := newRig(t, link)
	r.run()
	r.eventually("the reason", func() bool {
		err := r.channel.Ready()
		return err != nil && strings.Contains(err.Error(), "a (smpp status 0x0E (invalid password))")
	})
}

// Nothing could be acknowledged, so the SMSC is left its messages.
func TestNoBindWithoutTheDatabase(t *testing.T) {
	t.Parallel()
	s, link := smsc(t, "a", smstest.Config{})
	r := newRig(t, link)
	away := func(message.Ledger) error { return errors.New("no database") }
	r.store.before.Store(&away)
	r.run()
	r.eventually("the reason", func() bool {
		err := r.channel.Ready()
		return err != nil && err.Error() == "sms links down: a (waiting for the database)"
	})
	r.store.before.Store(nil)
	r.eventually("a bind", func() bool { return r.channel.Ready() == nil && s.Binds() == 1 })
}

func TestSlowLaneForWhatHasteMakesWorse(t *testing.T) {
	t.Parallel()
	b := newBackoff(time.Second)
	for range 3 {
		pause := b.after(fmt.Errorf("bind: %w", smpp.AlreadyBound), 0)
		require.GreaterOrEqual(t, pause, 30*time.Second)
		require.LessOrEqual(t, pause, 60*time.Second)
	}
	b = newBackoff(time.Second)
	var last time.Duration
	for range 12 {
		last = b.after(smpp.ErrSilent, 0)
	}
	require.GreaterOrEqual(t, last, 30*time.Second)
	require.LessOrEqual(t, b.after(smpp.ErrSilent, time.Minute), time.Second)
}

func TestPairOfBinds(t *testing.T) {
	t.Parallel()
	s, link := smsc(t, "a", smstest.Config{})
	link.Bind = "pair"
	r := newRig(t, link)
	r.run()
	require.NoError(t, s.Send(t.Context(), phone1, "1414", "HELP"))
	r.eventually("an answer", func() bool { return len(s.Received(phone1)) == 1 })
	r.eventuallyStates(phone1, message.Delivered)
	require.Equal(t, 2, s.Binds())
}

func TestConfigurationIsChecked(t *testing.T) {
	t.Parallel()
	good := Link{Name: "a", Addr: "127.0.0.1:2775"}
	require.NoError(t, Config{ShortNumber: "1414", Links: []Link{good}}.Check())
	require.NoError(t, Config{}.Check())
	for want, c := range map[string]Config{
		"short_number is missing":    {Links: []Link{good}},
		"needs a name of its own":    {ShortNumber: "1414", Links: []Link{good, good}},
		`addr "x" is not host:port`:  {ShortNumber: "1414", Links: []Link{{Name: "a", Addr: "x"}}},
		`bind "both" is none of`:     {ShortNumber: "1414", Links: []Link{{Name: "a", Addr: "x:1", Bind: "both"}}},
		`prefix "77x" is not`:        {ShortNumber: "1414", Links: []Link{{Name: "a", Addr: "x:1", Prefixes: []string{"77x"}}}},
		"window and rate cannot be ": {ShortNumber: "1414", Links: []Link{{Name: "a", Addr: "x:1", Window: -1}}},
	} {
		require.ErrorContains(t, c.Check(), want)
	}
}
