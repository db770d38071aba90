package agentdesk

import (
	"context"
	"net/http"
	"slices"
	"time"

	"okno/internal/access"
	"okno/internal/catalogue"
	"okno/internal/dialogue"
	"okno/internal/fault"
)

// Services answers from the newest catalogue.
type Services interface {
	// Service gives the service of a code, if it is valid today.
	Service(code string) (catalogue.Service, bool)
	// Search gives the valid services that a person may mean, best first.
	Search(query string, l dialogue.Language, most int) []catalogue.Service
	// Categories lists those that have a valid service, and CodeDigits says how many digits the codes have.
	Categories() []string
	CodeDigits() int
	// Findings gives what of the catalogue is stale or incomplete, the worst first.
	Findings(ctx context.Context) ([]catalogue.Finding, error)
}

// mostServices is how many services a search gives.
const mostServices = 20

var errLanguage error = &fault.Error{Kind: fault.Invalid, Field: "language", Text: "language: kk, ru or en"}

// services finds what an agent looks up for a citizen, as it is typed.
func (d *Desk) services(w http.ResponseWriter, r *http.Request) {
	_, err := d.allowed(r, access.ViewServices)
	l := dialogue.Language(r.URL.Query().Get("language"))
	if err == nil && !slices.Contains(dialogue.Languages, l) {
		err = errLanguage
	}
	if err != nil {
		d.fail(w, err)
		return
	}
	found := []object{}
	for _, s := range d.Services.Search(r.URL.Query().Get("q"), l, mostServices) {
		t := s.Texts[l]
		found = append(found, object{"code": s.Code, "version": s.Version, "agency": s.Agency, "stage": s.Stage, "name": t.Name, "short": t.Short,
			"documents": t.Documents, "fee": t.Fee, "term": t.Term, "place": t.Place, "form": t.Form, "script": t.Script,
			"valid_until": s.ValidUntil.Format(time.DateOnly), "review_by": s.ReviewBy.Format(time.DateOnly)})
	}
	d.answer(w, object{"services": found})
}

// findings shows who answers for the catalogue what of it is stale.
func (d *Desk) findings(w http.ResponseWriter, r *http.Request) {
	_, err := d.allowed(r, access.ViewFindings)
	var found []catalogue.Finding
	if err == nil {
		found, err = d.Services.Findings(r.Context())
	}
	if err != nil {
		d.fail(w, err)
		return
	}
	list := make([]object, 0, len(found))
	for _, f := range found {
		list = append(list, object{"kind": f.Kind, "code": f.Code, "agency": f.Agency, "owner": f.Owner, "field": f.Field,
			"detail": f.Detail.String(), "detail_code": f.Detail.Code, "detail_value": f.Detail.Value, "use": f.Use})
	}
	d.answer(w, object{"findings": list})
}
