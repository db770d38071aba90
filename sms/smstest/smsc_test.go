package smstest

import (
	"context"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/sms/smpp"
	"okno/sms/text"
)

func serve(t *testing.T, conf Config) (*SMSC, string) {
	t.Helper()
	if conf.RetryEvery == 0 {
		conf.RetryEvery = 5 * time.Millisecond
	}
	conf.Log = zerolog.Nop()
	s := New(conf)
	return s, start(t, s)
}

func start(t *testing.T, s *SMSC) (addr string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, listener) }()
	t.Cleanup(func() { cancel(); require.NoError(t, <-ended) })
	return listener.Addr().String()
}

// esme is an ESME that keeps what it hears and answers as told.
type esme struct {
	answer func(n int, r *smpp.Request) smpp.Status

	mu    sync.Mutex
	heard []smpp.Message
	count int
}

func (e *esme) HandlePoison(smpp.Poison) {}

func (e *esme) HandleMessage(r *smpp.Request) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.count++
	status := smpp.OK
	if e.answer != nil {
		status = e.answer(e.count, r)
	}
	if status == smpp.OK {
		e.heard = append(e.heard, r.Message)
	}
	r.Answer(status, "")
}

func (e *esme) texts(t *testing.T) (texts []string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, m := range e.heard {
		payload := m.Payload()
		if m.ESMClass&smpp.ESMUDHI != 0 {
			_, payload, _ = text.TakeHeader(payload)
		}
		s, err := text.Decode(m.Coding, payload)
		require.NoError(t, err)
		texts = append(texts, s)
	}
	return texts
}

func bind(t *testing.T, addr string, mode smpp.Mode, e *esme) *smpp.Session {
	t.Helper()
	session, err := smpp.Dial(t.Context(), addr, smpp.Bind{Mode: mode, SystemID: "okno", Password: "p"},
		smpp.Options{Handler: e, Log: zerolog.Nop()})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); session.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-ended })
	return session
}

func TestOnlyItsOwnESMEBinds(t *testing.T) {
	t.Parallel()
	_, addr := serve(t, Config{SystemID: "okno", Password: "q"})
	_, err := smpp.Dial(t.Context(), addr, smpp.Bind{Mode: smpp.Transceiver, SystemID: "okno", Password: "p"},
		smpp.Options{Handler: &esme{}})
	require.ErrorIs(t, err, smpp.InvalidPassword)
	_, err = smpp.Dial(t.Context(), addr, smpp.Bind{Mode: smpp.Transceiver, SystemID: "else", Password: "q"},
		smpp.Options{Handler: &esme{}})
	require.ErrorIs(t, err, smpp.InvalidSystemID)
}

func TestMessageIsKeptUntilAcknowledged(t *testing.T) {
	t.Parallel()
	s, addr := serve(t, Config{})
	sent := make(chan error, 1)
	go func() { sent <- s.Send(t.Context(), "+7 701 000 00 01", "1414", strings.Repeat("я", 100)) }()
	require.Eventually(t, func() bool { return len(s.Messages("77010000001")) == 1 }, 5*time.Second, time.Millisecond)
	require.Equal(t, Queued, s.Messages("77010000001")[0].State)

	e := &esme{answer: func(n int, r *smpp.Request) smpp.Status {
		if n <= 3 {
			return smpp.TemporaryAppError
		}
		return smpp.OK
	}}
	bind(t, addr, smpp.Transmitter, &esme{}) // hears nothing, and is not asked
	bind(t, addr, smpp.Receiver, e)
	require.NoError(t, <-sent)
	require.Equal(t, strings.Repeat("я", 100), strings.Join(e.texts(t), ""))
	require.Len(t, e.texts(t), 2)
	require.Equal(t, Acknowledged, s.Messages("+77010000001")[0].State)
}

func TestMessageSurvivesALostConnectionAndARestart(t *testing.T) {
	t.Parallel()
	s := New(Config{RetryEvery: time.Millisecond, Log: zerolog.Nop()})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, listener) }()
	sent := make(chan error, 1)
	go func() { sent <- s.Send(t.Context(), "77010000001", "1414", "HELP") }()
	require.Eventually(t, func() bool { return len(s.Messages("77010000001")) == 1 }, 5*time.Second, time.Millisecond)
	cancel()
	require.NoError(t, <-ended)

	addr := start(t, s)
	e := &esme{answer: func(n int, r *smpp.Request) smpp.Status {
		if n == 1 {
			s.Disconnect() // received, but the answer does not get through
		}
		return smpp.OK
	}}
	bind(t, addr, smpp.Transceiver, e)
	require.Eventually(t, func() bool { return s.Binds() == 0 }, 5*time.Second, time.Millisecond)
	bind(t, addr, smpp.Transceiver, e)
	require.NoError(t, <-sent)
	require.Equal(t, []string{"HELP", "HELP"}, e.texts(t))
}

func TestRefusedForGoodIsSaid(t *testing.T) {
	t.Parallel()
	s, addr := serve(t, Config{})
	bind(t, addr, smpp.Transceiver, &esme{answer: func(int, *smpp.Request) smpp.Status { return smpp.PermanentAppError }})
	require.ErrorIs(t, s.Send(t.Context(), "77010000001", "1414", "HELP"), smpp.PermanentAppError)
	require.Equal(t, Refused, s.Messages("77010000001")[0].State)
	require.ErrorIs(t, s.Send(t.Context(), "nobody", "1414", "HELP"), ErrNumber)
}

func TestOnePhonesMessagesKeepTheirOrder(t *testing.T) {
	t.Parallel()
	s, addr := serve(t, Config{})
	var want []string
	for i := range 50 {
		body := string(rune('A' + i%26))
		want = append(want, body)
		_, err := s.enqueue("77010000001", "1414", body)
		require.NoError(t, err)
	}
	e := &esme{answer: func(n int, r *smpp.Request) smpp.Status {
		if n%7 == 0 {
			return smpp.Throttled
		}
		return smpp.OK
	}}
	bind(t, addr, smpp.Transceiver, e)
	require.Eventually(t, func() bool { return len(e.texts(t)) == 50 }, 10*time.Second, time.Millisecond)
	require.Equal(t, want, e.texts(t))
}

func TestLongMessageArrivesWholeWithItsReceipts(t *testing.T) {
	t.Parallel()
	for name, mixed := range map[string]bool{"ids alike": false, "ids in two notations": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, addr := serve(t, Config{MixedIDs: mixed, Undeliverable: "99"})
			e := &esme{}
			session := bind(t, addr, smpp.Transceiver, e)
			submit := func(to string, m smpp.Message) string {
				m.Source, m.Dest = smpp.Address{Number: "1414"}, smpp.Address{TON: 1, NPI: 1, Number: to}
				m.RegisteredDelivery = 1
				id, err := session.Submit(t.Context(), m)
				require.NoError(t, err)
				return id
			}
			body := strings.Repeat("Көп мәтін. ", 20)
			coding, payloads := text.Split(body)
			ids := map[string]text.Outcome{}
			for i := len(payloads) - 1; i >= 0; i-- {
				part := text.Part{Reference: 7, Total: len(payloads), Number: i + 1}
				id := submit("77010000001", smpp.Message{Coding: byte(coding), ESMClass: smpp.ESMUDHI,
					Short: text.AddHeader(part, payloads[i])})
				ids[text.MessageKey(id)] = text.Delivered
			}
			ids[text.MessageKey(submit("77010000099", smpp.Message{Short: []byte("x")}))] = text.Undeliverable
			require.Equal(t, []string{body}, s.Received("77010000001"))
			require.Equal(t, len(payloads), s.Messages("77010000001")[0].Segments)
			require.Empty(t, s.Received("77010000099"))

			require.Eventually(t, func() bool { return len(e.texts(t)) == len(ids) }, 10*time.Second, time.Millisecond)
			for _, m := range e.heard {
				require.Equal(t, smpp.ESMReceipt, m.ESMClass)
				receipt, ok := text.ParseReceipt(string(m.Short), string(m.TLVs[smpp.TagReceiptedMessageID]),
					m.TLVs[smpp.TagMessageState])
				require.True(t, ok)
				var found bool
				for _, key := range text.MessageKeys(receipt.MessageID) {
					if want, ok := ids[key]; ok {
						require.Equal(t, want, receipt.Outcome)
						found = true
						delete(ids, key)
						break
					}
				}
				require.True(t, found, "receipt for nothing: %q", receipt.MessageID)
			}
			require.Empty(t, ids)
		})
	}
}

func TestSubmitsAreRefusedOnDemand(t *testing.T) {
	t.Parallel()
	_, addr := serve(t, Config{ThrottleEvery: 2})
	session := bind(t, addr, smpp.Transceiver, &esme{})
	m := smpp.Message{Dest: smpp.Address{Number: "77010000001"}, Short: []byte("x")}
	_, err := session.Submit(t.Context(), m)
	require.NoError(t, err)
	_, err = session.Submit(t.Context(), m)
	require.ErrorIs(t, err, smpp.Throttled)
	_, err = session.Submit(t.Context(), smpp.Message{Dest: smpp.Address{Number: "12x"}})
	require.ErrorIs(t, err, smpp.InvalidDest)
}

func TestWatchersSeeThreadsLive(t *testing.T) {
	t.Parallel()
	s, addr := serve(t, Config{})
	lines, stop := s.Watch("+77010000001")
	defer stop()
	bind(t, addr, smpp.Transceiver, &esme{})
	require.NoError(t, s.Send(t.Context(), "77010000002", "1414", "other"))
	require.NoError(t, s.Send(t.Context(), "77010000001", "1414", "mine"))
	require.Equal(t, Queued, (<-lines).State)
	line := <-lines
	require.Equal(t, Acknowledged, line.State)
	require.Equal(t, "mine", line.Text)
}
