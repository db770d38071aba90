package conversation

import (
	"context"
	"errors"

	"okno/internal/cases"
	"okno/internal/citizen"
	"okno/internal/dialogue"
)

// caseStatus tells the citizen all of an own case, and anybody else the stage alone. A case belongs to a citizen, whose number has to be
// more than a claim; one that was opened by a number alone is seen by that number alone.
var caseStatus = action{
	name:   "case.status",
	inputs: values{"case": dialogue.TypeCaseNumber},
	outcomes: map[string]values{
		"found":      {"stage": dialogue.TypePhrase, "next": dialogue.TypePhrase, "due": dialogue.TypeDate},
		"settled":    {"stage": dialogue.TypePhrase, "next": dialogue.TypePhrase},
		"stage_only": {"stage": dialogue.TypePhrase}, // another citizen's, or nobody knows whose number this is
		"unknown":    {},
	},
	effect: func(ctx context.Context, r request) (result, error) {
		c, err := r.work.CaseByNumber(ctx, r.text("case"))
		if errors.Is(err, cases.ErrUnknown) {
			return result{outcome: "unknown"}, nil
		}
		if err != nil {
			return result{}, err
		}
		i := r.interaction
		if err := r.work.LinkCase(ctx, i.ID, c.ID); err != nil {
			return result{}, err
		}
		found := map[string]dialogue.Value{"stage": {Type: dialogue.TypePhrase, Text: "stage." + string(c.State)}}
		own := c.CitizenID != 0 && c.CitizenID == i.CitizenID && i.Verification.AtLeast(citizen.ByNumber)
		if byNumber := c.CitizenID == 0 && c.Contact != "" && c.Contact == i.Number; !own && !byNumber {
			return result{outcome: "stage_only", values: found}, nil
		}
		found["next"] = dialogue.Value{Type: dialogue.TypePhrase, Text: "next." + string(c.State)}
		if c.State.Settled() || c.DueOn.IsZero() {
			return result{outcome: "settled", values: found}, nil
		}
		found["due"] = dialogue.Value{Type: dialogue.TypeDate, Text: c.DueOn.Format("2006-01-02")}
		return result{outcome: "found", values: found}, nil
	},
}
