package conversation

import (
	"context"

	"okno/internal/dialogue"
	"okno/internal/exchange"
)

// feeOfCase asks the agency of an own case what is to be paid for it.
var feeOfCase = action{
	name:     "fee.of_case",
	inputs:   values{"case": dialogue.TypeCaseNumber},
	personal: []string{"found"},
	outcomes: map[string]values{"found": feeOutcomes["found"], "none": {}, "late": {}, "unavailable": {}, "not_own": {}},
	effect: func(ctx context.Context, r request) (result, error) {
		c, err := r.work.CaseByNumber(ctx, r.text("case"))
		unknown := isUnknown(err)
		if err != nil && !unknown {
			return result{}, err
		}
		if unknown || !ownCase(r.interaction, c) {
			_, err := guessed(ctx, r, unknown)
			return result{outcome: "not_own"}, err
		}
		if c.Agency == "" {
			return result{outcome: "none"}, nil
		}
		return feesOf(ctx, r, exchange.Question{Agency: c.Agency, CaseID: c.ID})
	},
}
