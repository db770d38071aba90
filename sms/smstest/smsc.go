package smstest

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"okno/sms/smpp"
)

// Config of an SMSC. The zero value takes any bind and delivers everything at once.
type Config struct {
	SystemID string // what an ESME must present; "" takes any
	Password string
	// ReceiptDelay is how long a message is on its way to the phone.
	ReceiptDelay time.Duration
	// Latency is how long a submit_sm waits for its answer.
	Latency time.Duration
	// ThrottleEvery refuses every n-th submit_sm with 0x58. 0: none.
	ThrottleEvery int
	// Undeliverable is the end of the numbers whose phones are off for good. "": none.
	Undeliverable string
	// MixedIDs gives message ids in hexadecimal and writes them in decimal in
	// receipts, as some SMSCs do.
	MixedIDs bool
	// RetryEvery is the pause before a message is offered again. Default 1 s.
	RetryEvery time.Duration
	// Window of unanswered deliver_sm a bind. Default 64.
	Window int
	// Judge, where set, hears each submit_sm first. It must not block.
	Judge func(smpp.Message) Verdict
	// Told, where set, hears each receipt that an ESME has acknowledged. It must not block.
	Told func(receipt smpp.Message)
	Log  zerolog.Logger
}

// Verdict is what becomes of a submit_sm. The zero Verdict accepts it.
type Verdict struct {
	Status smpp.Status // refused with this, unless OK
	Silent bool        // accepted, but never answered
	Drop   bool        // accepted, and the connection lost before the answer
	Mute   bool        // accepted, and its receipt lost: only a query_sm tells
}

// SMSC of a mobile operator. It keeps its messages in memory, also from one
// Serve to the next, as an SMSC keeps them over a restart of its SMPP port.
type SMSC struct {
	conf     Config
	receipts *receipts

	mu          sync.Mutex
	sessions    []*smpp.Session
	next        int           // whose turn the next delivery is
	changed     chan struct{} // closed and replaced when sessions change
	serving     context.Context
	workers     *sync.WaitGroup
	queues      map[string]*queue // MO by phone
	threads     map[string]*thread
	parts       map[partKey]map[int][]byte
	lastID      uint64
	fates       fates
	submits     int
	reference   int
	watchers    map[*watcher]struct{}
	screens     map[string]*screen // by phone in a USSD session
	lastSession byte
}

// New gives an SMSC that nobody can reach before Serve.
func New(conf Config) *SMSC {
	if conf.RetryEvery == 0 {
		conf.RetryEvery = time.Second
	}
	return &SMSC{
		conf: conf, receipts: newReceipts(), changed: make(chan struct{}),
		queues: make(map[string]*queue), threads: make(map[string]*thread),
		parts: make(map[partKey]map[int][]byte), watchers: make(map[*watcher]struct{}), screens: make(map[string]*screen),
		lastID: uint64(time.Now().UnixMicro()),
	}
}

// Serve takes binds on the listener until ctx ends, then unbinds all and
// returns. One Serve at a time.
func (s *SMSC) Serve(ctx context.Context, listener net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var workers, links sync.WaitGroup
	s.open(ctx, &workers)
	stop := context.AfterFunc(ctx, func() { listener.Close() })
	defer stop()
	var failed error
	for {
		conn, err := listener.Accept()
		if err != nil {
			if ctx.Err() == nil {
				failed = err
			}
			break
		}
		links.Go(func() { s.link(ctx, conn) })
	}
	cancel()
	links.Wait()
	s.shut()
	workers.Wait()
	return failed
}

// open starts what earlier phones have left in the queue.
func (s *SMSC) open(ctx context.Context, workers *sync.WaitGroup) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serving, s.workers = ctx, workers
	for _, q := range s.queues {
		s.startQueue(q)
	}
}

func (s *SMSC) shut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serving = nil
}

// spawn runs work until the present Serve ends. The caller holds mu.
func (s *SMSC) spawn(work func(ctx context.Context)) {
	if ctx := s.serving; ctx != nil && ctx.Err() == nil {
		s.workers.Go(func() { work(ctx) })
	}
}

func (s *SMSC) link(ctx context.Context, conn net.Conn) {
	ear := &ear{smsc: s}
	session, err := smpp.Accept(ctx, conn, "smscsim", s.authorise, smpp.Options{
		Window: s.conf.Window, Inbound: 10_000, Handler: ear, Log: s.conf.Log, Drain: time.Second,
	})
	if err != nil {
		s.conf.Log.Info().Err(err).Msg("bind refused")
		return
	}
	ear.session = session
	s.setSessions(func(all []*smpp.Session) []*smpp.Session { return append(all, session) })
	s.conf.Log.Info().Str("system_id", session.Bind().SystemID).Msg("bound")
	var sending sync.WaitGroup
	if session.CanSend() {
		sending.Go(func() { s.sendReceipts(ctx, session) })
	}
	err = session.Run(ctx)
	sending.Wait()
	s.setSessions(func(all []*smpp.Session) []*smpp.Session {
		var left []*smpp.Session
		for _, other := range all {
			if other != session {
				left = append(left, other)
			}
		}
		return left
	})
	if !errors.Is(err, smpp.ErrClosed) && !errors.Is(err, smpp.ErrAbandoned) {
		s.conf.Log.Info().Err(err).Msg("unbound")
	}
}

func (s *SMSC) authorise(b smpp.Bind) smpp.Status {
	switch {
	case s.conf.SystemID == "":
		return smpp.OK
	case b.SystemID != s.conf.SystemID:
		return smpp.InvalidSystemID
	case b.Password != s.conf.Password:
		return smpp.InvalidPassword
	}
	return smpp.OK
}

func (s *SMSC) setSessions(edit func([]*smpp.Session) []*smpp.Session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions = edit(s.sessions)
	close(s.changed)
	s.changed = make(chan struct{})
}

// Binds says how many sessions are bound.
func (s *SMSC) Binds() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sessions)
}

// Disconnect loses every connection, as a network does.
func (s *SMSC) Disconnect() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, session := range s.sessions {
		session.Close()
	}
}

// receiver waits for a bind that takes deliver_sm.
func (s *SMSC) receiver(ctx context.Context) (*smpp.Session, error) {
	for {
		s.mu.Lock()
		changed := s.changed
		for range s.sessions {
			s.next = (s.next + 1) % len(s.sessions)
			if session := s.sessions[s.next]; session.CanSend() {
				s.mu.Unlock()
				return session, nil
			}
		}
		s.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// Deliver offers a deliver_sm made by hand, as Send does. No thread has it.
func (s *SMSC) Deliver(ctx context.Context, m smpp.Message) error { return s.deliver(ctx, m) }

// deliver offers a message until an ESME has acknowledged it or refused it for
// good; a refusal is a Status.
func (s *SMSC) deliver(ctx context.Context, m smpp.Message) error {
	for {
		session, err := s.receiver(ctx)
		if err != nil {
			return err
		}
		err = session.Deliver(ctx, m)
		if err == nil || !worthAnother(err) {
			return err
		}
		pause := time.NewTimer(s.conf.RetryEvery)
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return ctx.Err()
		}
	}
}

func worthAnother(err error) bool {
	var status smpp.Status
	if errors.As(err, &status) {
		switch status {
		case smpp.TemporaryAppError, smpp.Throttled, smpp.QueueFull, smpp.SystemError:
			return true
		}
		return false
	}
	return !errors.Is(err, smpp.ErrTooLong)
}

// digits is a number as SMPP carries it: no plus, no spaces.
func digits(number string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, number)
}
