package conversation

import (
	"context"

	"okno/internal/citizen"
	"okno/internal/dialogue"
	"okno/internal/otp"
)

// passcodeFetch gives the password that a portal has sent to the number that calls, if it still counts.
var passcodeFetch = action{
	name:     "passcode.fetch",
	outcomes: map[string]values{"found": {"code": dialogue.TypeSecret}, "none": {}, "unbound": {}},
	least:    citizen.ByNumber,
	below:    "unbound",
	personal: []string{"found"},
	effect: func(ctx context.Context, r request) (result, error) {
		proved := r.interaction.Verification
		if otp.ReadOut(otp.Line{Verification: proved, Vouched: proved.AtLeast(citizen.ByNumber)}) != nil {
			return result{outcome: "unbound"}, nil
		}
		// The number may be only what the caller says, and the citizen somebody else, who has proved to be that.
		known, err := r.work.Known(ctx, r.interaction.Number)
		if err != nil {
			return result{}, err
		}
		if known.CitizenID == 0 || known.CitizenID != r.interaction.CitizenID || known.Lowered {
			return result{outcome: "unbound"}, nil
		}
		challenge, found, err := r.work.LivePasscode(ctx, r.interaction.Number, r.engine.clock())
		if err != nil {
			return result{}, err
		}
		if !found {
			return result{outcome: "none"}, nil
		}
		code, err := r.engine.vault.Open(challenge)
		if err != nil {
			return result{}, err
		}
		return result{outcome: "found", values: map[string]dialogue.Value{"code": {Type: dialogue.TypeSecret, Text: code}}}, nil
	},
}
