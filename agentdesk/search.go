package agentdesk

import (
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/desk"
	"okno/internal/search"
)

// mostFound is how many of each kind one answer has.
const mostFound = 20

// search finds citizens and cases by a number, the beginnings of names, or the words of a subject, and talks that were written down by words that
// were said. It shows citizens masked; what is behind is opened by a contact in hand. Talks are the agent's own, and all for whoever may read all.
// More of a kind comes with kind and before.
func (d *Desk) search(w http.ResponseWriter, r *http.Request) {
	agent, err := d.allowed(r, access.Search)
	if err != nil {
		d.fail(w, err)
		return
	}
	values := r.URL.Query()
	page := desk.Page{Kind: values.Get("kind"), Before: math.MaxInt64, Limit: mostFound + 1, Others: ofTalk(agent, access.ReadTranscript)(false) == nil}
	if given := values.Get("before"); given != "" {
		page.Before, err = strconv.ParseInt(given, 10, 64)
	}
	if err != nil || !slices.Contains([]string{"", desk.FindCitizens, desk.FindCases, desk.FindTalks}, page.Kind) {
		d.fail(w, errBody)
		return
	}
	q, err := search.Parse(values.Get("q"))
	if err != nil {
		d.fail(w, err)
		return
	}
	found, err := d.Store.Search(r.Context(), agent.ID, q, page)
	if err != nil {
		d.fail(w, err)
		return
	}
	d.answer(w, foundJSON(agent, found))
}

func foundJSON(agent acd.Agent, f desk.Found) object {
	citizens, moreCitizens := make([]object, 0, len(f.Citizens)), any(nil)
	for i, c := range f.Citizens {
		if i == mostFound {
			moreCitizens = f.Citizens[i-1].ID
			break
		}
		citizens = append(citizens, object{"id": c.ID, "name": nameMask(c.Name), "national_number": citizenMask(c.NationalNumber), "language": c.Language,
			"contact": nullable(c.Contact)})
	}
	cases, moreCases := make([]object, 0, len(f.Cases)), any(nil)
	for i, c := range f.Cases {
		if i == mostFound {
			moreCases = f.Cases[i-1].ID
			break
		}
		cases = append(cases, object{"id": c.ID, "number": c.Number, "kind": c.Kind, "state": c.State, "opened_at": c.OpenedAt, "contact": nullable(c.Contact)})
	}
	talks, moreTalks := make([]object, 0, len(f.Talks)), any(nil)
	for i, t := range f.Talks {
		if i == mostFound {
			moreTalks = f.Talks[i-1].ID
			break
		}
		talk := recordingJSON(agent, t.Recorded)
		talk["queue"], talk["agent"] = t.Queue, t.Agent
		talks = append(talks, talk)
	}
	return object{"citizens": citizens, "citizens_before": moreCitizens, "cases": cases, "cases_before": moreCases, "talks": talks, "talks_before": moreTalks}
}

func nullable(id int64) any {
	if id == 0 {
		return nil
	}
	return id
}

// nameMask shows the first word of a name, and of the others the first letter.
func nameMask(name string) string {
	parts := strings.Fields(name)
	for i, part := range parts {
		if i > 0 {
			_, size := utf8.DecodeRuneInString(part)
			parts[i] = part[:size] + "•••"
		}
	}
	return strings.Join(parts, " ")
}
