package conversation

import (
	"context"

	"okno/internal/cases"
	"okno/internal/dialogue"
)

// caseWithdraw withdraws an own case, while it may be. Whoever may not see a case whole may not withdraw it.
var caseWithdraw = action{
	name:     "case.withdraw",
	inputs:   values{"case": dialogue.TypeCaseNumber},
	outcomes: map[string]values{"done": {}, "cancelled": {}, "too_late": {}, "not_own": {}},
	effect: func(ctx context.Context, r request) (result, error) {
		return ownCaseDo(ctx, r, func(c cases.Case) (string, error) {
			if !c.MayWithdraw() {
				return "too_late", nil
			}
			_, err := r.work.MoveCase(ctx, c, cases.Withdrawn, c.DueOn, Citizen, "withdrawn by the citizen")
			if c.Kind == cases.Appointment {
				return "cancelled", err
			}
			return "done", err
		})
	},
}
