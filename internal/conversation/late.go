package conversation

import (
	"context"
	"strings"
	"time"

	"okno/internal/cases"
	"okno/internal/casework"
	"okno/internal/dialogue"
	"okno/internal/exchange"
	"okno/internal/message"
)

// LateWork is what telling of a late answer does in one transaction.
type LateWork interface {
	casework.Work
	// NumberOf gives the number of an interaction that may have ended; "" where there is none.
	NumberOf(ctx context.Context, interaction int64) (string, error)
	CaseByNumber(ctx context.Context, number string) (cases.Case, error)
}

// Late tells citizens by SMS what an agency has answered after they had gone on.
type Late struct {
	units   func(ctx context.Context, fn func(LateWork) error) error
	teller  *casework.Teller
	notices Notices
}

// NewLate takes its parts.
func NewLate(units func(ctx context.Context, fn func(LateWork) error) error, t *casework.Teller, n Notices) Late {
	return Late{units, t, n}
}

// lateLife is how long the notice of a late answer may wait.
const lateLife = 24 * time.Hour

// TellLater tells where a case stands, unless its move was told already, or what is to be paid.
func (t Late) TellLater(ctx context.Context, q exchange.Question, about cases.Case, fees []exchange.Fee) error {
	return t.units(ctx, func(w LateWork) error {
		if q.Kind == exchange.CaseAsked {
			c, err := w.CaseByNumber(ctx, about.Number)
			if err != nil || c.State != about.State {
				return err
			}
			_, err = t.teller.Notify(ctx, w, c, lateLife, func(l dialogue.Language) string { return t.notices.Step(l, c) })
			return err
		}
		number, err := w.NumberOf(ctx, q.Interaction)
		if err != nil || len(unpaid(fees)) == 0 {
			return err
		}
		_, err = t.teller.NotifyNumber(ctx, w, number, lateLife, func(l dialogue.Language) string { return t.notices.Due(l, unpaid(fees)) })
		return err
	})
}

// Paid tells that a fee has been paid.
func (n Notices) Paid(l dialogue.Language, f exchange.Fee) string { return n.ofFee(paidText, l, f) }

// Due tells what is to be paid.
func (n Notices) Due(l dialogue.Language, fees []exchange.Fee) string {
	lines := make([]string, len(fees))
	for i, f := range fees {
		lines[i] = n.ofFee(dueText, l, f)
	}
	return strings.Join(lines, "\n")
}

func (n Notices) ofFee(key string, l dialogue.Language, f exchange.Fee) string {
	d := n.dialogues.Current()
	return n.writing.form(message.Notice, l, d.Transliteration(key), d.Texts.Write(dialogue.Utterance{Key: key, Language: l, Values: feeValues(f, l)}))
}
