package conversation_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/catalogue"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/postgres/store"
)

// A menu offers what the stage of the service supports.
func TestTheOfferFollowsTheStage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	file := catalogue.File{Agencies: map[string]map[dialogue.Language]string{"moj": {"kk": "Ә", "ru": "М", "en": "J"}}}
	for _, s := range []struct {
		code  string
		stage int
		form  string
	}{{"101", 1, ""}, {"102", 2, "x.example/2"}, {"103", 3, "x.example/3"}, {"104", 4, "x.example/4"}, {"105", 5, "x.example/5"}, {"106", 5, ""}, {"107", 3, ""}} {
		added := catalogue.FileService{Code: s.code, Category: "c", Agency: "moj", Stage: s.stage, Owner: "o", ValidFrom: "2020-01-01", ValidUntil: "2099-01-01",
			ReviewBy: "2099-01-01", Texts: map[dialogue.Language]catalogue.Text{}}
		for _, l := range dialogue.Languages {
			added.Texts[l] = catalogue.Text{Name: s.code, Short: s.code, Spoken: s.code, Form: s.form}
		}
		file.Services = append(file.Services, added)
	}
	services, problems := file.Check(func(string) int { return 1 }, nil)
	require.Empty(t, problems)
	require.NoError(t, w.db.Do(t.Context(), func(work *store.Work) error {
		_, err := file.Keep(t.Context(), work, services, "test", "")
		return err
	}))
	require.NoError(t, w.services.Fill(t.Context()))
	for code, outcome := range map[string]string{"101": "information", "102": "form", "103": "form", "104": "form_and_status", "105": "form_and_status",
		"106": "status", "107": "information", "999": "information"} {
		effect := &dialogue.Effect{ID: "1.1", Action: "service.offers", With: map[string]dialogue.Value{"code": {Type: dialogue.TypeCode, Text: code}}}
		in, err := w.engine.Act(t.Context(), nil, w.library.Current(), conversation.Interaction{Language: dialogue.Russian}, effect)
		require.NoError(t, err, code)
		require.Equal(t, outcome, in.Name, code)
	}

	// By phone: the code, what is told, the offer; three asks for the link.
	p := w.call(t, bound, true)
	require.Contains(t, p.keys(t, "1", "1", "102"), w.say("service.after_form"))
	p.keys(t, "3")
	require.Equal(t, "102: бланк x.example/2", w.lastMT(t, bound))

	// What has expired is not said, and an operator is asked for.
	p = w.call(t, bound, true)
	require.Contains(t, p.keys(t, "1", "1", "030"), "обновляются")
	require.NotContains(t, p.heard(), "выписка")
	require.Contains(t, w.writes(t, unbound, "ИНФО прежняя выписка"), "обновляются")
}
