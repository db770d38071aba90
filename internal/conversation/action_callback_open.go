package conversation

import (
	"context"
	"time"

	"okno/internal/dialogue"
)

// callbackOpen has the citizen called back, on the number that the interaction comes from: a contact that waits in the place of this
// one, or behind everybody. at is the node of the queue; in says after how long at the earliest, any other inputs are slots. Whoever waits for a
// callback already goes on waiting for that one.
var callbackOpen = action{
	name:     "callback.open",
	inputs:   values{"at": dialogue.TypeText},
	optional: values{"in": dialogue.TypeDuration},
	enters:   "at",
	outcomes: map[string]values{"opened": {}, "no_number": {}, "closed": {}},
	effect: func(ctx context.Context, r request) (result, error) {
		i := r.interaction
		if i.Number == "" {
			return result{outcome: "no_number"}, nil
		}
		open, err := r.work.CallbacksOf(ctx, i.Number)
		if err != nil || len(open) > 0 {
			return result{outcome: "opened"}, err
		}
		way := otherWay{channel: dialogue.Voice, at: r.text("at"), slots: r.effect.With}
		if later, err := time.ParseDuration(r.text("in")); err == nil && later > 0 {
			way.due = r.engine.clock().Add(later)
		}
		joined, err := r.engine.waitBy(ctx, r.work, r.dialogue, i, way)
		if err != nil || !joined {
			return result{outcome: "closed"}, err
		}
		return result{outcome: "opened"}, nil
	},
}
