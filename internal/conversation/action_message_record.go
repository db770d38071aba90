package conversation

import (
	"context"

	"okno/internal/dialogue"
)

// messageRecord records what a caller says, in the place of what was recorded in this call before. left: drop has whoever hangs up before it
// is sent leave nothing; else it is sent. The outcome comes once the caller has ended; of a caller who has said nothing it is silent.
var messageRecord = action{
	name:     dialogue.RecordMessage,
	optional: values{"left": dialogue.TypeText},
	outcomes: map[string]values{Recorded: {}, Silent: {}, Unrecorded: {}},
	effect: func(ctx context.Context, r request) (result, error) {
		if r.interaction.Channel != dialogue.Voice {
			return result{outcome: Unrecorded}, nil
		}
		return later, r.work.BeginMessage(ctx, r.interaction.ID, r.text("left") == "drop")
	},
}

// The outcomes of a message that was to be recorded.
const (
	Recorded   = "recorded"
	Silent     = "silent"
	Unrecorded = "unrecorded" // it cannot be done now
)
