package conversation

import (
	"context"
	"slices"
	"strings"

	"okno/internal/dialogue"
	"okno/internal/exchange"
	"okno/internal/job"
)

// feeLink sends the links by which fees are paid that an agency has just told, and has it followed whether they are.
var feeLink = action{
	name:     "fee.link",
	inputs:   values{"asked": dialogue.TypeText},
	outcomes: map[string]values{"sent": {}, "no_link": {}, "no_number": {}},
	effect: func(ctx context.Context, r request) (result, error) {
		i := r.interaction
		if i.Number == "" {
			return result{outcome: "no_number"}, nil
		}
		answers, err := r.work.Answers(ctx, i.ID, r.text("asked"))
		if err != nil {
			return result{}, err
		}
		due := slices.DeleteFunc(unpaid(answers.Fees), func(f exchange.Fee) bool { return f.PayURL == "" })
		if len(due) == 0 {
			return result{outcome: "no_link"}, nil
		}
		ids, err := r.work.KeepFees(ctx, i.ID, due)
		if err != nil {
			return result{}, err
		}
		var lines []string
		for n, f := range due {
			lines = append(lines, r.dialogue.Texts.Write(dialogue.Utterance{Key: feeText, Language: i.Language, Values: feeValues(f, i.Language)}))
			follow := job.FollowFee{Fee: ids[n]}
			if err := r.work.EnqueueJob(ctx, follow, job.Options{Due: r.engine.clock().Add(exchange.FollowPause(0)), Attempts: 100}); err != nil {
				return result{}, err
			}
		}
		return result{outcome: "sent"}, r.engine.reply(ctx, r.work, i.ID, i.Number, i.Language, r.dialogue.Transliteration(feeText), strings.Join(lines, "\n"))
	},
}

// The texts about fees that Okno writes by itself.
const (
	feeText  = "fee.link"
	paidText = "fee.paid"
	dueText  = "fee.due" // an answer that came after the citizen had gone on
)

func feeValues(f exchange.Fee, l dialogue.Language) map[string]dialogue.Value {
	return map[string]dialogue.Value{
		"what":   dialogue.TextValue(f.What[l]),
		"amount": {Type: dialogue.TypeMoney, Text: f.Amount.String()},
		"url":    dialogue.TextValue(f.PayURL),
	}
}
