package otp

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"okno/internal/dialogue"
	"okno/internal/lockout"
	"okno/internal/message"
)

// Own is the client under which Okno has passwords sent for steps of its own, and OwnPurpose their purpose. Their texts are the
// dialogue's.
const (
	Own        = "okno"
	OwnPurpose = "verify"
)

// Request is a wish to have a password sent.
type Request struct {
	Client   string            // who asks
	Number   string            // E.164
	Purpose  string            // of the client's: "sign-in"
	Origin   string            // the portal's host, for browsers that fill the code in; or ""
	Language dialogue.Language // of the page that the citizen reads; "": the citizen's own
	After    string            // the challenge that it replaces, for a resend; or ""
	Decoy    bool              // the number stands for nobody: nothing is sent, whatever it is
}

// Query is what must be known to decide on a request.
type Query struct {
	Client, Purpose, Number, Prefix string
	Scopes                          []Scope
	Now                             time.Time
}

// Sending is what is decided: a challenge, and the message that carries its code, if it goes by SMS.
type Sending struct {
	Challenge Challenge
	Message   *message.MT
}

// Sender carries a request through, in one transaction: it gathers what stands, has it decided, and keeps what was decided with the
// message. It does the same for every number. An error of decide keeps nothing.
type Sender interface {
	SendChallenge(ctx context.Context, q Query, decide func(Standing) (Sending, error)) error
}

// Send sends a password, or gives a [Refusal] or an error of this package. An earlier one for the same purpose is void from now on,
// but its failures count. For a number that is bound to nobody the answer is the same, unless the purpose is for anyone: but
// nothing is sent.
func (s *Service) Send(ctx context.Context, r Request) (Challenge, error) {
	c, err := s.SendIn(ctx, s.store, r)
	if refused := new(Refusal); errors.As(err, &refused) {
		s.note(ctx, r.Client, "otp.refuse", map[string]any{"purpose": r.Purpose, "reason": refused.Err.Error()})
	}
	s.metrics.sent(r.Client, c.Channel, err)
	return c, err
}

// SendIn is [Service.Send] as a part of another unit of work: of a step of a dialogue. An error undoes that whole unit, or is dealt
// with before anything is written.
func (s *Service) SendIn(ctx context.Context, w Sender, r Request) (Challenge, error) {
	if !r.Decoy && !slices.ContainsFunc(s.limits.Prefixes, func(p string) bool { return strings.HasPrefix(r.Number, p) }) {
		return Challenge{}, ErrPrefix
	}
	if r.Language != "" && !slices.Contains(dialogue.Languages, r.Language) {
		return Challenge{}, ErrLanguage
	}
	now := s.clock()
	q := Query{Client: r.Client, Purpose: r.Purpose, Number: r.Number, Prefix: Prefix(r.Number),
		Scopes: scopes(r.Client, r.Purpose, r.Number), Now: now}
	var decided Challenge
	err := w.SendChallenge(ctx, q, func(st Standing) (Sending, error) {
		sending, err := s.decide(r, st, now)
		decided = sending.Challenge
		return sending, err
	})
	if err != nil { // it may still be decided, for nobody
		return Challenge{}, err
	}
	return decided, nil
}

// decide says what is sent for a request.
func (s *Service) decide(r Request, st Standing, now time.Time) (Sending, error) {
	if r.Client == Own && r.Purpose == OwnPurpose {
		st.Purpose, st.Found = Purpose{Client: Own, Name: OwnPurpose}.WithDefaults(), true
	}
	if !st.Found {
		return Sending{}, ErrPurpose
	}
	p := st.Purpose
	if r.Origin != "" && !slices.Contains(p.Origins, r.Origin) {
		return Sending{}, ErrOrigin
	}
	last, follows := st.last(r.Client, r.Purpose, now)
	if r.After != "" && (last.PublicID != r.After || last.State == Verified || last.State == Cancelled) {
		return Sending{}, Challenge{State: afterEnd(last, r.After)}.ended()
	}
	if err := s.limits.check(r, st, now); err != nil {
		return Sending{}, err
	}
	c := Challenge{PublicID: uuid.NewString(), Client: r.Client, Purpose: p.Name, Number: r.Number, CitizenID: st.CitizenID,
		Decoy: r.Decoy || st.CitizenID == 0 && !p.Anyone, Nth: 1, Origin: r.Origin, State: Sent, Tries: p.Tries, CreatedAt: now, ExpiresAt: now.Add(p.Life)}
	if follows {
		c.Nth = last.Nth + 1
	}
	if c.Channel = p.channel(c.Nth); c.Channel == Operator {
		return Sending{}, &Refusal{Err: ErrOperator, Ways: lockout.Others(lockout.OTP)}
	}
	for _, l := range []dialogue.Language{p.Language, dialogue.Language(st.Language), r.Language} {
		if l != "" {
			c.Language = l
		}
	}
	code, mac, sealed, err := s.vault.New(c.PublicID, p.Digits)
	if err != nil {
		return Sending{}, err
	}
	c.MAC, c.Sealed = mac, sealed
	if c.Channel != SMS {
		return Sending{Challenge: c}, nil
	}
	mt := s.message(c, p, st.Portal, code)
	return Sending{c, &mt}, nil
}

// afterEnd is the state of a challenge that a resend may not replace: a newer one has, or it has ended otherwise.
func afterEnd(last Earlier, after string) State {
	if last.PublicID != after {
		return Superseded
	}
	return last.State
}

// message is what carries the code. A decoy's is written like any other, and is due when it has expired: so nothing is sent, and what
// is done for it is the same.
func (s *Service) message(c Challenge, p Purpose, portal, code string) message.MT {
	var text string
	if c.Client == Own {
		text = s.texts.Passcode(c.Language, code, p.Life, false)
	} else if text = s.form(c.Language, p.Message(c.Language, portal, code, c.Origin)); s.segments(text) > 1 && c.Origin != "" {
		text = s.form(c.Language, p.Message(c.Language, portal, code, "")) // the title has been made longer since it was loaded
	}
	mt := message.MT{Lane: message.OTP, Destination: c.Number, Text: text, Segments: s.segments(text), ExpiresAt: c.ExpiresAt}
	if c.Decoy {
		mt.DueAt = c.ExpiresAt
	}
	return mt
}

// Resend sends a new code for a challenge that was not met: the earlier one is void. The next channel has its turn after the second.
// It has an id of its own.
func (s *Service) Resend(ctx context.Context, client, publicID string) (Challenge, error) {
	c, err := s.store.Challenge(ctx, client, publicID)
	if err != nil {
		return c, err
	}
	if c.State == Verified || c.State == Cancelled || c.State == Superseded {
		return c, c.ended()
	}
	return s.Send(ctx, Request{Client: client, Number: c.Number, Purpose: c.Purpose, Origin: c.Origin, Language: c.Language, After: publicID})
}

// ResendAt is when the next password may be sent for the same.
func (c Challenge) ResendAt() time.Time { return c.CreatedAt.Add(again[min(c.Nth, len(again))-1]) }
