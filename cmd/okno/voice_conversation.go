package main

import (
	"context"
	"errors"

	"okno/internal/acd"
	"okno/internal/call"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/postgres/store"
)

// voiceConversation is the dialogue as calls need it: each turn one transaction.
type voiceConversation struct {
	engine *conversation.Engine
	db     *store.Store
}

// Begin opens an interaction and keeps the call with it.
func (v *voiceConversation) Begin(ctx context.Context, c call.Call) (turn conversation.Turn, err error) {
	err = v.db.Do(ctx, func(w *store.Work) error {
		if turn, err = v.engine.Begin(ctx, w, dialogue.Voice, c.Number); err != nil {
			return err
		}
		c.Interaction = turn.Interaction
		return w.AddCall(ctx, c)
	})
	return turn, err
}

// Advance gives what follows from an input.
func (v *voiceConversation) Advance(ctx context.Context, interaction int64, in dialogue.Input) (turn conversation.Turn, err error) {
	err = v.db.Do(ctx, func(w *store.Work) error {
		turn, err = v.engine.Advance(ctx, w, interaction, in)
		return err
	})
	return turn, err
}

// OperatorLeft begins the wrap-up and goes on with the dialogue; a citizen whose operator was lost waits for another one.
func (v *voiceConversation) OperatorLeft(ctx context.Context, interaction int64, lost bool) (turn conversation.Turn, err error) {
	if lost {
		if err := v.db.Requeue(ctx, interaction); err != nil && !errors.Is(err, acd.ErrState) && !errors.Is(err, acd.ErrUnknown) {
			return turn, err
		}
		return v.Advance(ctx, interaction, dialogue.Input{Kind: dialogue.Resumed})
	}
	err = v.db.Do(ctx, func(w *store.Work) error {
		if err := w.Release(ctx, interaction); err != nil {
			return err
		}
		turn, err = v.engine.Answer(ctx, w, interaction, "served")
		return err
	})
	return turn, err
}
