package conversation

import (
	"context"

	"okno/internal/dialogue"
)

// surveyDue says whether a caller is asked how the operator has served: after a talk, by the setting of its queue.
var surveyDue = action{
	name:     "survey.due",
	outcomes: map[string]values{"due": {}, "none": {}},
	effect: func(ctx context.Context, r request) (result, error) {
		if r.interaction.Channel != dialogue.Voice {
			return result{outcome: "none"}, nil
		}
		due, err := r.work.SurveyDue(ctx, r.interaction.ID)
		if err != nil || !due {
			return result{outcome: "none"}, err
		}
		return result{outcome: "due"}, nil
	},
}
