package conversation

import "context"

// noticesStart has the citizen's number get notices again.
var noticesStart = action{
	name:     "notices.start",
	outcomes: map[string]values{"done": {}},
	effect: func(ctx context.Context, r request) (result, error) {
		return result{outcome: "done"}, r.work.SetNotices(ctx, r.interaction.Number, false)
	},
}
