package search_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/cases"
	"okno/internal/citizen"
	"okno/internal/desk"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
	"okno/internal/privacy"
	"okno/internal/search"
)

func find(t *testing.T, db *store.Store, text string) desk.Found {
	t.Helper()
	q, err := search.Parse(text)
	require.NoError(t, err)
	found, err := db.Search(t.Context(), 1, q, desk.Page{Before: math.MaxInt64, Limit: 10})
	require.NoError(t, err)
	return found
}

func TestWhatIsSealedIsFound(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	db := pgtest.Open(t, url)
	l := pgtest.Live(t, db, url)
	pgtest.Exec(t, url, `UPDATE contacts SET state = 'connected', agent_id = 1`)
	pgtest.Do(t, db, func(w *store.Work) error { // somebody else, about something else
		id, err := w.SaveCitizen(t.Context(), citizen.Citizen{NationalNumber: "000101051361", Name: "Бахыт Серикулы"})
		require.NoError(t, err)
		_, err = w.OpenCase(t.Context(), cases.Opening{Kind: cases.Inquiry, CitizenID: id, Subject: "Справка о доходах", By: "test"})
		return err
	})
	for text, want := range map[string][2]int{ // citizens and cases
		pgtest.HerNumber:    {1, 1},
		"8 701 999 88 77":   {1, 1},
		pgtest.HerNational:  {1, 0},
		l.Case.Number:       {0, 1},
		"айг":               {1, 0},
		"АЙГҮЛЬ сериковна":  {1, 0},
		"сер":               {2, 0},
		"бахыт сер":         {1, 0},
		"айгуль бахыт":      {0, 0},
		"жалобы":            {0, 1},
		"жалоба на соседей": {0, 1},
		"справка":           {0, 1},
		"справка сосед":     {0, 0},
		"ермек":             {0, 1},
		"перфораторы":       {0, 1},
	} {
		found := find(t, db, text)
		require.Equal(t, want, [2]int{len(found.Citizens), len(found.Cases)}, text)
	}
	hers := find(t, db, "айгуль")
	require.Equal(t, []any{pgtest.HerName, l.Contact}, []any{hers.Citizens[0].Name, hers.Citizens[0].Contact}, "she is in the agent's hands")
	require.Equal(t, l.Contact, find(t, db, "жалоба").Cases[0].Contact)
	require.Zero(t, find(t, db, "бахыт").Citizens[0].Contact)
	require.Positive(t, pgtest.Value[int](t, url, `SELECT count(*) FROM audit WHERE action = 'citizen.found' AND (detail ->> 'citizen')::bigint = $1`, l.Citizen))
	require.Zero(t, pgtest.Value[int](t, url, `SELECT count(*) FROM audit WHERE detail::text ~ '(йгул|алоб)'`), "the journal has no words")

	pgtest.Exec(t, url, `UPDATE contacts SET state = 'ended'; UPDATE interactions SET ended_at = now()`)
	_, err := db.EraseCitizen(t.Context(), l.Citizen, "test", "asked for it", func(privacy.Erasure) error { return nil })
	require.NoError(t, err)
	require.Equal(t, desk.Found{}, find(t, db, pgtest.HerNumber))
	require.Empty(t, find(t, db, "айгуль").Citizens)
	require.Empty(t, find(t, db, "ермек").Cases)
}

// The index is by the key of today: it is made anew when keys rotate, and made when there was none.
func TestTheIndexRotates(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	db := pgtest.Open(t, url)
	pgtest.Live(t, db, url)
	pgtest.Exec(t, url, `DELETE FROM search_documents`)
	require.Empty(t, find(t, db, "айгуль").Citizens)
	n, err := db.IndexAll(t.Context())
	require.NoError(t, err)
	require.Equal(t, 2, n)
	require.Len(t, find(t, db, "айгуль").Citizens, 1)

	both := pgtest.OpenBy(t, url, pgtest.NextKey, pgtest.OldKey)
	require.Len(t, find(t, both, "айгуль").Citizens, 1, "by the old key")
	_, err = both.RotateKeys(t.Context())
	require.NoError(t, err)
	only := pgtest.OpenBy(t, url, pgtest.NextKey)
	require.Len(t, find(t, only, "айгуль").Citizens, 1)
	require.Len(t, find(t, only, "сосед").Cases, 1)
}

// Pages go on where the one before ended, whatever was added meanwhile.
func TestASearchGoesOnByPages(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	add := func(n int) {
		pgtest.Do(t, db, func(w *store.Work) error {
			for range n {
				if _, err := w.OpenCase(t.Context(), cases.Opening{Kind: cases.Inquiry, Subject: "вода", By: "test"}); err != nil {
					return err
				}
			}
			return nil
		})
	}
	add(25)
	q, err := search.Parse("вода")
	require.NoError(t, err)
	seen := map[int64]bool{}
	for before := int64(math.MaxInt64); ; {
		found, err := db.Search(t.Context(), 1, q, desk.Page{Kind: desk.FindCases, Before: before, Limit: 10})
		require.NoError(t, err)
		require.Nil(t, found.Citizens)
		if len(found.Cases) == 0 {
			break
		}
		for _, c := range found.Cases {
			require.False(t, seen[c.ID])
			seen[c.ID] = true
			before = c.ID
		}
		add(1)
	}
	require.Len(t, seen, 25)
}

// settled closes a node, whose connections then tell what they have read, and gives the sum.
func settled(t *testing.T, url string, db *store.Store) int64 {
	t.Helper()
	db.Close()
	const others = `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`
	require.Eventually(t, func() bool { return pgtest.Value[int](t, url, others) == 0 }, 20*time.Second, 10*time.Millisecond)
	return pgtest.Value[int64](t, url, `
		SELECT (SELECT coalesce(sum(seq_tup_read + idx_tup_fetch), 0) FROM pg_stat_user_tables)::bigint +
		       (SELECT coalesce(sum(idx_tup_read), 0) FROM pg_stat_user_indexes)::bigint`)
}

// A search looks at what it finds, with 100,000 citizens and as many cases there.
func TestSearchPlansHoldAsTablesGrow(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	db := pgtest.Open(t, url)
	l := pgtest.Live(t, db, url)
	pgtest.Exec(t, url, `
		WITH z AS (
			INSERT INTO citizens (national_index, sealed) SELECT sha256(n::text::bytea), 'x' FROM generate_series(1, 100000) n RETURNING id
		), b AS (INSERT INTO bindings (citizen_id, number) SELECT id, '+7702' || lpad(id::text, 7, '0') FROM z
		), c AS (
			INSERT INTO cases (number, kind, state, contact_index, sealed)
			SELECT lpad(n::text, 9, '0'), 'appeal', 'registered', sha256(n::text::bytea), 'x' FROM generate_series(1, 100000) n ON CONFLICT DO NOTHING RETURNING id
		)
		INSERT INTO search_documents (kind, owner_id, key_id, tokens)
		SELECT 'z'::"char", id, 'test', ARRAY[hashint8(id)::bigint, hashint8(id % 50000)::bigint] FROM z
		UNION ALL SELECT 'c'::"char", id, 'test', ARRAY[hashint8(id)::bigint, hashint8(id % 50000)::bigint] FROM c`)
	pgtest.Exec(t, url, `VACUUM ANALYZE`)
	before := settled(t, url, db)
	db = pgtest.Open(t, url)
	for _, text := range []string{"айгуль сериковна", "жалоба сосед", pgtest.HerNumber, pgtest.HerNational, l.Case.Number} {
		found := find(t, db, text)
		require.Positive(t, len(found.Citizens)+len(found.Cases), text)
	}
	require.Less(t, settled(t, url, db)-before, int64(2000), "rows and index entries that five searches look at")
}
