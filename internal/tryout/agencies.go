package tryout

import (
	"context"
	"time"

	"okno/internal/dialogue"
	"okno/internal/exchange"
	"okno/internal/money"
)

// agencies are agencies that answer at once: where a case stands is what is known of it, and one fee is to be paid.
type agencies struct{ asked string }

func (a *agencies) AskAgencies(_ context.Context, q exchange.Question) (int, error) {
	a.asked = q.Kind
	return 0, nil
}

func (a *agencies) Answers(context.Context, int64, string) (exchange.Answers, error) {
	answers := exchange.Answers{Answered: 1}
	if a.asked == exchange.FeesAsked {
		answers.Fees = []exchange.Fee{{ID: "sample", Agency: "gp", Amount: money.Amount{Minor: 250000, Currency: "KZT"},
			What:  map[dialogue.Language]string{dialogue.Kazakh: "Мемлекеттік баж", dialogue.Russian: "Госпошлина", dialogue.English: "State fee"},
			DueOn: time.Now().AddDate(0, 0, 10).Format(time.DateOnly), PayURL: "https://pay.example/sample"}}
	}
	return answers, nil
}

func (a *agencies) KeepFees(_ context.Context, _ int64, fees []exchange.Fee) ([]int64, error) {
	return make([]int64, len(fees)), nil
}
