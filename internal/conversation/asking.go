package conversation

import (
	"context"
	"time"

	"okno/internal/dialogue"
	"okno/internal/exchange"
)

// asking has agencies asked while the citizen waits, and gives what they answered.
type asking interface {
	// AskAgencies has an agency asked, or all that answer where the question names none, once for each effect; it gives how many are waited for.
	AskAgencies(ctx context.Context, q exchange.Question) (open int, err error)
	// Answers gives what became of the questions of an effect.
	Answers(ctx context.Context, interaction int64, effect string) (exchange.Answers, error)
	// KeepFees keeps what a citizen got a link to pay for, and gives the ids of the rows.
	KeepFees(ctx context.Context, interaction int64, fees []exchange.Fee) (ids []int64, err error)
}

// ask has agencies asked, and gives what they have answered. waits: the effect is carried out again once they have, or the wait is over.
func ask(ctx context.Context, r request, q exchange.Question) (a exchange.Answers, waits bool, err error) {
	q.Interaction, q.Effect, q.AskedAt = r.interaction.ID, r.effect.ID, r.engine.clock()
	q.Until = q.AskedAt.Add(exchange.Wait)
	open, err := r.work.AskAgencies(ctx, q)
	if err != nil || open > 0 {
		return a, open > 0, err
	}
	a, err = r.work.Answers(ctx, q.Interaction, q.Effect)
	return a, false, err
}

// fresh is how long what an agency has reported is not asked for again.
const fresh = time.Minute

// waits says whether a citizen is on the line, who can be asked to wait a moment. In writing the answer that is known goes at once.
func (i Interaction) waits() bool { return i.Channel == dialogue.Voice }
