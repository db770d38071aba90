package conversation

import (
	"context"

	"okno/internal/citizen"
	"okno/internal/dialogue"
)

// bindingAdd binds the number that a message comes from to the citizen who has proved in it who writes. The numbers that the citizen has had
// are told.
var bindingAdd = action{
	name:     "binding.add",
	outcomes: map[string]values{"done": {}, "no_number": {}, "unproved": {}},
	least:    citizen.BySecret,
	below:    "unproved",
	effect: func(ctx context.Context, r request) (result, error) {
		i := r.interaction
		if i.Channel == dialogue.Voice || i.Number == "" { // the number of a call may be only what the caller says
			return result{outcome: "no_number"}, nil
		}
		bound, err := r.work.Bind(ctx, citizen.Binding{Citizen: i.CitizenID, Number: i.Number, Proof: citizen.BySMS, By: Citizen})
		if err != nil {
			return result{}, err
		}
		for _, mt := range r.engine.proving.Registrar.TellBound(bound) {
			if err := r.work.EnqueueMT(ctx, mt); err != nil {
				return result{}, err
			}
		}
		return result{outcome: "done"}, nil
	},
}
