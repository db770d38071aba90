package conversation

import (
	"context"

	"okno/internal/announcement"
	"okno/internal/dialogue"
)

// announcementNow gives what everybody who calls from such a number is to hear now, before anything else.
var announcementNow = action{
	name:     "announcement.now",
	outcomes: map[string]values{"none": {}, "on": {"text": dialogue.TypeText}},
	effect: func(ctx context.Context, r request) (result, error) {
		on, err := r.work.Announcements(ctx)
		if err != nil {
			return result{}, err
		}
		texts := announcement.For(r.interaction.Number, on)
		if texts == nil {
			return result{outcome: "none"}, nil
		}
		return result{outcome: "on", values: map[string]dialogue.Value{"text": {Type: dialogue.TypeText, In: texts}}}, nil
	},
}
