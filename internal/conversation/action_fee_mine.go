package conversation

import (
	"context"

	"okno/internal/citizen"
	"okno/internal/exchange"
)

// feeMine asks all agencies what the citizen has to pay, by the national number: whoever asks has proved to be the citizen.
var feeMine = action{
	name:     "fee.mine",
	least:    citizen.BySecret,
	below:    "unproved",
	personal: []string{"found"},
	outcomes: map[string]values{"found": feeOutcomes["found"], "none": {}, "late": {}, "unavailable": {}, "unproved": {}},
	effect: func(ctx context.Context, r request) (result, error) {
		return feesOf(ctx, r, exchange.Question{CitizenID: r.interaction.CitizenID})
	},
}
