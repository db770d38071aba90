package conversation

import (
	"context"

	"okno/internal/dialogue"
)

// confirmed says whether STOP needs no answer: the number is nobody's that is known, and has said it before. Whoever writes in its name
// makes it get one SMS, and not one for each time.
func (e *Engine) confirmed(ctx context.Context, w Work, i Interaction) (bool, error) {
	if i.Channel != dialogue.SMS {
		return false, nil
	}
	known, err := w.Known(ctx, i.Number)
	return known.CitizenID == 0 && known.Stopped, err
}
