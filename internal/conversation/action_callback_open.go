package conversation

import (
	"context"

	"okno/internal/cases"
	"okno/internal/dialogue"
)

// callbackOpen opens a callback to the number that the citizen calls from, or finds the one that is open already.
var callbackOpen = action{
	name:     "callback.open",
	outcomes: map[string]values{"opened": {"case": dialogue.TypeCaseNumber}, "no_number": {}},
	effect: func(ctx context.Context, r request) (result, error) {
		if r.interaction.Number == "" {
			return result{outcome: "no_number"}, nil
		}
		number, found, err := r.work.OpenCallback(ctx, r.interaction.Number)
		if err != nil {
			return result{}, err
		}
		if found {
			return result{outcome: "opened", values: map[string]dialogue.Value{"case": {Type: dialogue.TypeCaseNumber, Text: number}}}, nil
		}
		return openCase(ctx, r, cases.Callback, "")
	},
}

// CallBack opens a callback for a citizen whose call has broken off, unless one is open, or the number is not known.
func CallBack(ctx context.Context, w Work, interaction int64) error {
	i, _, err := w.LockSession(ctx, interaction)
	if err != nil || i.Number == "" {
		return err
	}
	if _, found, err := w.OpenCallback(ctx, i.Number); err != nil || found {
		return err
	}
	c, err := w.OpenCase(ctx, cases.Opening{Kind: cases.Callback, CitizenID: i.CitizenID, Contact: i.Number, By: Okno, Subject: "callback, the call broke off"})
	if err != nil {
		return err
	}
	return w.LinkCase(ctx, i.ID, c.ID)
}
