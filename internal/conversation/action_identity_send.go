package conversation

import (
	"context"
	"errors"
	"hash/fnv"

	"okno/internal/dialogue"
	"okno/internal/fault"
	"okno/internal/otp"
)

// identitySend sends a one-time password to a number that is bound to whom it is about, be that the one that writes. To nobody nothing goes,
// with the same answer and the same work.
var identitySend = action{
	name:     "identity.send",
	optional: values{"who": dialogue.TypeText},
	outcomes: map[string]values{"sent": {"challenge": dialogue.TypeText}, "later": {}},
	effect: func(ctx context.Context, r request) (result, error) {
		if r.engine.proving.Passwords == nil {
			return result{outcome: "later"}, nil
		}
		whose, subject := r.who()
		number, err := r.work.ProofNumber(ctx, whose)
		if err != nil {
			return result{}, err
		}
		wish := otp.Request{Client: otp.Own, Purpose: otp.OwnPurpose, Number: number, Language: r.interaction.Language}
		if number == "" {
			wish.Number, wish.Decoy = decoyNumber(subject), true
		}
		c, err := r.engine.proving.Passwords.SendIn(ctx, r.work, wish)
		if refused := new(otp.Refusal); errors.As(err, &refused) || errors.Is(err, otp.ErrPrefix) || fault.KindOf(err) == fault.Unavailable {
			return result{outcome: "later"}, r.work.JournalProof(ctx, r.interaction.ID, "otp", "not_sent")
		}
		if err != nil {
			return result{}, err
		}
		return result{outcome: "sent", values: map[string]dialogue.Value{"challenge": dialogue.TextValue(c.PublicID)}}, nil
	},
}

// decoyNumber stands for the number of whom nothing can be sent to, so that its limits are those of one. No network has numbers with +70.
func decoyNumber(subject string) string {
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(subject))
	digits := []byte("+70")
	for n := hash.Sum64(); len(digits) < len("+77010000001"); n /= 10 {
		digits = append(digits, byte('0'+n%10))
	}
	return string(digits)
}
