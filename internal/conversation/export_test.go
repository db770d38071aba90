package conversation

import (
	"context"

	"okno/internal/dialogue"
)

// ErrUndeclared is of an outcome that an action does not declare.
var ErrUndeclared = errUndeclared

// DeclaredOutcomes gives the outcomes of all actions, "action outcome".
func DeclaredOutcomes() (all []string) {
	for _, a := range actions {
		for outcome := range a.outcomes {
			all = append(all, a.name+" "+outcome)
		}
	}
	return all
}

// Act carries out one effect.
func (e *Engine) Act(ctx context.Context, w Work, d *dialogue.Definition, i Interaction, effect *dialogue.Effect) (*dialogue.Input, error) {
	return e.act(ctx, w, d, &i, effect)
}
