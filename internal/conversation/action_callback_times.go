package conversation

import (
	"context"
	"time"

	"okno/internal/contact"
	"okno/internal/dialogue"
)

// callbackTimes lists the times from which a citizen may choose for a callback that was opened in this conversation.
var callbackTimes = action{
	name:     "callback.times",
	outcomes: map[string]values{"offered": {"opens": dialogue.TypePhrase, "day": dialogue.TypeDate, "times": dialogue.TypeList}, "none": {}},
	effect: func(ctx context.Context, r request) (result, error) {
		none := result{outcome: "none"}
		callback, found, err := ownCallback(ctx, r)
		if err != nil || !found {
			return none, err
		}
		times, now, err := r.work.CallTimes(ctx, callback.ID)
		if err != nil || len(times) == 0 {
			return none, err
		}
		list := dialogue.Value{Type: dialogue.TypeList}
		for _, at := range times {
			list.Items = append(list.Items, dialogue.Item{Value: clockOf(at), Label: clockOf(at), Type: dialogue.TypeTime})
		}
		first := openingValues(contact.Opening{Now: now, At: times[0]})
		return result{outcome: "offered", values: map[string]dialogue.Value{"opens": first["opens"], "day": first["day"], "times": list}}, nil
	},
}

func clockOf(at time.Time) string { return at.Format("15:04") }

// ownCallback gives the callback that was opened in a conversation: one that the number had before may be somebody else's, who was called by it.
func ownCallback(ctx context.Context, r request) (own contact.Ref, found bool, err error) {
	open, err := r.work.CallbacksOf(ctx, r.interaction.Number)
	for _, c := range open {
		if c.Interaction > r.interaction.ID {
			own, found = c, true
		}
	}
	return own, found, err
}
