package conversation

import (
	"context"
	"errors"
	"strconv"

	"okno/internal/cases"
	"okno/internal/citizen"
	"okno/internal/dialogue"
	"okno/internal/words"
)

// caseRate keeps what the citizen thinks of the case that ended last.
var caseRate = action{
	name:     "case.rate",
	inputs:   values{"rating": dialogue.TypeDigits},
	outcomes: map[string]values{"done": {"case": dialogue.TypeCaseNumber}, "none": {}},
	effect: func(ctx context.Context, r request) (result, error) {
		rating, err := strconv.Atoi(r.text("rating"))
		if err != nil || rating < 1 || rating > 5 {
			return result{outcome: "none"}, nil
		}
		i := r.interaction
		proved := i.CitizenID
		if !i.Verification.AtLeast(citizen.ByNumber) {
			proved = 0
		}
		c, err := r.work.CaseToRate(ctx, proved, i.Number, r.engine.clock().Add(-cases.RateWithin))
		if isUnknown(err) {
			return result{outcome: "none"}, nil
		}
		if err == nil {
			err = r.work.RateCase(ctx, c, rating)
		}
		if err == nil {
			err = r.work.LinkCase(ctx, i.ID, c.ID)
		}
		return result{outcome: "done", values: map[string]dialogue.Value{"case": {Type: dialogue.TypeCaseNumber, Text: c.Number}}}, err
	},
}

func isUnknown(err error) bool { return errors.Is(err, cases.ErrUnknown) }

// parseRating reads a rating, 1 to 5.
func parseRating(s string) (rating, refused string) {
	rating = words.Digits(s)
	if len(rating) != 1 || rating < "1" || rating > "5" {
		return "", "form"
	}
	return rating, ""
}
