package conversation

import (
	"context"

	"okno/internal/cases"
	"okno/internal/dialogue"
)

// callbackOpen opens a callback to the number that the citizen calls from.
var callbackOpen = action{
	name:     "callback.open",
	outcomes: map[string]values{"opened": {"case": dialogue.TypeCaseNumber}, "no_number": {}},
	effect: func(ctx context.Context, r request) (result, error) {
		if r.interaction.Number == "" {
			return result{outcome: "no_number"}, nil
		}
		return openCase(ctx, r, cases.Callback, "")
	},
}
