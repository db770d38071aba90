package identity_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/citizen"
	"okno/internal/dialogue"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
	"okno/internal/seal"
)

var serik = citizen.Citizen{NationalNumber: "000101051361", Name: "Серик", Language: "ru"}

const first, second = "+77010000002", "+77010000003"

func bind(t *testing.T, db *store.Store, b citizen.Binding) (done citizen.Bound) {
	t.Helper()
	pgtest.Do(t, db, func(w *store.Work) (err error) {
		done, err = w.Bind(t.Context(), b)
		return err
	})
	return done
}

func known(t *testing.T, db *store.Store, number string) (k citizen.Known) {
	t.Helper()
	pgtest.Do(t, db, func(w *store.Work) (err error) {
		k, err = w.Known(t.Context(), number)
		return err
	})
	return k
}

// A number is one citizen's at a time. Each binding has how it was proved and by whom, and how it ended; who is to be told is known.
func TestABindingHasItsHistory(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	db := pgtest.Open(t, url)
	hers, his := save(t, db, aigul), save(t, db, serik)

	done := bind(t, db, citizen.Binding{Citizen: hers, Number: second, Proof: citizen.ByOTP, By: "client:portal"})
	require.Equal(t, citizen.Bound{New: true, Others: []citizen.Reach{{Number: first, Language: "kk"}}, Number: citizen.Reach{Number: second, Language: "kk"}}, done)
	require.Equal(t, hers, known(t, db, second).CitizenID)

	done = bind(t, db, citizen.Binding{Citizen: hers, Number: second, Proof: citizen.ByOperator, By: "agent:7"})
	require.False(t, done.New, "it is hers already")
	require.Empty(t, done.Again)

	done = bind(t, db, citizen.Binding{Citizen: his, Number: second, Proof: citizen.BySMS, By: "citizen"})
	require.Equal(t, hers, done.Was)
	require.Equal(t, []citizen.Reach{{Number: first, Language: "kk"}}, done.Theirs)
	require.Equal(t, his, known(t, db, second).CitizenID)

	pgtest.Do(t, db, func(w *store.Work) error {
		held, err := w.Bindings(t.Context(), hers)
		require.NoError(t, err)
		require.Len(t, held, 2)
		require.Equal(t, second, held[0].Number)
		require.Equal(t, citizen.ByOperator, held[0].Proof, "as it was proved last")
		require.Equal(t, citizen.Moved, held[0].EndedWhy)
		require.False(t, held[0].EndedAt.IsZero())
		require.Equal(t, first, held[1].Number)
		require.True(t, held[1].EndedAt.IsZero())

		_, err = w.Unbind(t.Context(), hers, second, "client:portal")
		require.ErrorIs(t, err, citizen.ErrNotBound, "it is not hers any more")
		_, err = w.Unbind(t.Context(), hers, "+77019999999", "client:portal")
		require.ErrorIs(t, err, citizen.ErrNotBound, "it is nobody's")
		told, err := w.Unbind(t.Context(), his, second, "agent:7")
		require.Equal(t, citizen.Reach{Number: second, Language: "ru"}, told)
		return err
	})
	require.Zero(t, known(t, db, second).CitizenID)
	deeds := pgtest.Value[[]string](t, url, `SELECT array_agg(action || ' ' || actor ORDER BY id) FROM audit WHERE action LIKE 'binding.%'`)
	require.Equal(t, []string{"binding.add okno", "binding.add client:portal", "binding.prove agent:7", "binding.end citizen", "binding.add citizen",
		"binding.end agent:7"}, deeds)
	require.NotContains(t, pgtest.Value[string](t, url, `SELECT string_agg(a::text, ' ') FROM audit a`), second[2:], "a number is in the journal")
}

// Telephone numbers of bindings and of what numbers have chosen stand nowhere in the open, are found all the same, and go on being found
// while keys rotate and afterwards.
func TestNumbersAreSealedAndTheirKeysRotate(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	db := pgtest.Open(t, url)
	const stranger, mute = "+77015550001", "+77015550002"
	hers := save(t, db, aigul)
	pgtest.Do(t, db, func(w *store.Work) error {
		return errors.Join(w.SetLanguage(t.Context(), stranger, dialogue.English), w.SetNotices(t.Context(), mute, true), w.SetLanguage(t.Context(), first, dialogue.Russian))
	})
	const all = `SELECT string_agg(x, ' ') FROM (
		SELECT b::text || encode(sealed_number, 'escape') AS x FROM bindings b UNION ALL SELECT s::text || encode(sealed_number, 'escape') FROM subscribers s) r`
	for _, number := range []string{first, stranger, mute} {
		require.NotContains(t, pgtest.Value[string](t, url, all), number[1:])
	}
	ring := func(ids ...string) *store.Store {
		var keys []seal.Key
		for _, id := range ids {
			keys = append(keys, seal.Key{ID: id, Secret: []byte("a secret for tests" + map[bool]string{true: "", false: id}[id == "test"])})
		}
		r, err := seal.NewRing(keys...)
		require.NoError(t, err)
		node, err := store.Open(url, store.Options{Keys: r})
		require.NoError(t, err)
		t.Cleanup(node.Close)
		return node
	}
	check := func(node *store.Store, when string) {
		t.Helper()
		require.Equal(t, hers, known(t, node, first).CitizenID, when)
		require.Equal(t, dialogue.Russian, known(t, node, first).Language, when)
		require.Equal(t, dialogue.English, known(t, node, stranger).Language, when)
		require.True(t, known(t, node, mute).Stopped, when)
	}
	check(db, "before")
	both := ring("2027", "test")
	check(both, "under the new key, before they rotate")
	done := bind(t, both, citizen.Binding{Citizen: hers, Number: first, Proof: citizen.ByOTP, By: "x"})
	require.False(t, done.New, "a number that is indexed by the older key is taken for another")
	pgtest.Do(t, both, func(w *store.Work) error { return w.SetLanguage(t.Context(), mute, dialogue.Kazakh) })
	require.True(t, known(t, both, mute).Stopped, "a STOP is forgotten")
	require.Equal(t, 3, pgtest.Value[int](t, url, `SELECT count(*) FROM subscribers`))
	_, err := both.RotateKeys(t.Context())
	require.NoError(t, err)
	check(both, "after they have rotated")
	check(ring("2027"), "without the older key")
	n, err := both.RotateKeys(t.Context())
	require.NoError(t, err)
	require.Zero(t, n)
}

// Numbers of an older schema are sealed by the migration.
func TestNumbersInTheOpenAreSealed(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	db := pgtest.Open(t, url)
	id := save(t, db, serik)
	pgtest.Exec(t, url, fmt.Sprintf(`INSERT INTO bindings (citizen_id, number, ended_at) SELECT %d, '+7701' || lpad(n::text, 7, '0'), CASE WHEN n > 1200 THEN now() END FROM generate_series(1, 1234) n`, id))
	pgtest.Exec(t, url, `INSERT INTO subscribers (number, language, notices_stopped_at) SELECT '+7701' || lpad(n::text, 7, '0'), 'kk', now() FROM generate_series(1, 1234) n`)
	pgtest.Seal(t, url)
	require.Zero(t, pgtest.Value[int](t, url, `SELECT (SELECT count(*) FROM bindings WHERE number IS NOT NULL) + (SELECT count(*) FROM subscribers WHERE number IS NOT NULL)`))
	k := known(t, db, "+77010001200")
	require.Equal(t, citizen.Known{CitizenID: id, Language: "kk", Stopped: true, Binding: k.Binding, HeardAt: k.HeardAt}, k)
	require.Zero(t, known(t, db, "+77010001201").CitizenID)
	n, err := db.SealNumbers(t.Context())
	require.NoError(t, err)
	require.Zero(t, n)
}

// A number whose SIM was swapped, that was given to somebody else, or that is silent proves nothing, until it is proved anew.
func TestTrustIsLowered(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	db := pgtest.Open(t, url)
	id := save(t, db, aigul)
	lower := func(number string, why citizen.Distrust) (lowered bool) {
		pgtest.Do(t, db, func(w *store.Work) (err error) {
			lowered, err = w.LowerTrust(t.Context(), number, why, "cli")
			return err
		})
		return lowered
	}
	require.Equal(t, citizen.ByNumber, known(t, db, first).Verification())
	require.True(t, lower(first, citizen.SIMSwapped))
	require.False(t, lower(first, citizen.Recycled), "it is lowered already")
	require.False(t, lower("+77019999999", citizen.Recycled), "it is nobody's")
	k := known(t, db, first)
	require.Equal(t, id, k.CitizenID)
	require.Equal(t, citizen.Nobody, k.Verification())

	require.Equal(t, citizen.SIMSwapped, bind(t, db, citizen.Binding{Citizen: id, Number: first, Proof: citizen.ByOTP, By: "client:portal"}).Again)
	require.Equal(t, citizen.ByNumber, known(t, db, first).Verification())

	silent := func() int {
		n, err := db.LowerSilent(t.Context(), time.Now().AddDate(-1, 0, 0), time.Now())
		require.NoError(t, err)
		return n
	}
	require.Zero(t, silent())
	pgtest.Exec(t, url, `UPDATE bindings SET heard_at = now() - interval '2 years'`)
	require.Equal(t, 1, silent())
	require.Equal(t, citizen.Nobody, known(t, db, first).Verification())
	require.Zero(t, silent())
	require.Equal(t, 3, pgtest.Value[int](t, url, `SELECT count(*) FROM audit WHERE action IN ('binding.distrust', 'binding.prove')`))
}

// Two nodes that bind a number to two citizens at once leave it with one of them, and no binding is lost.
func TestTwoNodesBindANumber(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	nodes := []*store.Store{pgtest.Open(t, url), pgtest.Open(t, url)}
	ids := []int64{save(t, nodes[0], aigul), save(t, nodes[0], serik)}
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			err := nodes[i%2].Do(t.Context(), func(w *store.Work) error {
				_, err := w.Bind(t.Context(), citizen.Binding{Citizen: ids[i/2%2], Number: second, Proof: citizen.ByOTP, By: "x"})
				return err
			})
			if err != nil {
				t.Errorf("bind: %v", err)
			}
		})
	}
	all.Wait()
	require.Contains(t, ids, known(t, nodes[0], second).CitizenID)
	require.Equal(t, 16, pgtest.Value[int](t, url, `SELECT count(*) FROM audit WHERE action IN ('binding.add', 'binding.prove') AND actor = 'x'`))
	require.Equal(t, 2, pgtest.Value[int](t, url, `SELECT count(*) FROM bindings WHERE ended_at IS NULL`))
}
