package catalogue_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/catalogue"
	"okno/internal/dialogue"
)

func TestTheMonitorFindsWhatIsStale(t *testing.T) {
	t.Parallel()
	const today = "2026-11-21"
	var all []catalogue.Service
	add := func(code string, change func(*catalogue.Service)) {
		s := full(code, "а", "б", "в")
		change(&s)
		all = append(all, s)
	}
	text := func(s *catalogue.Service, l dialogue.Language, change func(*catalogue.Text)) {
		text := s.Texts[l]
		change(&text)
		s.Texts[l] = text
	}
	add("001", func(*catalogue.Service) {})
	add("002", func(s *catalogue.Service) { s.ValidUntil = day("2026-11-20") })
	add("003", func(s *catalogue.Service) { s.ValidUntil = day(today) })
	add("004", func(s *catalogue.Service) { s.ReviewBy = day(today) })
	add("005", func(s *catalogue.Service) { delete(s.Texts, dialogue.Kazakh) })
	add("006", func(s *catalogue.Service) { text(s, dialogue.English, func(t *catalogue.Text) { t.Fee = "" }) })
	add("007", func(s *catalogue.Service) { text(s, dialogue.Russian, func(t *catalogue.Text) { t.Keywords = nil }) })
	add("008", func(s *catalogue.Service) { s.Stage = catalogue.StageInformation })
	add("009", func(s *catalogue.Service) { text(s, dialogue.Russian, func(t *catalogue.Text) { t.Form = "" }) })
	add("010", func(s *catalogue.Service) {
		text(s, dialogue.Russian, func(t *catalogue.Text) { t.Short += string(make([]rune, 200)) })
	})
	add("011", func(s *catalogue.Service) {
		text(s, dialogue.Russian, func(t *catalogue.Text) { t.Spoken = "без звука" })
	})
	x := catalogue.NewIndex(all, map[string]int{"003": 1, "009": 9}, func() time.Time { return day(today) })
	m := catalogue.Monitor{Segments: one, HasClip: func(_ dialogue.Language, text string) bool { return text != "без звука" }}
	found := m.Findings(x, []catalogue.VainQuestion{{Query: "замена труб", Language: dialogue.Russian, Times: 5}})
	said := map[string]bool{}
	for _, f := range found {
		said[f.String()] = true
	}
	require.Equal(t, map[string]bool{
		"service 002: expired: since 2026-11-20":                       true,
		"service 003: expires_soon: on 2026-11-21":                     true,
		"service 004: review_due: since 2026-11-21":                    true,
		"service 005: incomplete: kk":                                  true,
		"service 006: incomplete: en.fee":                              true,
		"service 007: incomplete: ru.keywords":                         true,
		"service 008: contradict_stage: kk.form: stage 1, and a form":  true,
		"service 008: contradict_stage: ru.form: stage 1, and a form":  true,
		"service 008: contradict_stage: en.form: stage 1, and a form":  true,
		"service 009: contradict_stage: ru.form: stage 5, and no form": true,
		"service 010: too_long: ru.short: 3 segments":                  true,
		"service 011: no_clip: ru.spoken":                              true,
		"asked_in_vain: ru: замена труб":                               true,
	}, said)
	require.Equal(t, catalogue.Expired, found[0].Kind, "the worst first")
	require.Equal(t, "009", found[6].Code, "what is asked for most first")
	counts := catalogue.Counts(found)
	require.Equal(t, 4, counts[catalogue.ContradictStage])
	require.Len(t, counts, len(catalogue.FindingKinds))
	require.Empty(t, catalogue.Monitor{Segments: one}.Findings(catalogue.NewIndex(all[:1], nil, func() time.Time { return day(today) }), nil))
}
