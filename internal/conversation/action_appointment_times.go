package conversation

import (
	"context"

	"okno/internal/dialogue"
)

// appointmentTimes lists the times of a day at which an office has a place.
var appointmentTimes = action{
	name:     "appointment.times",
	inputs:   values{"day": dialogue.TypeDate},
	optional: values{"service": dialogue.TypeCode, "office": dialogue.TypeText, "case": dialogue.TypeCaseNumber},
	outcomes: map[string]values{"free": {"times": dialogue.TypeList}, "full": {}},
	effect: func(ctx context.Context, r request) (result, error) {
		v, ok, err := visitOf(ctx, r)
		if err != nil || !ok {
			return result{outcome: "full"}, err
		}
		list := dialogue.Value{Type: dialogue.TypeList}
		for _, day := range v.Days() {
			for _, clock := range day.Times {
				if day.Date == r.text("day") {
					list.Items = append(list.Items, dialogue.Item{Value: clock, Label: clock, Type: dialogue.TypeTime})
				}
			}
		}
		if len(list.Items) == 0 {
			return result{outcome: "full"}, nil
		}
		return result{outcome: "free", values: map[string]dialogue.Value{"times": list}}, nil
	},
}
