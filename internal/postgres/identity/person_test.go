package identity_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/citizen"
	"okno/internal/postgres/identity"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
	"okno/internal/seal"
)

var aigul = citizen.Citizen{NationalNumber: "900513000008", Name: "Айгуль Сериковна", Language: "kk", Numbers: []string{"+77010000002"}}

func save(t *testing.T, db *store.Store, c citizen.Citizen) (id int64) {
	t.Helper()
	pgtest.Do(t, db, func(w *store.Work) (err error) {
		id, err = w.SaveCitizen(t.Context(), c)
		return err
	})
	return id
}

// open gives what is sealed of a citizen, as a node with a ring opens it.
func open(t *testing.T, url string, ring *seal.Ring, id int64) (identity.Person, error) {
	t.Helper()
	key := pgtest.Value[[]byte](t, url, fmt.Sprintf(`SELECT wrapped FROM data_keys WHERE kind = 'z' AND owner_id = %d`, id))
	sealed := pgtest.Value[[]byte](t, url, fmt.Sprintf(`SELECT sealed FROM citizens WHERE id = %d`, id))
	return identity.OpenPerson(ring, id, key, sealed)
}

// Who a citizen is stands nowhere in the open, and is found and renewed by the national number all the same.
func TestCitizensAreSealed(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	db := pgtest.Open(t, url)
	id := save(t, db, aigul)
	row := pgtest.Value[string](t, url, `SELECT c::text || encode(sealed, 'escape') FROM citizens c`)
	require.NotContains(t, row, aigul.NationalNumber)
	require.NotContains(t, row, "Айгуль")
	require.NotContains(t, row, `\320\220\320\271`) // her name begins so, in octets
	renamed := aigul
	renamed.Name = "Айгуль Ахметова"
	require.Equal(t, id, save(t, db, renamed), "she is found again")
	person, err := open(t, url, pgtest.Keys, id)
	require.NoError(t, err)
	require.Equal(t, identity.Person{NationalNumber: aigul.NationalNumber, Name: "Айгуль Ахметова"}, person)

	other := save(t, db, citizen.Citizen{NationalNumber: "000101051361", Name: "Другая"})
	pgtest.Exec(t, url, fmt.Sprintf(`
		UPDATE data_keys k SET wrapped = o.wrapped FROM data_keys o WHERE k.kind = 'z' AND k.owner_id = %[1]d AND o.kind = 'z' AND o.owner_id = %[2]d;
		UPDATE citizens c SET sealed = o.sealed FROM citizens o WHERE c.id = %[1]d AND o.id = %[2]d`, other, id))
	_, err = open(t, url, pgtest.Keys, other)
	require.ErrorIs(t, err, seal.ErrBroken, "what is one citizen's opens in no other row")
	pgtest.Exec(t, url, `UPDATE data_keys SET wrapped = 'x'`)
	_, err = open(t, url, pgtest.Keys, id)
	require.ErrorIs(t, err, seal.ErrBroken, "without the data key nobody opens it")
}

// Two nodes that add a citizen at once add one.
func TestACitizenIsAddedOnce(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	nodes := []*store.Store{pgtest.Open(t, url), pgtest.Open(t, url)}
	ids := make([]int64, 12)
	var all sync.WaitGroup
	for i := range ids {
		all.Go(func() {
			err := nodes[i%2].Do(t.Context(), func(w *store.Work) (err error) {
				ids[i], err = w.SaveCitizen(t.Context(), aigul)
				return err
			})
			if err != nil {
				t.Errorf("save: %v", err)
			}
		})
	}
	all.Wait()
	for _, id := range ids {
		require.Equal(t, ids[0], id)
	}
	require.Equal(t, 1, pgtest.Value[int](t, url, `SELECT count(*) FROM citizens`))
}

// Rows of an older schema are sealed by the migration, once.
func TestWhatIsInTheOpenIsSealed(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	db := pgtest.Open(t, url)
	const many = 1234 // more than two batches
	pgtest.Exec(t, url, fmt.Sprintf(`INSERT INTO citizens (national_number, name) SELECT lpad(n::text, 12, '0'), 'Имя ' || n FROM generate_series(1, %d) n`, many))
	_, err := db.Migrate(t.Context())
	require.NoError(t, err)
	require.Zero(t, pgtest.Value[int](t, url, `SELECT count(*) FROM citizens WHERE national_number IS NOT NULL OR name IS NOT NULL`))
	last := pgtest.Value[int64](t, url, `SELECT max(id) FROM citizens`)
	person, err := open(t, url, pgtest.Keys, last)
	require.NoError(t, err)
	require.Equal(t, "Имя "+fmt.Sprint(many), person.Name)
	n, err := db.SealCitizens(t.Context())
	require.NoError(t, err)
	require.Zero(t, n)
}

// More citizens than one transaction takes are rotated, each once.
func TestKeysOfManyRotate(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	const many = 1234
	pgtest.Exec(t, url, fmt.Sprintf(`INSERT INTO citizens (national_number, name) SELECT lpad(n::text, 12, '0'), 'Имя ' || n FROM generate_series(1, %d) n`, many))
	_, err := pgtest.Open(t, url).SealCitizens(t.Context())
	require.NoError(t, err)
	both, err := seal.NewRing(seal.Key{ID: "2027", Secret: []byte("the secret of the next year")}, seal.Key{ID: "test", Secret: []byte("a secret for tests")})
	require.NoError(t, err)
	node, err := store.Open(url, store.Options{Keys: both})
	require.NoError(t, err)
	t.Cleanup(node.Close)
	n, err := node.RotateKeys(t.Context())
	require.NoError(t, err)
	require.Equal(t, many, n)
	require.Zero(t, pgtest.Value[int](t, url, `SELECT count(*) FROM data_keys WHERE substr(wrapped, 2, 4) <> '2027'::bytea`))
}

// A new master key goes on every node; then the data keys are wrapped anew while nodes serve, and the old key is of no use any more.
func TestKeysRotate(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	id := save(t, pgtest.Open(t, url), aigul)
	old, fresh := seal.Key{ID: "test", Secret: []byte("a secret for tests")}, seal.Key{ID: "2027", Secret: []byte("the secret of the next year")}
	both, err := seal.NewRing(fresh, old)
	require.NoError(t, err)
	node, err := store.Open(url, store.Options{Keys: both})
	require.NoError(t, err)
	t.Cleanup(node.Close)
	require.Equal(t, id, save(t, node, aigul), "found by the index of the old key")
	n, err := node.RotateKeys(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, n)
	n, err = node.RotateKeys(t.Context())
	require.NoError(t, err)
	require.Zero(t, n)
	only, err := seal.NewRing(fresh)
	require.NoError(t, err)
	person, err := open(t, url, only, id)
	require.NoError(t, err)
	require.Equal(t, aigul.Name, person.Name)
	_, err = open(t, url, pgtest.Keys, id)
	require.ErrorIs(t, err, seal.ErrUnknownKey)
	later, err := store.Open(url, store.Options{Keys: only})
	require.NoError(t, err)
	t.Cleanup(later.Close)
	require.Equal(t, id, save(t, later, aigul), "found by the index of the new key")
}
