package conversation

import (
	"context"

	"okno/internal/dialogue"
	"okno/internal/words"
)

// wordsCorrect gives what a message that means nothing may have been meant to say: typed in the keyboard's other layout, or with
// slips in a word of a command or of the catalogue. The citizen is asked, and nothing is done unasked.
var wordsCorrect = action{
	name:     "words.correct",
	inputs:   values{"text": dialogue.TypeText},
	outcomes: map[string]values{"corrected": {"text": dialogue.TypeText}, "none": {}},
	effect: func(_ context.Context, r request) (result, error) {
		c := corrector{d: r.dialogue, index: r.engine.catalogue.Index(), language: r.interaction.Language}
		meant, in, ok := c.correct(words.Normalise(r.text("text")), words.Layout(r.text("text")))
		if !ok {
			return result{outcome: "none"}, nil
		}
		return result{outcome: "corrected", language: in, values: map[string]dialogue.Value{"text": dialogue.TextValue(meant)}}, nil
	},
}
