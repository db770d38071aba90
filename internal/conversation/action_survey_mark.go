package conversation

import (
	"context"
	"strconv"

	"okno/internal/dialogue"
)

// surveyMark keeps what a caller thinks of the talk that has just ended, 1 to 5.
var surveyMark = action{
	name:     "survey.mark",
	inputs:   values{"mark": dialogue.TypeDigits},
	outcomes: map[string]values{"done": {}, "none": {}},
	effect: func(ctx context.Context, r request) (result, error) {
		mark, err := strconv.Atoi(r.text("mark"))
		if err != nil || mark < 1 || mark > 5 {
			return result{outcome: "none"}, nil
		}
		kept, err := r.work.MarkTalk(ctx, r.interaction.ID, mark)
		if err != nil || !kept {
			return result{outcome: "none"}, err
		}
		return result{outcome: "done"}, nil
	},
}
