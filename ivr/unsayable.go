package ivr

import (
	"context"
	"slices"

	"okno/internal/conversation"
	"okno/internal/dialogue"
)

// sayable gives a turn that can be said. What has no clip (a name, an agency's answer) gets one while the caller hears music; what gets none in time is
// written to the caller by SMS, and the caller hears that. Where that cannot be, the rest is said.
func (c *liveCall) sayable(ctx context.Context, turn conversation.Turn) conversation.Turn {
	var lacking []int
	c.patiently(ctx, func() { lacking = c.line.config.Voice.Unsayable(ctx, turn.Spoken) })
	if len(turn.Said) != len(turn.Spoken) {
		return turn
	}
	lacking = slices.DeleteFunc(lacking, func(i int) bool { return isSecret(turn.Spoken[i]) })
	if len(lacking) == 0 {
		return turn
	}
	unsaid := make([]dialogue.Utterance, len(lacking))
	for n, i := range lacking {
		unsaid[n] = turn.Said[i]
	}
	var told []dialogue.Fragment
	err := c.once(ctx, func(ctx context.Context) (err error) {
		told, err = c.floor().InWriting(ctx, c.lease(), c.call.Interaction, unsaid)
		return err
	})
	if err != nil {
		c.log.Error().Err(err).Msg("neither said nor written")
	}
	if len(told) == 0 {
		return turn
	}
	turn.Spoken = slices.Clone(turn.Spoken)
	for n, i := range lacking {
		turn.Spoken[i] = nil
		if n == 0 {
			turn.Spoken[i] = told
		}
	}
	return turn
}

// isSecret says that an utterance has what only the ear is told.
func isSecret(utterance []dialogue.Fragment) bool {
	return slices.ContainsFunc(utterance, func(f dialogue.Fragment) bool { return f.Kind == dialogue.SpokenSecret })
}
