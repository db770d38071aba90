// Package casework tells citizens what becomes of their cases, and opens cases that portals file for them. Whoever moves a case, a person, an agency or Okno, tells by it: once for each
// step, in the citizen's language, to a number that is trusted to be the citizen's. It knows no storage and no channel.
package casework

import (
	"context"
	"time"

	"okno/internal/cases"
	"okno/internal/citizen"
	"okno/internal/dialogue"
	"okno/internal/message"
)

// Work is what telling needs of a unit of work.
type Work interface {
	// ProofNumber gives a number of a citizen that is trusted, or "".
	ProofNumber(ctx context.Context, citizen int64) (string, error)
	Known(ctx context.Context, number string) (citizen.Known, error)
	EnqueueMTs(ctx context.Context, mts []message.MT) ([]int64, error)
}

// Texts writes what a citizen is told of a step of a case.
type Texts interface {
	Step(l dialogue.Language, c cases.Case) string
	// Merged tells that a case goes on in another: by its number, if other is not "".
	Merged(l dialogue.Language, c cases.Case, stands cases.State, other string) string
}

// Teller tells of steps.
type Teller struct {
	texts    Texts
	segments func(string) int
	clock    func() time.Time
}

// NewTeller takes its parts.
func NewTeller(texts Texts, segments func(string) int, clock func() time.Time) *Teller {
	return &Teller{texts, segments, clock}
}

// lifetime is how long a notice of a step may wait: over a weekend's quiet hours, and not until it is no news.
const lifetime = 3 * 24 * time.Hour

// Tell tells the citizen where a case stands now, in the transaction that moved it: once, if that commits. A nil Teller tells nobody.
func (t *Teller) Tell(ctx context.Context, w Work, c cases.Case) (told cases.Told, err error) {
	return t.tell(ctx, w, c, func(l dialogue.Language) string { return t.texts.Step(l, c) })
}

// TellMerged is Tell of a case that was closed as a duplicate: where the other stands is what counts. The number of a case of somebody else is
// not told.
func (t *Teller) TellMerged(ctx context.Context, w Work, c, other cases.Case) (told cases.Told, err error) {
	number := ""
	if c.SameCitizen(other) {
		number = other.Number
	}
	return t.tell(ctx, w, c, func(l dialogue.Language) string { return t.texts.Merged(l, c, other.State, number) })
}

func (t *Teller) tell(ctx context.Context, w Work, c cases.Case, write func(dialogue.Language) string) (told cases.Told, err error) {
	if t == nil {
		return told, nil
	}
	return t.Notify(ctx, w, c, lifetime, write)
}

// Notify sends a notice of a case to whose it is, in their language; nothing of it goes after its lifetime. Nobody is told by a number that
// stopped notices or that proves nothing.
func (t *Teller) Notify(ctx context.Context, w Work, c cases.Case, lifetime time.Duration, write func(dialogue.Language) string) (told cases.Told, err error) {
	number := c.Contact
	if c.CitizenID != 0 {
		if number, err = w.ProofNumber(ctx, c.CitizenID); err != nil {
			return told, err
		}
	}
	return t.NotifyNumber(ctx, w, number, lifetime, write)
}

// NotifyNumber is Notify for a number; nobody is told by "".
func (t *Teller) NotifyNumber(ctx context.Context, w Work, number string, lifetime time.Duration, write func(dialogue.Language) string) (told cases.Told, err error) {
	if number == "" {
		return told, nil
	}
	known, err := w.Known(ctx, number)
	if err != nil || known.Stopped {
		return told, err
	}
	mt := t.notice(number, known, lifetime, write)
	sent, err := w.EnqueueMTs(ctx, []message.MT{mt})
	if err != nil {
		return told, err
	}
	return cases.Told{Text: mt.Text, MT: sent[0]}, nil
}

// notice writes to a number in its language.
func (t *Teller) notice(number string, known citizen.Known, lifetime time.Duration, write func(dialogue.Language) string) message.MT {
	l := known.Language
	if l == "" {
		l = dialogue.Russian
	}
	text := write(l)
	return message.MT{Lane: message.Notice, Destination: number, Text: text, Segments: t.segments(text), ExpiresAt: t.clock().Add(lifetime)}
}
