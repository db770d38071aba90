package identity_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/citizen"
	"okno/internal/dialogue"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

type told struct{}

func (told) BoundText(_ dialogue.Language, number string) string { return "bound " + number }

func (told) UnboundText(_ dialogue.Language, number string) string { return "unbound " + number }

func importer(db *store.Store) *citizen.Importer {
	units := func(ctx context.Context, fn func(citizen.ImportWork) error) error {
		return db.Do(ctx, func(w *store.Work) error { return fn(w) })
	}
	return citizen.NewImporter(units, citizen.NewRegistrar(told{}, func(string) int { return 1 }, time.Now))
}

// A register is taken over all or not at all, changes nothing the second time, and takes nobody's number without being told to.
func TestARegisterIsTakenOver(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	db := pgtest.Open(t, url)
	hers := save(t, db, aigul)
	read := func(lines ...string) []citizen.Registered {
		all, err := citizen.ReadRegister(strings.NewReader("national_number,kind,name,language,numbers\n" + strings.Join(lines, "\n")))
		require.NoError(t, err)
		return all
	}
	count := func() [3]int {
		return [3]int{pgtest.Value[int](t, url, `SELECT count(*) FROM citizens`), pgtest.Value[int](t, url, `SELECT count(*) FROM bindings`),
			pgtest.Value[int](t, url, `SELECT count(*) FROM audit`)}
	}
	before := count()
	good := "000101051361,,Серик,ru,+77010000003"
	_, err := importer(db).Register(t.Context(), read(good, "112-233-445 95,snils,Иванов,ru,"+first), citizen.Import{By: "cli"})
	require.ErrorIs(t, err, citizen.ErrOthers)
	require.EqualError(t, err, "line 3: numbers: one of them is bound to another citizen")
	require.Equal(t, before, count(), "nothing of it is there")

	all := read(good, "900513000008,iin,Айгуль,kk,"+first)
	done, err := importer(db).Register(t.Context(), all, citizen.Import{By: "cli", Dry: true})
	require.NoError(t, err)
	require.Equal(t, citizen.Imported{Added: 1, Renewed: 1, Bound: 1}, done)
	require.Equal(t, before, count(), "a dry run changes nothing")
	done, err = importer(db).Register(t.Context(), all, citizen.Import{By: "cli"})
	require.NoError(t, err)
	require.Equal(t, citizen.Imported{Added: 1, Renewed: 1, Bound: 1}, done)
	require.Equal(t, "import", pgtest.Value[string](t, url, `SELECT proof FROM bindings ORDER BY id DESC LIMIT 1`))
	after := count()
	done, err = importer(db).Register(t.Context(), all, citizen.Import{By: "cli"})
	require.NoError(t, err)
	require.Equal(t, citizen.Imported{Renewed: 2}, done)
	require.Equal(t, after, count(), "the second time changes nothing")
	require.Zero(t, pgtest.Value[int](t, url, `SELECT count(*) FROM mt_messages`), "a first import tells nobody")

	_, err = importer(db).Register(t.Context(), read("112-233-445 95,snils,Иванов,ru,"+first), citizen.Import{By: "cli", Move: true})
	require.NoError(t, err)
	require.NotEqual(t, hers, known(t, db, first).CitizenID)
	require.Equal(t, []string{"unbound +7701•••0002"}, pgtest.Texts(t, url, "true"))
}

// An operator's list lowers the trust in what is bound, all or nothing.
func TestAnOperatorsListIsTakenOver(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	db := pgtest.Open(t, url)
	save(t, db, aigul)
	list := []citizen.Distrusted{{Line: 2, Number: first, Why: citizen.SIMSwapped}, {Line: 3, Number: "+77019999999", Why: citizen.Recycled}}
	n, err := importer(db).Distrust(t.Context(), list, citizen.Import{By: "cli", Dry: true})
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.Equal(t, citizen.ByNumber, known(t, db, first).Verification())
	n, err = importer(db).Distrust(t.Context(), list, citizen.Import{By: "cli"})
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.Equal(t, citizen.Nobody, known(t, db, first).Verification())
	n, err = importer(db).Distrust(t.Context(), list, citizen.Import{By: "cli"})
	require.NoError(t, err)
	require.Zero(t, n)
	all, err := citizen.ReadRegister(strings.NewReader("national_number,name,numbers\n900513000008,Айгуль," + first))
	require.NoError(t, err)
	_, err = importer(db).Register(t.Context(), all, citizen.Import{By: "cli"})
	require.NoError(t, err)
	require.Equal(t, citizen.Nobody, known(t, db, first).Verification(), "a register may be older than the list")
}
