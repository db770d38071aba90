package conversation

import (
	"context"

	"okno/internal/dialogue"
	"okno/internal/recording"
)

// recordingRule gives whether talks of a queue are recorded: not at all, after the caller has heard so, or after a yes. Whoever writes is not
// recorded, and whoever has agreed, or refused, in this call is not asked again.
var recordingRule = action{
	name:     "recording.rule",
	inputs:   values{"queue": dialogue.TypeText},
	outcomes: map[string]values{"off": {}, "announced": {}, "asked": {}},
	effect: func(ctx context.Context, r request) (result, error) {
		if r.interaction.Channel != dialogue.Voice {
			return result{outcome: string(recording.Off)}, nil
		}
		rule, err := r.work.RecordingRule(ctx, r.interaction.ID, r.text("queue"))
		return result{outcome: string(rule)}, err
	},
}
