package search_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/search"
)

func TestEachFormOfAWordHasOneStem(t *testing.T) {
	t.Parallel()
	for _, forms := range [][]string{
		{"паспорт", "паспорта", "ПАСПОРТУ", "паспортом", "паспорты", "паспортов", "паспортами"},
		{"жалоба", "жалобы", "жалобу", "жалобой", "жалобами"},
		{"заявление", "заявления", "заявлению", "заявлений"},
		{"анықтама", "анықтаманы", "анықтамаға", "анықтамалар", "анықтаманың", "аныктама"},
		{"куәлік", "куәлікті", "куәліктер", "куәліктен"},
		{"request", "requests", "requested", "requesting"},
	} {
		for _, asked := range forms {
			for _, written := range forms {
				require.True(t, slices.ContainsFunc(search.Stem(asked), func(stem string) bool { return slices.Contains(search.Stems(written), stem) }),
					"who looks for %s finds %s", asked, written)
			}
		}
	}
	require.NotEqual(t, search.Stem("паспорт"), search.Stem("жалоба"))
	require.Empty(t, search.Stem("на"))
}

func TestNamesAreFoundByTheirBeginnings(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"аиг", "аигу", "аигул", "аигуль", "ким"}, search.Names("Айгүль КИМ"))
	require.Equal(t, []string{"ли"}, search.Names("Ли"))
	require.Empty(t, search.Names(" — "))
}

func TestWhatIsLookedFor(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]search.Query{
		"8 701 123 45 67": {Number: "+77011234567"},
		"+7 701 1234567":  {Number: "+77011234567"},
		"900513000008":    {National: "900513000008"},
		"123 456 786":     {Case: "123456786"},
		"Айг Сер":         {Names: []string{"аиг", "сер"}, Stems: [][]string{{"аиг"}, {"сер"}}},
		"паспорта":        {Names: []string{"паспорта"}, Stems: [][]string{{"паспорт", "паспор"}}},
	} {
		got, err := search.Parse(text)
		require.NoError(t, err, text)
		if want.National != "" {
			got.Number = "" // twelve digits may be a telephone number as well
		}
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "  ", "12", "а", "+", string(make([]byte, 300))} {
		_, err := search.Parse(text)
		require.ErrorIs(t, err, search.ErrQuery, text)
	}
}
