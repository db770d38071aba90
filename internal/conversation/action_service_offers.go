package conversation

import (
	"context"

	"okno/internal/catalogue"
	"okno/internal/dialogue"
)

// serviceOffers says what a citizen can do about a service beyond hearing of it: a menu offers what the service's stage supports, and
// nothing else.
var serviceOffers = action{
	name:   "service.offers",
	inputs: values{"code": dialogue.TypeCode},
	outcomes: map[string]values{
		"information":     {},
		"form":            {"form": dialogue.TypeText},
		"status":          {},
		"form_and_status": {"form": dialogue.TypeText},
	},
	effect: func(_ context.Context, r request) (result, error) {
		s, ok := r.engine.catalogue.Index().Service(r.text("code"))
		form := s.Texts[r.interaction.Language].Form
		forms, status := s.Stage >= catalogue.StageForms && form != "", s.Stage >= catalogue.StageStatus
		withForm := map[string]dialogue.Value{"form": dialogue.TextValue(form)}
		switch {
		case !ok:
			return result{outcome: "information"}, nil
		case forms && status:
			return result{outcome: "form_and_status", values: withForm}, nil
		case forms:
			return result{outcome: "form", values: withForm}, nil
		case status:
			return result{outcome: "status"}, nil
		}
		return result{outcome: "information"}, nil
	},
}
