package conversation

import (
	"context"

	"okno/internal/citizen"
	"okno/internal/dialogue"
	"okno/internal/fault"
)

// pinSet sets or changes the telephone PIN of a citizen who has proved who speaks.
var pinSet = action{
	name:     "pin.set",
	inputs:   values{"pin": dialogue.TypeSecret},
	outcomes: map[string]values{"done": {}, "obvious": {}, "busy": {}, "unproved": {}},
	least:    citizen.BySecret,
	below:    "unproved",
	effect: func(ctx context.Context, r request) (result, error) {
		if citizen.CheckPIN(r.text("pin")) != nil {
			return result{outcome: "obvious"}, nil
		}
		if r.engine.proving.Hashing == nil {
			return result{outcome: "busy"}, nil
		}
		hash, err := r.engine.proving.Hashing.HashPIN(ctx, r.text("pin"))
		if fault.KindOf(err) == fault.Unavailable {
			return result{outcome: "busy"}, nil
		}
		if err != nil {
			return result{}, err
		}
		return result{outcome: "done"}, r.work.SetPIN(ctx, r.interaction.CitizenID, hash, Citizen)
	},
}
