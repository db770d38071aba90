package main

import (
	"context"
	"time"

	"okno/internal/dialogue"
	"okno/internal/exchange"
	"okno/internal/money"
)

// tryAgencies are agencies that answer at once: where a case stands is what is known of it, and one fee is to be paid.
type tryAgencies struct{ asked string }

func (a *tryAgencies) AskAgencies(_ context.Context, q exchange.Question) (int, error) {
	a.asked = q.Kind
	return 0, nil
}

func (a *tryAgencies) Answers(context.Context, int64, string) (exchange.Answers, error) {
	answers := exchange.Answers{Answered: 1}
	if a.asked == exchange.FeesAsked {
		answers.Fees = []exchange.Fee{{ID: "sample", Agency: "gp", Amount: money.Amount{Minor: 250000, Currency: "KZT"},
			What:  map[dialogue.Language]string{dialogue.Kazakh: "Мемлекеттік баж", dialogue.Russian: "Госпошлина", dialogue.English: "State fee"},
			DueOn: time.Now().AddDate(0, 0, 10).Format(time.DateOnly), PayURL: "https://pay.example/sample"}}
	}
	return answers, nil
}

func (a *tryAgencies) KeepFees(_ context.Context, _ int64, fees []exchange.Fee) ([]int64, error) {
	return make([]int64, len(fees)), nil
}
