package conversation

import (
	"context"

	"okno/internal/calendar"
	"okno/internal/contact"
	"okno/internal/dialogue"
	"okno/internal/phone"
)

// promisedText tells at what time a citizen is called back.
const promisedText = "callback.promised"

// callbackPromise has a callback that was opened in this conversation come at a time of those that [callbackTimes] lists, and confirms it by SMS where
// the number takes any. late says that the time has passed, or that an operator has the callback already.
var callbackPromise = action{
	name:     "callback.promise",
	inputs:   values{"day": dialogue.TypeDate, "time": dialogue.TypeTime},
	outcomes: map[string]values{"promised": {"opens": dialogue.TypePhrase, "day": dialogue.TypeDate, "time": dialogue.TypeTime}, "late": {}},
	effect: func(ctx context.Context, r request) (result, error) {
		late := result{outcome: "late"}
		callback, found, err := ownCallback(ctx, r)
		if err != nil || !found {
			return late, err
		}
		times, now, err := r.work.CallTimes(ctx, callback.ID)
		if err != nil {
			return late, err
		}
		for _, at := range times {
			if calendar.DateOf(at).String() != r.text("day") || clockOf(at) != r.text("time") {
				continue
			}
			promised, err := r.work.PromiseCall(ctx, callback.ID, at)
			if err != nil || !promised {
				return late, err
			}
			told := openingValues(contact.Opening{Now: now, At: at})
			return result{outcome: "promised", values: told}, r.confirmPromise(ctx, callback, told)
		}
		return late, nil
	},
}

// confirmPromise writes down the time at which a citizen is called.
func (r request) confirmPromise(ctx context.Context, callback contact.Ref, told map[string]dialogue.Value) error {
	i := r.interaction
	if !phone.TakesSMS(i.Number) {
		return nil
	}
	i.ID = callback.Interaction
	return r.engine.writeTo(ctx, r.work, r.dialogue, i, []dialogue.Utterance{{Key: promisedText, Language: i.Language, Values: told}})
}
