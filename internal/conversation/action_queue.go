package conversation

import (
	"context"
	"strings"

	"okno/internal/calendar"
	"okno/internal/contact"
	"okno/internal/dialogue"
)

// queueJoin is the effect of a queue node. The dialogue gives any other inputs as context for the operator. Of its outcomes,
// served and nobody come later, and so may after_hours.
var queueJoin = action{
	name:   dialogue.QueueAction,
	inputs: values{"queue": dialogue.TypeText, "reason": dialogue.TypePhrase},
	outcomes: map[string]values{dialogue.QueueJoined: {}, "served": {}, "closed": {}, "busy": {}, nobody: {},
		dialogue.QueueAfterHours: {"opens": dialogue.TypePhrase, "day": dialogue.TypeDate, "time": dialogue.TypeTime}},
	effect: func(ctx context.Context, r request) (result, error) {
		i := r.interaction
		if i.Channel == dialogue.USSD { // its session is over before an operator comes
			return afterHours(ctx, r.work, r.text("queue"), "closed")
		}
		admission, err := r.work.JoinQueue(ctx, arrivalOf(i, r.effect))
		if err == nil && admission == contact.AfterHours {
			return afterHours(ctx, r.work, r.text("queue"), "closed")
		}
		return result{outcome: string(admission)}, err
	},
}

// nobody is the outcome of a queue in which no agent will come.
const nobody = "nobody"

// afterHours says when a queue opens, if its hours are over; otherwise is any other outcome.
func afterHours(ctx context.Context, w Work, queue, otherwise string) (result, error) {
	opening, err := w.Opens(ctx, queue)
	if err != nil || opening.At.IsZero() {
		return result{outcome: otherwise}, err
	}
	return result{outcome: dialogue.QueueAfterHours, values: openingValues(opening)}, nil
}

// openingValues are what a dialogue says of an opening: today, tomorrow or on which day of the week, the date and the time.
func openingValues(o contact.Opening) map[string]dialogue.Value {
	day := calendar.DateOf(o.At)
	opens := strings.ToLower(day.Weekday().String())
	switch today := calendar.DateOf(o.Now.In(o.At.Location())); day {
	case today:
		opens = "today"
	case today.Next():
		opens = "tomorrow"
	}
	return map[string]dialogue.Value{
		"opens": {Type: dialogue.TypePhrase, Text: "opens." + opens},
		"day":   {Type: dialogue.TypeDate, Text: day.String()},
		"time":  {Type: dialogue.TypeTime, Text: o.At.Format("15:04")},
	}
}

// arrivalOf is what an effect asks of a queue.
func arrivalOf(i Interaction, effect *dialogue.Effect) contact.Arrival {
	text := func(input string) string { return effect.With[input].Text }
	arrival := contact.Arrival{Interaction: i.ID, Channel: string(i.Channel), Number: i.Number, Queue: text("queue"), Language: string(i.Language),
		Reason: text("reason"), Context: map[string]string{}, Effect: effect.ID, Later: text(dialogue.QueueLater) != ""}
	if arrival.Reason == "" {
		arrival.Reason = "why.asked"
	}
	for name, value := range effect.With {
		if name != "queue" && name != "reason" && name != dialogue.QueueLater && value.Text != "" {
			arrival.Context[name] = value.Text
		}
	}
	return arrival
}
