package conversation

import (
	"context"

	"okno/internal/dialogue"
)

// serviceCategories lists the catalogue's categories by their names, which are texts of the dialogue: category.<name>.
var serviceCategories = action{
	name:     "service.categories",
	outcomes: map[string]values{"found": {"categories": dialogue.TypeList}},
	effect: func(_ context.Context, r request) (result, error) {
		list := dialogue.Value{Type: dialogue.TypeList}
		for _, category := range r.engine.catalogue.Index().Categories() {
			list.Items = append(list.Items, dialogue.Item{Value: category, Label: r.dialogue.Texts.Line(r.interaction.Language, "category."+category)})
		}
		return result{outcome: "found", values: map[string]dialogue.Value{"categories": list}}, nil
	},
}
