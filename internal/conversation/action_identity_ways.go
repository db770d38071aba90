package conversation

import (
	"context"

	"okno/internal/citizen"
)

// identityWays says where proving who speaks begins: it is done already; the network vouches for a bound number, so whose it is is known; or
// the citizen has to say who, be the number bound or not.
var identityWays = action{
	name:     "identity.ways",
	outcomes: map[string]values{"proved": {}, "known": {}, "unknown": {}},
	effect: func(_ context.Context, r request) (result, error) {
		switch i := r.interaction; {
		case i.Verification.AtLeast(citizen.BySecret):
			return result{outcome: "proved"}, nil
		case i.Verification.AtLeast(citizen.ByNumber):
			return result{outcome: "known"}, nil
		}
		return result{outcome: "unknown"}, nil
	},
}
