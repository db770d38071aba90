package conversation

import (
	"context"

	"okno/internal/citizen"
)

// pinRemove takes the telephone PIN off a citizen who has proved who speaks.
var pinRemove = action{
	name:     "pin.remove",
	outcomes: map[string]values{"done": {}, "unproved": {}},
	least:    citizen.BySecret,
	below:    "unproved",
	effect: func(ctx context.Context, r request) (result, error) {
		return result{outcome: "done"}, r.work.SetPIN(ctx, r.interaction.CitizenID, "", Citizen)
	},
}
