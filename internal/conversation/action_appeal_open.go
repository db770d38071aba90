package conversation

import (
	"context"

	"okno/internal/cases"
	"okno/internal/dialogue"
)

// appealOpen opens an appeal of which nothing is known yet.
var appealOpen = action{
	name:     "appeal.open",
	outcomes: map[string]values{"opened": {"case": dialogue.TypeCaseNumber}},
	effect: func(ctx context.Context, r request) (result, error) {
		return openCase(ctx, r, cases.Appeal, "")
	},
}
