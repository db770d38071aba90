package conversation

import (
	"context"

	"okno/internal/catalogue"
	"okno/internal/dialogue"
)

// serviceInCategory lists the services of a category.
var serviceInCategory = action{
	name:     "service.in_category",
	inputs:   values{"category": dialogue.TypeText},
	outcomes: map[string]values{"found": {"matches": dialogue.TypeList}},
	effect: func(_ context.Context, r request) (result, error) {
		services := r.engine.catalogue.Index().In(r.text("category"))
		return result{outcome: "found", values: map[string]dialogue.Value{"matches": matches(services, r.interaction.Language)}}, nil
	},
}

// matches makes a list of services to choose from by their code.
func matches(services []catalogue.Service, l dialogue.Language) dialogue.Value {
	list := dialogue.Value{Type: dialogue.TypeList}
	for _, s := range services {
		list.Items = append(list.Items, dialogue.Item{Value: s.Code, Label: s.Texts[l].Title})
	}
	return list
}
