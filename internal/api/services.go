package api

import (
	"net/http"
	"slices"
	"time"

	"okno/internal/api/apiserver"
	"okno/internal/catalogue"
	"okno/internal/client"
	"okno/internal/dialogue"
	"okno/internal/fault"
)

// A page of services has this many unless a client asks for fewer.
const mostServices = 50

var (
	errLanguage error = &fault.Error{Kind: fault.Invalid, Field: "language", Text: "kk, ru or en"}
	errAfter    error = &fault.Error{Kind: fault.Invalid, Field: "after", Text: "the code of the page before's last service"}
)

// services finds services by words, best first; without words it pages through all by their codes.
func (a *API) services(w http.ResponseWriter, r *http.Request, _ client.Client, asked apiserver.ListServicesParams) error {
	l := dialogue.Language(given(asked.Language))
	if l == "" {
		l = dialogue.Russian
	}
	if !slices.Contains(dialogue.Languages, l) {
		return errLanguage
	}
	limit, err := limitOf(asked.Limit, mostServices)
	if err != nil {
		return err
	}
	answer := map[string]any{}
	var found []catalogue.Service
	if q := given(asked.Q); q != "" {
		found = a.catalogue.Index().Search(q, l, limit)
	} else {
		after := given(asked.After)
		if after != "" && !catalogue.IsCode(after) {
			return errAfter
		}
		var more bool
		found, more = a.catalogue.Index().Page(after, limit)
		if more {
			answer["next"] = found[len(found)-1].Code
		}
	}
	list := make([]any, 0, len(found))
	for _, s := range found {
		list = append(list, serviceJSON(s))
	}
	answer["services"] = list
	return writeTagged(w, r, answer)
}

func (a *API) service(w http.ResponseWriter, r *http.Request, _ client.Client) error {
	s, ok := a.catalogue.Index().Service(r.PathValue("code"))
	if !ok {
		return errService
	}
	return writeTagged(w, r, serviceJSON(s))
}

func serviceJSON(s catalogue.Service) map[string]any {
	texts := map[string]any{}
	for l, t := range s.Texts {
		texts[string(l)] = map[string]string{"name": t.Name, "short": t.Short, "documents": t.Documents, "fee": t.Fee, "term": t.Term, "place": t.Place, "form": t.Form}
	}
	return map[string]any{"code": s.Code, "category": s.Category, "agency": s.Agency, "stage": s.Stage, "version": s.Version,
		"valid_until": s.ValidUntil.Format(time.DateOnly), "sample": s.Sample, "texts": texts}
}
