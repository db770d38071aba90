package conversation

import (
	"context"

	"okno/internal/appointment"
	"okno/internal/dialogue"
)

// appointmentDays lists the days on which an office has a place for a service; given a case, those to which its appointment can be moved.
var appointmentDays = action{
	name:     "appointment.days",
	optional: values{"service": dialogue.TypeCode, "office": dialogue.TypeText, "case": dialogue.TypeCaseNumber},
	outcomes: map[string]values{"free": {"days": dialogue.TypeList}, "full": {}, "not_own": {}},
	effect: func(ctx context.Context, r request) (result, error) {
		v, ok, err := visitOf(ctx, r)
		if err != nil || !ok {
			return result{outcome: "not_own"}, err
		}
		list := dialogue.Value{Type: dialogue.TypeList}
		for _, day := range v.Days() {
			list.Items = append(list.Items, dialogue.Item{Value: day.Date, Label: day.Date, Type: dialogue.TypeDate})
		}
		if len(list.Items) == 0 {
			return result{outcome: "full"}, nil
		}
		return result{outcome: "free", values: map[string]dialogue.Value{"days": list}}, nil
	},
}

// visitOf is the visit that the inputs mean: to an office for a service, or that of an own appointment. ok: there is one.
func visitOf(ctx context.Context, r request) (v appointment.Visit, ok bool, err error) {
	office, service := r.text("office"), r.text("service")
	if number := r.text("case"); number != "" {
		_, a, own, err := ownAppointment(ctx, r, number)
		if err != nil || !own {
			return v, false, err
		}
		office, service = a.Office, a.Service
	}
	return visitTo(ctx, r, office, service)
}
