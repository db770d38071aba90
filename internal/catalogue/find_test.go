package catalogue_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/catalogue"
	"okno/internal/dialogue"
)

func day(s string) time.Time {
	d, _ := time.Parse(time.DateOnly, s)
	return d
}

func service(code, name, keywords string, until string) catalogue.Service {
	return catalogue.Service{Code: code, Category: "c", ValidFrom: day("2026-01-01"), ValidUntil: day(until),
		Texts: map[dialogue.Language]catalogue.Text{dialogue.Russian: {Name: name, Spoken: name, Keywords: []string{keywords}}}}
}

func codes(services []catalogue.Service) []string {
	found := []string{}
	for _, s := range services {
		found = append(found, s.Code)
	}
	return found
}

func TestFind(t *testing.T) {
	t.Parallel()
	now := day("2026-11-21")
	x := catalogue.NewIndex([]catalogue.Service{
		service("031", "Справка о наличии либо отсутствии судимости", "судимость", "2026-12-31"),
		service("028", "Справка о расторжении брака", "развод", "2026-12-31"),
		service("029", "Справка о заключении брака", "брак свадьба", "2026-12-31"),
		service("040", "Справка о судимости, прежняя", "судимость", "2026-11-20"),
	}, nil, func() time.Time { return now })
	for query, want := range map[string][]string{
		"031":               {"031"},
		"040":               {}, // no longer valid yesterday
		"999":               {},
		"судимость":         {"031"},
		"СУДИМОСТИ":         {"031"},
		"брак":              {"029", "028"},
		"расторжение брака": {"028"},
		"развод":            {"028"},
		"паспорт":           {},
		"":                  {},
		"о":                 {},
	} {
		require.Equal(t, want, codes(x.Find(query, dialogue.Russian)), query)
	}
	require.Equal(t, []string{"028", "029", "031"}, codes(x.In("c")))
}

// A service is found by words in whatever form, and by its code among few words; and it is said whose words they were.
func TestFindInOtherForms(t *testing.T) {
	t.Parallel()
	kazakh := service("031", "Справка о наличии либо отсутствии судимости", "судимость", "2026-12-31")
	kazakh.Texts[dialogue.Kazakh] = catalogue.Text{Name: "Соттылық туралы анықтама", Keywords: []string{"соттылық"}}
	kazakh.Texts[dialogue.English] = catalogue.Text{Name: "Criminal record certificate", Keywords: []string{"criminal"}}
	x := catalogue.NewIndex([]catalogue.Service{kazakh}, nil, func() time.Time { return day("2026-11-21") })
	for query, in := range map[string]dialogue.Language{
		"sudimost": dialogue.Russian, "spravka o sudimosti": dialogue.Russian, "sottylyq": dialogue.Kazakh, "criminal": "", "«судимость»?": dialogue.Russian,
		"cудимoсть": dialogue.Russian, "анықтама 031": "", "№031": "", "соттылык": dialogue.Kazakh, "СУДИМОСТЬ\u00a0": dialogue.Russian,
	} {
		found, language := x.FindIn(query, dialogue.English)
		require.Equal(t, []string{"031"}, codes(found), query)
		require.Equal(t, in, language, query)
	}
	require.True(t, x.Knows("судимости"))
	require.False(t, x.Knows("судимасть"))
	require.Contains(t, x.Words(), "соттылық", "as it is written")
	require.Empty(t, x.Find("квартира на 031 улице Абая", dialogue.Russian))
}
