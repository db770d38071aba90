package conversation

import (
	"context"

	"okno/internal/dialogue"
)

// appointmentOffices lists the offices that give a service by appointment.
var appointmentOffices = action{
	name:     "appointment.offices",
	inputs:   values{"service": dialogue.TypeCode},
	outcomes: map[string]values{"offered": {"offices": dialogue.TypeList}, "none": {}},
	effect: func(_ context.Context, r request) (result, error) {
		list := dialogue.Value{Type: dialogue.TypeList}
		for _, o := range r.engine.directory().Giving(r.text("service")) {
			list.Items = append(list.Items, dialogue.Item{Value: o.Code, Label: o.Name[r.interaction.Language]})
		}
		if len(list.Items) == 0 {
			return result{outcome: "none"}, nil
		}
		return result{outcome: "offered", values: map[string]dialogue.Value{"offices": list}}, nil
	},
}
