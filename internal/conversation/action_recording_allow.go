package conversation

import (
	"context"

	"okno/internal/dialogue"
)

// recordingAllow notes what the caller says to being recorded: yes or no. Without a yes no talk is recorded, whatever its queue wants.
var recordingAllow = action{
	name:     "recording.allow",
	inputs:   values{"answer": dialogue.TypeText},
	outcomes: map[string]values{"done": {}},
	effect: func(ctx context.Context, r request) (result, error) {
		return result{outcome: "done"}, r.work.AllowRecording(ctx, r.interaction.ID, r.text("answer") == "yes")
	},
}
