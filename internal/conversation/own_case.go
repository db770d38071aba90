package conversation

import (
	"context"

	"okno/internal/cases"
)

// ownCaseDo does something to a case of whom the interaction is with. A case of somebody else and one that there is not are alike, and a
// guess at numbers.
func ownCaseDo(ctx context.Context, r request, do func(cases.Case) (outcome string, err error)) (result, error) {
	c, err := r.work.CaseByNumber(ctx, r.text("case"))
	unknown := isUnknown(err)
	if err != nil && !unknown {
		return result{}, err
	}
	if unknown || !ownCase(r.interaction, c) {
		if _, err := guessed(ctx, r, unknown); err != nil {
			return result{}, err
		}
		return result{outcome: "not_own"}, nil
	}
	outcome, err := do(c)
	if err != nil {
		return result{}, err
	}
	return result{outcome: outcome}, r.work.LinkCase(ctx, r.interaction.ID, c.ID)
}
