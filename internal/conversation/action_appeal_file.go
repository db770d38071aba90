package conversation

import (
	"context"

	"okno/internal/cases"
	"okno/internal/dialogue"
)

// appealFile opens an appeal with what the citizen wrote.
var appealFile = action{
	name:     "appeal.file",
	inputs:   values{"text": dialogue.TypeText},
	outcomes: map[string]values{"opened": {"case": dialogue.TypeCaseNumber}},
	effect: func(ctx context.Context, r request) (result, error) {
		return openCase(ctx, r, cases.Appeal, r.text("text"))
	},
}
