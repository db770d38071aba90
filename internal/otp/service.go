package otp

import (
	"context"
	"time"

	"github.com/rs/zerolog"

	"okno/internal/dialogue"
)

// Store keeps challenges.
type Store interface {
	Sender
	Checker
	// Challenge gives a client's challenge. ErrUnknown.
	Challenge(ctx context.Context, client, publicID string) (Challenge, error)
	// CancelChallenge ends a live challenge, and gives it as it stands. ErrUnknown.
	CancelChallenge(ctx context.Context, client, publicID string, now time.Time) (Challenge, error)
	// EraseCodes ends the challenges that have expired since a moment, and erases their codes and messages; it gives their number.
	EraseCodes(ctx context.Context, since, now time.Time) (int, error)
	// NoteRefused journals refused attempts: one row an episode.
	NoteRefused(ctx context.Context, actor, kind, subject string, times int, now time.Time, detail map[string]any) error
}

// Texts writes the message that carries a code for a step of Okno's own, in one segment.
type Texts interface {
	Passcode(l dialogue.Language, code string, lifetime time.Duration, brief bool) string
}

// Options are the parts of a service.
type Options struct {
	Store    Store
	Vault    *Vault
	Ring     *Ring // signs proofs
	Texts    Texts
	Form     func(l dialogue.Language, text string) string // the letters in which a text goes by SMS; nil: as it is
	Segments func(string) int
	Limits   Limits
	Metrics  *Metrics // may be nil
	Clock    func() time.Time
	Log      zerolog.Logger
}

// Service sends and checks passwords.
type Service struct {
	store    Store
	vault    *Vault
	ring     *Ring
	texts    Texts
	form     func(dialogue.Language, string) string
	segments func(string) int
	limits   Limits
	metrics  *Metrics
	clock    func() time.Time
	log      zerolog.Logger
}

// NewService takes its parts.
func NewService(o Options) *Service {
	if o.Form == nil {
		o.Form = func(_ dialogue.Language, text string) string { return text }
	}
	return &Service{store: o.Store, vault: o.Vault, ring: o.Ring, texts: o.Texts, form: o.Form, segments: o.Segments, limits: o.Limits,
		metrics: o.Metrics, clock: o.Clock, log: o.Log}
}

// Status is how a challenge stands.
func (s *Service) Status(ctx context.Context, client, publicID string) (Challenge, error) {
	c, err := s.store.Challenge(ctx, client, publicID)
	if err == nil && c.State == Sent && !c.Live(s.clock()) {
		c.State = Expired
	}
	return c, err
}

// Cancel ends a challenge: its code is void, and is not read out. One that has ended stays as it is.
func (s *Service) Cancel(ctx context.Context, client, publicID string) (Challenge, error) {
	return s.store.CancelChallenge(ctx, client, publicID, s.clock())
}

// Keys are the public keys by which proofs are verified.
func (s *Service) Keys() KeySet { return s.ring.Keys() }

// eraseEvery is how long a code may outlive its expiry. A pass looks again at what the passes of a while before have looked at: a row
// that was locked then is left to the next. The first pass of a process looks further, for what expired while no process was there.
const (
	eraseEvery = 2 * time.Second
	eraseAgain = 20 * time.Second
	eraseFirst = 7 * 24 * time.Hour
)

// Run erases codes as they expire, until ctx ends. Every node does it, whatever its roles: a code is kept nowhere longer than it
// serves.
func (s *Service) Run(ctx context.Context) error {
	ticker := time.NewTicker(eraseEvery)
	defer ticker.Stop()
	since := s.clock().Add(-eraseFirst)
	for {
		now := s.clock()
		if _, err := s.store.EraseCodes(ctx, since, now); err == nil {
			since = now.Add(-eraseAgain)
		} else if ctx.Err() == nil {
			s.log.Warn().Err(err).Msg("expired passwords not erased yet")
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// note journals a client's refused attempts. What cannot be journalled is logged: the answer does not change.
func (s *Service) note(ctx context.Context, client, kind string, detail map[string]any) {
	if err := s.store.NoteRefused(ctx, "client:"+client, kind, "client:"+client, 1, s.clock(), detail); err != nil {
		s.log.Warn().Err(err).Str("client", client).Msg("refused attempt not journalled")
	}
}
