package conversation

import "context"

// noticesStop ends the notices to the citizen's number.
var noticesStop = action{
	name:     stopNotices,
	outcomes: map[string]values{"done": {}},
	effect: func(ctx context.Context, r request) (result, error) {
		return result{outcome: "done"}, r.work.SetNotices(ctx, r.interaction.Number, true)
	},
}
