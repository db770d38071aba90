package otp

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"

	"okno/internal/citizen"
	"okno/internal/dialogue"
	"okno/internal/message"
	"okno/internal/words"
)

// Work is what sending a password does in one transaction.
type Work interface {
	// LockNumber makes requests for one number take turns, so that limits hold.
	LockNumber(ctx context.Context, number string) error
	Known(ctx context.Context, number string) (citizen.Known, error)
	// SentSince counts the challenges of a number.
	SentSince(ctx context.Context, number string, since time.Time) (int, error)
	// Supersede ends the client's live challenge for the number and purpose, and gives the failures of these over all codes.
	Supersede(ctx context.Context, client, number, purpose string) (failures int, err error)
	AddChallenge(ctx context.Context, c Challenge) (id int64, err error)
	EnqueueMT(ctx context.Context, m message.MT) error
}

// Store keeps challenges.
type Store interface {
	SendChallenge(ctx context.Context, fn func(Work) error) error
	// CheckChallenge runs fn on the locked challenge of a client, to which the failures of its number and purpose have been
	// carried, and keeps the state and failures that it leaves. Verified ends the failures of the number and purpose.
	// ErrUnknown if there is none.
	CheckChallenge(ctx context.Context, client, publicID string, fn func(*Challenge)) error
}

// Service sends and checks passwords.
type Service struct {
	store    Store
	vault    *Vault
	texts    Texts
	segments func(string) int
	clock    func() time.Time
}

// Texts writes the message that carries a code, in one segment. A brief one leaves room for the line that browsers read.
type Texts interface {
	Passcode(l dialogue.Language, code string, lifetime time.Duration, brief bool) string
}

// NewService takes its parts.
func NewService(store Store, vault *Vault, texts Texts, segments func(string) int, clock func() time.Time) *Service {
	return &Service{store: store, vault: vault, texts: texts, segments: segments, clock: clock}
}

// Request is a portal's wish to have a password sent.
type Request struct {
	Client  string // who asks
	Number  string // E.164
	Purpose string // what the citizen confirms, up to 32 letters: "sign-in"
	Origin  string // the portal's host, for browsers that fill the code in; or ""
}

// Send sends a password to a bound number, in the citizen's language. An earlier one for the same purpose is void from
// now on, but its failures count. ErrUnbound, ErrTooMany.
func (s *Service) Send(ctx context.Context, r Request) (Challenge, error) {
	var challenge Challenge
	err := s.store.SendChallenge(ctx, func(w Work) error {
		if err := w.LockNumber(ctx, r.Number); err != nil {
			return err
		}
		known, err := w.Known(ctx, r.Number)
		if err != nil {
			return err
		}
		if known.CitizenID == 0 {
			return ErrUnbound
		}
		now := s.clock()
		if err := s.limits(ctx, w, r.Number, now); err != nil {
			return err
		}
		failures, err := w.Supersede(ctx, r.Client, r.Number, r.Purpose)
		if err != nil {
			return err
		}
		challenge = Challenge{PublicID: uuid.NewString(), Client: r.Client, Purpose: r.Purpose, Number: r.Number,
			CitizenID: known.CitizenID, State: Sent, CreatedAt: now, ExpiresAt: now.Add(Lifetime)}
		challenge.Carry(failures)
		code, mac, sealed, err := s.vault.New(challenge.PublicID)
		if err != nil {
			return err
		}
		challenge.MAC, challenge.Sealed = mac, sealed
		if challenge.ID, err = w.AddChallenge(ctx, challenge); err != nil {
			return err
		}
		language := known.Language
		if language == "" {
			language = dialogue.Russian
		}
		text := s.write(language, code, r.Origin)
		return w.EnqueueMT(ctx, message.MT{Lane: message.OTP, Destination: r.Number, Text: text, Segments: s.segments(text),
			Challenge: challenge.ID, ExpiresAt: challenge.ExpiresAt})
	})
	return challenge, err
}

// write gives the message that carries a code. For an origin its last line is exactly that by which a browser fills the code
// in, on that site only (WebOTP). A host whose name would take a second segment goes without it.
func (s *Service) write(l dialogue.Language, code, origin string) string {
	if origin != "" {
		text := s.texts.Passcode(l, code, Lifetime, true) + fmt.Sprintf("\n\n@%s #%s", origin, code)
		if s.segments(text) == 1 {
			return text
		}
	}
	return s.texts.Passcode(l, code, Lifetime, false)
}

func (s *Service) limits(ctx context.Context, w Work, number string, now time.Time) error {
	for _, limit := range []struct {
		window time.Duration
		sends  int
	}{{SendsWindow, SendsInWindow}, {24 * time.Hour, SendsADay}} {
		sent, err := w.SentSince(ctx, number, now.Add(-limit.window))
		if err != nil {
			return err
		}
		if sent >= limit.sends {
			return ErrTooMany
		}
	}
	return nil
}

// Verify checks an answer. A right one is accepted once. ErrWrong, ErrExpired, ErrExhausted, ErrUsed, ErrReplaced,
// ErrUnknown.
func (s *Service) Verify(ctx context.Context, client, publicID, answer string) error {
	var verdict error
	err := s.store.CheckChallenge(ctx, client, publicID, func(c *Challenge) {
		verdict = s.check(c, read(answer))
	})
	if err != nil {
		return err
	}
	return verdict
}

// read gives the code that a citizen has typed: as "123 456" or "123-456", in the digits of any script. What has anything else in it
// is no code, and stays as it is.
func read(answer string) string {
	answer = words.Normalise(answer)
	code := strings.Map(func(r rune) rune {
		if r == ' ' || r == '.' || unicode.Is(unicode.Pd, r) {
			return -1
		}
		return r
	}, answer)
	if code == "" || strings.Trim(code, "0123456789") != "" {
		return answer
	}
	return code
}

func (s *Service) check(c *Challenge, answer string) error {
	switch c.State {
	case Verified:
		return ErrUsed
	case Superseded:
		return ErrReplaced
	case Exhausted:
		return ErrExhausted
	case Expired:
		return ErrExpired
	}
	if !c.Live(s.clock()) {
		c.State = Expired
		return ErrExpired
	}
	if s.vault.Matches(*c, answer) {
		c.State = Verified
		return nil
	}
	if c.Failures++; c.Failures >= Tries {
		c.State = Exhausted
		return ErrExhausted
	}
	return ErrWrong
}
