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

func found(x *catalogue.Index, query string) []string {
	services, _ := x.Find(query, dialogue.Russian)
	return codes(services)
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
	}, func() time.Time { return now })
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
		require.Equal(t, want, found(x, query), query)
	}
	require.Equal(t, []string{"028", "029", "031"}, codes(x.In("c")))
}
