package conversation

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"okno/internal/dialogue"
	"okno/internal/exchange"
	"okno/internal/money"
)

// feeOutcomes are those of asking for fees.
var feeOutcomes = map[string]values{
	// asked is by what fee.link knows the answers again.
	"found":       {"count": dialogue.TypeCount, "amount": dialogue.TypeMoney, "what": dialogue.TypeText, "asked": dialogue.TypeText},
	"none":        {},
	"late":        {}, // an agency is still asked: what it answers is sent
	"unavailable": {}, // no agency answers
}

// mostNamed is how many fees are named one by one.
const mostNamed = 3

// feesOf asks agencies what is to be paid, and sums it up.
func feesOf(ctx context.Context, r request, q exchange.Question) (result, error) {
	q.Kind = exchange.FeesAsked
	answers, waits, err := ask(ctx, r, q)
	if err != nil || waits {
		return later, err
	}
	due := unpaid(answers.Fees)
	switch {
	case len(due) > 0:
	case answers.Open > 0:
		return result{outcome: "late"}, nil
	case answers.Answered > 0 && answers.Failed == 0:
		return result{outcome: "none"}, nil
	default:
		return result{outcome: "unavailable"}, nil
	}
	total, names := due[0].Amount, []string{}
	for i, f := range due {
		if i > 0 {
			total, _ = total.Add(f.Amount)
		}
		if i < mostNamed {
			names = append(names, f.What[r.interaction.Language])
		}
	}
	return result{outcome: "found", values: map[string]dialogue.Value{
		"count":  {Type: dialogue.TypeCount, Text: strconv.Itoa(len(due))},
		"amount": {Type: dialogue.TypeMoney, Text: total.String()},
		"what":   dialogue.TextValue(strings.Join(names, ", ")),
		"asked":  dialogue.TextValue(r.effect.ID),
	}}, nil
}

// unpaid are the fees that are to be paid in the currency of the first of them: amounts of two are not added.
func unpaid(fees []exchange.Fee) []exchange.Fee {
	var of money.Amount
	return slices.DeleteFunc(slices.Clone(fees), func(f exchange.Fee) bool {
		if !f.Paid && of.Currency == "" {
			of = f.Amount
		}
		return f.Paid || f.Amount.Currency != of.Currency
	})
}
