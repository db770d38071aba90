package conversation

import (
	"context"

	"okno/internal/cases"
	"okno/internal/dialogue"
)

// caseReopen opens an own case anew, within its time.
var caseReopen = action{
	name:     "case.reopen",
	inputs:   values{"case": dialogue.TypeCaseNumber},
	outcomes: map[string]values{"done": {}, "too_late": {}, "not_own": {}},
	effect: func(ctx context.Context, r request) (result, error) {
		return ownCaseDo(ctx, r, func(c cases.Case) (string, error) {
			to, ok := c.Reopened(r.engine.clock())
			if !ok {
				return "too_late", nil
			}
			_, err := r.work.CorrectCase(ctx, c, to, c.DueOn, Citizen, "opened anew by the citizen")
			return "done", err
		})
	},
}
