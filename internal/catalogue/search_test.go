package catalogue_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/catalogue"
	"okno/internal/dialogue"
)

// full is a service with all texts in three languages.
func full(code, kk, ru, en string) catalogue.Service {
	s := catalogue.Service{Code: code, Category: "c", Agency: "moj", Stage: catalogue.StageResult, Owner: "o", ValidFrom: day("2026-01-01"),
		ValidUntil: day("2027-12-31"), ReviewBy: day("2027-06-30"), Texts: map[dialogue.Language]catalogue.Text{}}
	for l, name := range map[dialogue.Language]string{dialogue.Kazakh: kk, dialogue.Russian: ru, dialogue.English: en} {
		s.Texts[l] = catalogue.Text{Name: name, Title: name, Short: name, Spoken: name, Documents: "d", Fee: "f", Term: "t", Place: "p",
			Form: "example/" + code, Keywords: []string{name}}
	}
	return s
}

func TestSearchFindsWhatAPersonTypes(t *testing.T) {
	t.Parallel()
	x := catalogue.NewIndex([]catalogue.Service{
		full("031", "Соттылық туралы анықтама", "Справка о судимости", "Criminal record certificate"),
		full("028", "Неке бұзу туралы куәлік", "Свидетельство о расторжении брака", "Divorce certificate"),
		full("029", "Неке қию туралы куәлік", "Свидетельство о заключении брака", "Marriage certificate"),
		full("102", "Жүргізуші куәлігі", "Водительское удостоверение", "Driving licence"),
	}, map[string]int{"029": 7, "028": 2}, func() time.Time { return day("2026-11-21") })
	for query, want := range map[string][]string{
		"031":                {"031"},
		"02":                 {"028", "029"},
		"судимость":          {"031"},
		"судимсоть":          {"031"}, // swapped
		"судмости":           {"031"}, // missing
		"водительскае":       {"102"}, // wrong
		"водит":              {"102"}, // still being typed
		"брак":               {"029", "028"},
		"расторжение":        {"028"},
		"сотылык":            {"031"}, // without Kazakh letters, and one missing
		"жургизуши":          {"102"},
		"certificate":        {"031", "029", "028"},
		"certifcate mariage": {"029", "028", "031"},
		"driv":               {"102"},
		"абракадабра":        {},
		"9":                  {},
		"":                   {},
	} {
		found := codes(x.Search(query, dialogue.Russian, 20))
		if query == "certificate" {
			slices.Sort(found)
			slices.Sort(want)
		}
		require.Equal(t, want, found, query)
	}
	require.Len(t, x.Search("certificate", dialogue.English, 2), 2)
}

// What expired yesterday is not told: neither by its code nor by its words, and whoever asks learns that it is being renewed.
func TestNothingExpiredIsFound(t *testing.T) {
	t.Parallel()
	now := day("2026-11-21")
	old, coming := full("040", "ескі", "прежняя справка", "former"), full("041", "жаңа", "будущая справка", "coming")
	old.ValidUntil, coming.ValidFrom = day("2026-11-20"), day("2026-11-22")
	x := catalogue.NewIndex([]catalogue.Service{old, coming}, nil, func() time.Time { return now })
	for _, query := range []string{"040", "прежняя", "справка 040", "041", "будущая"} {
		require.Empty(t, x.Find(query, dialogue.Russian), query)
		require.Empty(t, x.Search(query, dialogue.Russian, 5), query)
		code, renewed := x.Renewed(query, dialogue.Russian)
		require.Equal(t, query != "041" && query != "будущая", renewed, query)
		if renewed {
			require.Equal(t, "040", code)
		}
	}
	_, ok := x.Service("040")
	require.False(t, ok)
	now = day("2026-11-20")
	require.Len(t, x.Find("040", dialogue.Russian), 1)
	require.Empty(t, x.Categories()[1:])
}

// region makes a catalogue of so many services, of words that are like those of a language.
func region(services int) []catalogue.Service {
	random := rand.New(rand.NewPCG(1, 2))
	syllables := []string{"ка", "ро", "ли", "ста", "во", "ние", "пра", "до", "ме", "ту", "ре", "ги", "за", "пи", "су", "би"}
	words := make([]string, 6000)
	for i := range words {
		for range 2 + random.IntN(4) {
			words[i] += syllables[random.IntN(len(syllables))]
		}
	}
	all := make([]catalogue.Service, services)
	for i := range all {
		name := func() string {
			text := ""
			for range 5 {
				text += words[random.IntN(len(words))] + " "
			}
			return text
		}
		all[i] = full(fmt.Sprintf("%04d", i), name(), name(), name())
	}
	return all
}

func BenchmarkIndex5000(b *testing.B) {
	all := region(5000)
	for b.Loop() {
		catalogue.NewIndex(all, nil, time.Now)
	}
}

func BenchmarkFind5000(b *testing.B) {
	all := region(5000)
	x := catalogue.NewIndex(all, nil, func() time.Time { return day("2026-11-21") })
	for name, query := range map[string]string{"code": "0031", "word": all[77].Texts[dialogue.Russian].Name, "slip": "каролистрво", "vain": "абракадабра щщщ"} {
		b.Run(name, func(b *testing.B) {
			var worst time.Duration
			for b.Loop() {
				began := time.Now()
				x.Search(query, dialogue.Russian, 20)
				worst = max(worst, time.Since(began))
			}
			b.ReportMetric(float64(worst.Microseconds()), "µs-worst")
		})
	}
}
