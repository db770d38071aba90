package casework

import (
	"context"

	"okno/internal/cases"
	"okno/internal/citizen"
	"okno/internal/dialogue"
	"okno/internal/message"
)

// ManyWork is what telling of many cases needs of a unit of work: one round trip for all of them.
type ManyWork interface {
	// ProofNumbers gives the number of each citizen that is trusted. A citizen without one is left out.
	ProofNumbers(ctx context.Context, citizens []int64) (map[int64]string, error)
	KnownNumbers(ctx context.Context, numbers []string) (map[string]citizen.Known, error)
	EnqueueMTs(ctx context.Context, mts []message.MT) ([]int64, error)
}

// TellAll is [Teller.Tell] for many cases. What was told is in the same order.
func (t *Teller) TellAll(ctx context.Context, w ManyWork, all []cases.Case) (told []cases.Told, err error) {
	told = make([]cases.Told, len(all))
	if t == nil || len(all) == 0 {
		return told, nil
	}
	numbers, err := contacts(ctx, w, all)
	if err != nil {
		return nil, err
	}
	known, err := w.KnownNumbers(ctx, numbers)
	if err != nil {
		return nil, err
	}
	var mts []message.MT
	var of []int // the case of each
	for i, c := range all {
		if numbers[i] == "" || known[numbers[i]].Stopped {
			continue
		}
		mt := t.notice(numbers[i], known[numbers[i]], lifetime, func(l dialogue.Language) string { return t.texts.Step(l, c) })
		told[i].Text, mts, of = mt.Text, append(mts, mt), append(of, i)
	}
	if len(mts) == 0 {
		return told, nil
	}
	sent, err := w.EnqueueMTs(ctx, mts)
	if err != nil {
		return nil, err
	}
	for n, i := range of {
		told[i].MT = sent[n]
	}
	return told, nil
}

// contacts are the numbers by which those whose cases they are, are told; "" of nobody.
func contacts(ctx context.Context, w ManyWork, all []cases.Case) ([]string, error) {
	var citizens []int64
	for _, c := range all {
		if c.CitizenID != 0 {
			citizens = append(citizens, c.CitizenID)
		}
	}
	var trusted map[int64]string
	if len(citizens) > 0 {
		var err error
		if trusted, err = w.ProofNumbers(ctx, citizens); err != nil {
			return nil, err
		}
	}
	numbers := make([]string, len(all))
	for i, c := range all {
		if numbers[i] = c.Contact; c.CitizenID != 0 {
			numbers[i] = trusted[c.CitizenID]
		}
	}
	return numbers, nil
}
