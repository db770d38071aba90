package conversation

import (
	"context"

	"okno/internal/dialogue"
)

// Units runs fn in one transaction and commits it if fn gives no error.
type Units func(ctx context.Context, fn func(Work) error) error

// Runner is the engine for a channel that has no transaction of its own, as a call has none: each turn is one.
type Runner struct {
	engine *Engine
	units  Units
}

// NewRunner takes its parts.
func NewRunner(e *Engine, units Units) *Runner { return &Runner{engine: e, units: units} }

// Begin opens an interaction and gives Okno's first turn.
func (r *Runner) Begin(ctx context.Context, channel dialogue.Channel, number string) (Turn, error) {
	return r.turn(ctx, func(w Work) (Turn, error) { return r.engine.Begin(ctx, w, channel, number) })
}

// Advance gives what follows from an input.
func (r *Runner) Advance(ctx context.Context, interaction int64, in dialogue.Input) (Turn, error) {
	return r.turn(ctx, func(w Work) (Turn, error) { return r.engine.Advance(ctx, w, interaction, in) })
}

// Answer gives the outcome of what the session waits for.
func (r *Runner) Answer(ctx context.Context, interaction int64, outcome string) (Turn, error) {
	return r.turn(ctx, func(w Work) (Turn, error) { return r.engine.Answer(ctx, w, interaction, outcome) })
}

func (r *Runner) turn(ctx context.Context, fn func(Work) (Turn, error)) (turn Turn, err error) {
	err = r.units(ctx, func(w Work) error {
		turn, err = fn(w)
		return err
	})
	return turn, err
}
