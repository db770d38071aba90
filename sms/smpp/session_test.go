package smpp

import (
	"context"
	"errors"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
)

// ear is a Handler that answers as told and keeps what it heard.
type ear struct {
	on func(*Request)

	mu     sync.Mutex
	heard  []Message
	poison []Poison
}

func (e *ear) HandleMessage(r *Request) {
	e.mu.Lock()
	e.heard = append(e.heard, r.Message)
	e.mu.Unlock()
	if e.on != nil {
		e.on(r)
		return
	}
	r.Answer(OK, "id-"+r.Message.Dest.Number)
}

func (e *ear) HandlePoison(p Poison) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.poison = append(e.poison, p)
}

func (e *ear) poisons() []Poison {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]Poison(nil), e.poison...)
}

// running runs a session and gives how it ended.
func running(t testing.TB, s *Session) (stop context.CancelFunc, ended chan error) {
	ctx, cancel := context.WithCancel(context.Background())
	ended = make(chan error, 1)
	done := make(chan struct{})
	go func() { defer close(done); ended <- s.Run(ctx) }()
	t.Cleanup(func() { s.Close(); cancel(); <-done })
	return cancel, ended
}

func quick(h Handler) Options {
	return Options{Handler: h, BindTimeout: 2 * time.Second, AnswerTimeout: time.Second,
		WriteTimeout: 300 * time.Millisecond, Drain: time.Second, Log: zerolog.Nop()}
}

// pair binds an ESME to an SMSC over TCP; both sessions wait for Run.
func pair(t testing.TB, mode Mode, esme, smsc Options) (*Session, *Session) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	accepted := make(chan *Session, 1)
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		s, err := Accept(t.Context(), conn, "smsc", func(b Bind) Status {
			if b.Password != "secret" {
				return InvalidPassword
			}
			return OK
		}, smsc)
		if err == nil {
			accepted <- s
		}
	}()
	e, err := Dial(t.Context(), listener.Addr().String(),
		Bind{Mode: mode, SystemID: "okno", Password: "secret"}, esme)
	require.NoError(t, err)
	return e, <-accepted
}

func text(to, body string) Message {
	return Message{Source: Address{1, 1, "1414"}, Dest: Address{1, 1, to}, Short: []byte(body)}
}

func TestMessagesGoBothWaysWithTheirAnswers(t *testing.T) {
	t.Parallel()
	okno, smsc := &ear{}, &ear{}
	e, s := pair(t, Transceiver, quick(okno), quick(smsc))
	running(t, e)
	running(t, s)

	id, err := e.Submit(t.Context(), text("77010000001", "hi"))
	require.NoError(t, err)
	require.Equal(t, "id-77010000001", id)

	require.NoError(t, s.Deliver(t.Context(), text("1414", "HELP")))
	require.Equal(t, "HELP", string(okno.heard[0].Payload()))

	payload := make([]byte, 60_000)
	_, err = s.Data(t.Context(), Message{Dest: Address{Number: "1414"}, TLVs: TLVs{TagMessagePayload: payload}})
	require.NoError(t, err)
	require.Equal(t, payload, okno.heard[1].Payload())
}

func TestRefusalIsItsStatus(t *testing.T) {
	t.Parallel()
	e, s := pair(t, Transceiver, quick(&ear{}), quick(&ear{on: func(r *Request) { r.Answer(Throttled, "") }}))
	running(t, e)
	running(t, s)
	_, err := e.Submit(t.Context(), text("1", "x"))
	var status Status
	require.ErrorAs(t, err, &status)
	require.Equal(t, Throttled, status)
}

func TestBindRefusedIsItsStatus(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	go func() {
		if conn, err := listener.Accept(); err == nil {
			_, _ = Accept(t.Context(), conn, "smsc", func(Bind) Status { return AlreadyBound }, quick(&ear{}))
		}
	}()
	_, err = Dial(t.Context(), listener.Addr().String(), Bind{Mode: Transceiver}, quick(&ear{}))
	require.ErrorIs(t, err, AlreadyBound)
}

// Both sides send at once, each with the other's sequence numbers, many in
// flight, answers out of order.
func TestManyInFlightBothWays(t *testing.T) {
	t.Parallel()
	later := func(r *Request) {
		go func() { time.Sleep(time.Millisecond); r.Answer(OK, "id-"+r.Message.Dest.Number) }()
	}
	e, s := pair(t, Transceiver, quick(&ear{on: later}), quick(&ear{on: later}))
	running(t, e)
	running(t, s)
	var wg sync.WaitGroup
	for i := range 200 {
		to := "7701" + string(rune('0'+i%10)) + "000"
		wg.Go(func() {
			id, err := e.Submit(t.Context(), text(to, "mt"))
			if err != nil || id != "id-"+to {
				t.Errorf("submit: %q %v", id, err)
			}
		})
		wg.Go(func() {
			if err := s.Deliver(t.Context(), text(to, "mo")); err != nil {
				t.Errorf("deliver: %v", err)
			}
		})
	}
	wg.Wait()
	require.Zero(t, e.Stats().Unsolicited+s.Stats().Unsolicited)
}

func TestWindowBlocksUntilThereIsRoom(t *testing.T) {
	t.Parallel()
	hold := make(chan *Request, 3)
	opts := quick(&ear{})
	opts.Window = 2
	e, s := pair(t, Transceiver, opts, quick(&ear{on: func(r *Request) { hold <- r }}))
	running(t, e)
	running(t, s)
	results := make(chan error, 3)
	for range 2 {
		go func() { _, err := e.Submit(t.Context(), text("1", "x")); results <- err }()
	}
	first := <-hold
	<-hold
	require.Zero(t, e.Free())

	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := e.Submit(ctx, text("1", "x"))
	require.ErrorIs(t, err, ErrNotSent, "a full window must not send")

	first.Answer(OK, "1")
	require.NoError(t, <-results)
	go func() { _, err := e.Submit(t.Context(), text("1", "x")); results <- err }()
	(<-hold).Answer(OK, "3")
	require.NoError(t, <-results)
}

func TestDrainWaitsForBothSidesThenUnbinds(t *testing.T) {
	t.Parallel()
	asked, told := make(chan *Request, 1), make(chan *Request, 1)
	e, s := pair(t, Transceiver,
		quick(&ear{on: func(r *Request) { told <- r }}), quick(&ear{on: func(r *Request) { asked <- r }}))
	stop, ended := running(t, e)
	_, peerEnded := running(t, s)
	submitted, delivered := make(chan error, 1), make(chan error, 1)
	go func() { _, err := e.Submit(t.Context(), text("1", "x")); submitted <- err }()
	go func() { delivered <- s.Deliver(t.Context(), text("1", "x")) }()
	out, in := <-asked, <-told
	stop()
	select {
	case <-ended:
		t.Fatal("ended with requests open")
	case <-time.After(50 * time.Millisecond):
	}
	out.Answer(OK, "late")
	in.Answer(OK, "")
	require.NoError(t, <-submitted)
	require.NoError(t, <-delivered)
	require.ErrorIs(t, <-ended, ErrClosed)
	require.ErrorIs(t, <-peerEnded, ErrUnbound)
	_, err := e.Submit(t.Context(), text("1", "x"))
	require.ErrorIs(t, err, ErrNotSent)
}

func TestDrainDoesNotWaitForEver(t *testing.T) {
	t.Parallel()
	opts := quick(&ear{on: func(*Request) {}})
	opts.Drain = 20 * time.Millisecond
	e, s := pair(t, Transceiver, opts, quick(&ear{}))
	stop, ended := running(t, e)
	running(t, s)
	go s.Deliver(context.Background(), text("1", "x"))
	require.Eventually(t, func() bool { e.mu.Lock(); defer e.mu.Unlock(); return e.inbound == 1 }, 5*time.Second, time.Millisecond)
	stop()
	require.ErrorIs(t, <-ended, ErrAbandoned)
}

func TestLostConnectionLeavesTheOutcomeUnknown(t *testing.T) {
	t.Parallel()
	var smsc *Session
	e, smsc := pair(t, Transceiver, quick(&ear{}), quick(&ear{on: func(r *Request) { r.session.Close() }}))
	_, ended := running(t, e)
	running(t, smsc)
	_, err := e.Submit(t.Context(), text("1", "x"))
	require.ErrorIs(t, err, ErrUnanswered)
	require.NotErrorIs(t, err, ErrNotSent)
	require.Error(t, <-ended)
}

func TestInboundOverflowIsRefusedForNow(t *testing.T) {
	t.Parallel()
	opts := quick(&ear{on: func(*Request) {}})
	opts.Inbound = 2
	e, s := pair(t, Transceiver, opts, quick(&ear{}))
	running(t, e)
	running(t, s)
	results := make(chan error, 3)
	for range 3 {
		go func() { results <- s.Deliver(t.Context(), text("1", "x")) }()
	}
	require.ErrorIs(t, <-results, TemporaryAppError)
	require.EqualValues(t, 1, e.Stats().Refused)
}

func TestSubmitOnAReceiverIsRefused(t *testing.T) {
	t.Parallel()
	e, s := pair(t, Receiver, quick(&ear{}), quick(&ear{}))
	running(t, e)
	running(t, s)
	require.False(t, e.CanSend())
	require.True(t, e.CanReceive())
	_, err := e.Submit(t.Context(), text("1", "x"))
	require.ErrorIs(t, err, WrongBindState)
	require.NoError(t, s.Deliver(t.Context(), text("1", "x")))
}

func TestTooLongIsNotSentAndTheLinkStays(t *testing.T) {
	t.Parallel()
	e, s := pair(t, Transceiver, quick(&ear{}), quick(&ear{}))
	running(t, e)
	running(t, s)
	_, err := e.Submit(t.Context(), text("1", string(make([]byte, 255))))
	require.ErrorIs(t, err, ErrTooLong)
	require.ErrorIs(t, err, ErrNotSent)
	_, err = e.Submit(t.Context(), text("770123456789012345678", "x"))
	require.ErrorIs(t, err, ErrTooLong)
	_, err = e.Submit(t.Context(), text("", ""))
	require.NoError(t, err)
}

func TestSequenceNumbersStayWithin31Bits(t *testing.T) {
	t.Parallel()
	e, s := pair(t, Transceiver, quick(&ear{}), quick(&ear{}))
	e.sequence = MaxSequence - 1
	running(t, e)
	running(t, s)
	for range 3 {
		_, err := e.Submit(t.Context(), text("1", "x"))
		require.NoError(t, err)
	}
	require.EqualValues(t, 2, e.sequence)
}

// What the peer has read is known from what it responds to, and asked for when it responds to nothing.
func TestAnswersAreConfirmed(t *testing.T) {
	t.Parallel()
	waiting := make(chan *Request, 2)
	opts := quick(&ear{on: func(r *Request) { waiting <- r }})
	opts.ConfirmWithin = 10 * time.Millisecond
	esme, smsc := pair(t, Transceiver, opts, quick(&ear{}))
	running(t, esme)
	running(t, smsc)
	delivered := make(chan error, 2)
	for range 2 {
		go func() { delivered <- smsc.Deliver(context.Background(), text("1414", "hi")) }()
	}
	first, second := <-waiting, <-waiting
	require.Positive(t, esme.Unconfirmed())
	second.Answer(OK, "")
	require.NoError(t, <-delivered)
	_, err := esme.Submit(t.Context(), text("7701", "hi"))
	require.NoError(t, err)
	require.Positive(t, esme.Unconfirmed(), "the first has no answer yet")
	first.Answer(OK, "")
	require.NoError(t, <-delivered)
	require.Eventually(t, func() bool { return esme.Unconfirmed() == 0 }, 10*time.Second, time.Millisecond)
}

func TestSilentPeerIsFoundOut(t *testing.T) {
	t.Parallel()
	opts := quick(&ear{})
	opts.EnquireEvery, opts.AnswerTimeout = 20*time.Millisecond, 100*time.Millisecond
	e, s := pair(t, Transceiver, opts, quick(&ear{}))
	_, ended := running(t, e)
	defer s.Close() // never runs, so never answers
	select {
	case err := <-ended:
		require.True(t, errors.Is(err, ErrSilent), "%v", err)
	case <-time.After(5 * time.Second):
		t.Fatal("a dead peer was kept")
	}
}

func TestLivePeerIsKept(t *testing.T) {
	t.Parallel()
	opts := quick(&ear{})
	opts.EnquireEvery, opts.AnswerTimeout = 10*time.Millisecond, time.Second
	e, s := pair(t, Transceiver, opts, quick(&ear{}))
	_, ended := running(t, e)
	running(t, s)
	select {
	case err := <-ended:
		t.Fatalf("ended: %v", err)
	case <-time.After(150 * time.Millisecond):
	}
}
