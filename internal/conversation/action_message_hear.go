package conversation

import (
	"context"

	"okno/internal/dialogue"
)

// messageHear has a caller hear the message that was recorded. The outcome comes at its end, or with a key.
var messageHear = action{
	name:     dialogue.HearMessage,
	outcomes: map[string]values{Heard: {}, "none": {}},
	effect: func(ctx context.Context, r request) (result, error) {
		there, _, err := r.work.RecordedMessage(ctx, r.interaction.ID)
		if err != nil || there {
			return later, err
		}
		return result{outcome: "none"}, nil
	},
}

// Heard is the outcome of a message that was heard.
const Heard = "heard"
