package conversation

import (
	"context"
	"strconv"

	"okno/internal/dialogue"
)

// identityClaim takes a national number by which a citizen says who speaks. The answer is the same whether there is such a citizen.
var identityClaim = action{
	name:     "identity.claim",
	inputs:   values{"number": dialogue.TypeSecret},
	outcomes: map[string]values{"claimed": {"who": dialogue.TypeText}},
	effect: func(ctx context.Context, r request) (result, error) {
		whose, err := r.work.CitizenByNational(ctx, "", r.text("number"))
		if err != nil {
			return result{}, err
		}
		who, err := r.work.NationalIndex("", r.text("number"))
		if err != nil {
			return result{}, err
		}
		if whose != 0 {
			who = strconv.FormatInt(whose, 10)
		}
		return result{outcome: "claimed", values: map[string]dialogue.Value{"who": dialogue.TextValue(who)}}, nil
	},
}
