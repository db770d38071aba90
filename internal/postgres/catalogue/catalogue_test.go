package catalogue_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/catalogue"
	"okno/internal/citizen"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

func day(s string) time.Time {
	d, _ := time.Parse(time.DateOnly, s)
	return d
}

func service(code, name string) catalogue.FileService {
	s := catalogue.FileService{Code: code, Category: "c", Agency: "moj", Stage: 5, Owner: "o", ValidFrom: "2026-01-01", ValidUntil: "2027-12-31",
		ReviewBy: "2027-06-30", Texts: map[dialogue.Language]catalogue.Text{}}
	for _, l := range dialogue.Languages {
		s.Texts[l] = catalogue.Text{Name: name, Short: name, Spoken: name, Keywords: []string{name}}
	}
	return s
}

func file(services ...catalogue.FileService) catalogue.File {
	return catalogue.File{Services: services, Agencies: map[string]map[dialogue.Language]string{"moj": {"kk": "Ә", "ru": "М", "en": "J"}}}
}

func keep(t testing.TB, db *store.Store, f catalogue.File, by, why string) (changes []catalogue.Change) {
	t.Helper()
	services, problems := f.Check(func(string) int { return 1 }, nil)
	require.Empty(t, problems)
	pgtest.Do(t, db, func(w *store.Work) (err error) {
		changes, err = f.Keep(t.Context(), w, services, by, why)
		return err
	})
	return changes
}

// An import is one change with its author; the same import again is none; and what was told on a day can be shown.
func TestServicesHaveVersions(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	db := pgtest.Open(t, url)
	require.Len(t, keep(t, db, file(service("031", "справка"), service("032", "выписка")), "cli:anna", "first"), 2)
	require.Empty(t, keep(t, db, file(service("031", "справка"), service("032", "выписка")), "cli:anna", "again"))
	pgtest.Exec(t, url, `UPDATE service_versions SET at = now() - interval '3 days'`)
	require.Len(t, keep(t, db, file(service("031", "новая справка")), "agent:7", "a new law"), 1)

	all, err := db.Services(t.Context())
	require.NoError(t, err)
	require.Len(t, all, 2, "what a file does not name stays")
	require.Equal(t, "новая справка", all[0].Texts["ru"].Title)
	require.Equal(t, []int{2, 1}, []int{all[0].Version, all[1].Version})

	editions, err := db.Editions(t.Context(), "031")
	require.NoError(t, err)
	require.Len(t, editions, 2)
	require.Equal(t, "agent:7 a new law", editions[0].By+" "+editions[0].Why)
	before, err := db.EditionAt(t.Context(), "031", time.Now().AddDate(0, 0, -1))
	require.NoError(t, err)
	require.Equal(t, "справка", before.Service.Texts["ru"].Name)
	require.Equal(t, day("2027-12-31"), before.Service.ValidUntil)
	_, err = db.EditionAt(t.Context(), "031", time.Now().AddDate(0, 0, -9))
	require.ErrorIs(t, err, catalogue.ErrUnknown)
	require.Equal(t, 2, pgtest.Value[int](t, url, `SELECT count(*) FROM audit WHERE action = 'catalogue.change'`))

	err = db.Do(t.Context(), func(w *store.Work) error {
		long := file(service("0311", "x"))
		services, _ := long.Check(func(string) int { return 1 }, nil)
		_, err := long.Keep(t.Context(), w, services, "cli", "")
		return err
	})
	require.ErrorIs(t, err, catalogue.ErrCodes)
}

// Two administrators import at once: each change is a version, none is lost.
func TestTwoImportsAtOnce(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	keep(t, pgtest.Open(t, url), file(service("031", "справка")), "cli", "")
	var both sync.WaitGroup
	for n := range 2 {
		db := pgtest.Open(t, url)
		both.Go(func() {
			for i := range 10 {
				keep(t, db, file(service("031", fmt.Sprintf("справка %d.%d", n, i))), "cli", "")
			}
		})
	}
	both.Wait()
	editions, err := pgtest.Open(t, url).Editions(t.Context(), "031")
	require.NoError(t, err)
	require.Len(t, editions, 21)
	require.Equal(t, 21, editions[0].Service.Version)
}

// Five thousand services are imported in one transaction, and read whole.
func BenchmarkImport5000(b *testing.B) {
	url := pgtest.URL(b)
	db := pgtest.Open(b, url)
	for n := 0; b.Loop(); n++ {
		var all []catalogue.FileService
		for i := range 5000 {
			all = append(all, service(fmt.Sprintf("%04d", i), fmt.Sprintf("услуга %d %d", i, n)))
		}
		require.Len(b, keep(b, db, file(all...), "cli", ""), 5000)
	}
}

// What one citizen asked in vain is shown to nobody; what several asked is, until their conversations are erased.
func TestQuestionsInVainAreThoseOfSeveral(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	db := pgtest.Open(t, url)
	ask := func(number, query, code string) (interaction int64) {
		pgtest.Do(t, db, func(w *store.Work) (err error) {
			interaction, err = w.OpenInteraction(context.Background(), conversation.Interaction{Channel: dialogue.SMS, Number: number, Language: "ru", Verification: citizen.Nobody})
			require.NoError(t, err)
			return w.NoteAsked(t.Context(), catalogue.Asked{Interaction: interaction, Channel: dialogue.SMS, Language: "ru", Query: query, Code: code})
		})
		return interaction
	}
	for i := range 3 {
		ask(fmt.Sprintf("+7701000000%d", i), "замена труб", "")
		ask(fmt.Sprintf("+7701000001%d", i), "", "031")
	}
	only := ask("+77010000020", "айгуль бекова", "")
	pgtest.Do(t, db, func(w *store.Work) error {
		for range 5 {
			require.NoError(t, w.NoteAsked(t.Context(), catalogue.Asked{Interaction: only, Channel: dialogue.SMS, Language: "ru", Query: "айгуль бекова"}))
		}
		return nil
	})
	found, err := db.VainQuestions(t.Context(), time.Now().Add(-time.Hour), 10)
	require.NoError(t, err)
	require.Equal(t, []catalogue.VainQuestion{{Query: "замена труб", Language: "ru", Times: 3, Citizens: 3}}, found)

	for range 2 { // counted again it is the same
		require.NoError(t, db.CountAsks(t.Context(), time.Now()))
	}
	use, err := db.ServiceUse(t.Context(), time.Now().AddDate(0, 0, -1))
	require.NoError(t, err)
	require.Equal(t, map[string]int{"031": 3}, use)

	require.NotContains(t, pgtest.Dump(t, url), "замена труб")
	pgtest.Exec(t, url, `DELETE FROM data_keys`)
	found, err = db.VainQuestions(t.Context(), time.Now().Add(-time.Hour), 10)
	require.NoError(t, err)
	require.Empty(t, found)
}
