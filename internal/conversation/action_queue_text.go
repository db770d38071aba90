package conversation

import (
	"context"
	"errors"

	"okno/internal/dialogue"
	"okno/internal/phone"
)

// queueText has a caller wait for an operator's answer by SMS and not on the telephone, in the place that the call has in its queue. at is the
// node of the queue in which the SMS conversation begins; any other inputs are its slots. A thread that waits already goes on waiting.
var queueText = action{
	name:     "queue.text",
	inputs:   values{"at": dialogue.TypeText},
	enters:   "at",
	outcomes: map[string]values{"waits": {}, "no_sms": {}, "closed": {}},
	effect: func(ctx context.Context, r request) (result, error) {
		i := r.interaction
		if !phone.TakesSMS(i.Number) {
			return result{outcome: "no_sms"}, nil
		}
		waits := result{outcome: "waits"}
		thread, _, open, err := r.work.OpenOn(ctx, dialogue.SMS, i.Number)
		if err != nil {
			return result{}, err
		}
		if open {
			_, s, err := r.work.LockSession(ctx, thread)
			if err != nil && !errors.Is(err, ErrNoSession) {
				return result{}, err
			}
			if err == nil && s.Pending != nil && s.Pending.Action == dialogue.QueueAction {
				return waits, nil
			}
			if err := r.work.EndInteraction(ctx, thread, SelfService); err != nil {
				return result{}, err
			}
		}
		joined, err := r.engine.waitBy(ctx, r.work, r.dialogue, i, otherWay{channel: dialogue.SMS, at: r.text("at"), slots: r.effect.With})
		if err != nil || !joined {
			return result{outcome: "closed"}, err
		}
		return waits, nil
	},
}
