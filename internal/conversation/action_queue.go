package conversation

import (
	"context"

	"okno/internal/contact"
	"okno/internal/dialogue"
)

// queueJoin is the effect of a queue node. The dialogue gives any other inputs as context for the operator. Of its outcomes,
// served and nobody come later.
var queueJoin = action{
	name:     dialogue.QueueAction,
	inputs:   values{"queue": dialogue.TypeText, "reason": dialogue.TypePhrase},
	outcomes: map[string]values{dialogue.QueueJoined: {}, "served": {}, "closed": {}, "busy": {}, "nobody": {}},
	effect: func(ctx context.Context, r request) (result, error) {
		i := r.interaction
		if i.Channel == dialogue.USSD { // its session is over before an operator comes
			return result{outcome: "closed"}, nil
		}
		arrival := contact.Arrival{Interaction: i.ID, Channel: string(i.Channel), Number: i.Number, Queue: r.text("queue"), Language: string(i.Language),
			Reason: r.text("reason"), Context: map[string]string{}, Effect: r.effect.ID}
		if arrival.Reason == "" {
			arrival.Reason = "why.asked"
		}
		for name, value := range r.effect.With {
			if name != "queue" && name != "reason" && value.Text != "" {
				arrival.Context[name] = value.Text
			}
		}
		admission, err := r.work.JoinQueue(ctx, arrival)
		return result{outcome: string(admission)}, err
	},
}
