package seal_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/seal"
)

var (
	first  = seal.Key{ID: "2026", Secret: []byte("the first secret")}
	second = seal.Key{ID: "2027", Secret: []byte("the second secret")}
)

func ring(t testing.TB, keys ...seal.Key) *seal.Ring {
	t.Helper()
	r, err := seal.NewRing(keys...)
	require.NoError(t, err)
	return r
}

func TestWhatIsSealedOpensAtItsPlaceOnly(t *testing.T) {
	t.Parallel()
	r := ring(t, first)
	key, wrapped, err := r.NewDataKey()
	require.NoError(t, err)
	sealed := key.Seal("citizen:7", []byte("Айгуль"))
	require.NotContains(t, string(sealed), "Айгуль")
	require.NotEqual(t, sealed, key.Seal("citizen:7", []byte("Айгуль")), "a nonce comes twice")
	again, err := r.Unwrap(wrapped)
	require.NoError(t, err)
	plain, err := again.Open("citizen:7", sealed)
	require.NoError(t, err)
	require.Equal(t, "Айгуль", string(plain))
	other, _, err := r.NewDataKey()
	require.NoError(t, err)
	for name, open := range map[string]func() ([]byte, error){
		"another place": func() ([]byte, error) { return key.Open("citizen:8", sealed) },
		"another key":   func() ([]byte, error) { return other.Open("citizen:7", sealed) },
		"cut":           func() ([]byte, error) { return key.Open("citizen:7", sealed[:len(sealed)-1]) },
		"changed": func() ([]byte, error) {
			return key.Open("citizen:7", append(bytes.Clone(sealed[:len(sealed)-1]), sealed[len(sealed)-1]^1))
		},
		"empty": func() ([]byte, error) { return key.Open("citizen:7", nil) },
	} {
		_, err := open()
		require.ErrorIs(t, err, seal.ErrBroken, name)
	}
}

// A new master key opens what the one before wrapped, and once everything is wrapped anew the old one may go.
func TestTheRingTurns(t *testing.T) {
	t.Parallel()
	old, both, fresh := ring(t, first), ring(t, second, first), ring(t, second)
	key, wrapped, err := old.NewDataKey()
	require.NoError(t, err)
	sealed := key.Seal("x", []byte("y"))
	require.Equal(t, "2026", wrapped.KeyID())
	_, err = fresh.Unwrap(wrapped)
	require.ErrorIs(t, err, seal.ErrUnknownKey)
	again, changed, err := both.Rewrap(wrapped)
	require.NoError(t, err)
	require.True(t, changed)
	require.Equal(t, "2027", again.KeyID())
	_, changed, err = both.Rewrap(again)
	require.NoError(t, err)
	require.False(t, changed)
	key, err = fresh.Unwrap(again)
	require.NoError(t, err)
	plain, err := key.Open("x", sealed)
	require.NoError(t, err)
	require.Equal(t, "y", string(plain))
	require.Contains(t, both.Indexes("national", "900513000008"), old.Index("national", "900513000008"), "what the old key indexed is found")
	require.Equal(t, fresh.Index("national", "900513000008"), both.Index("national", "900513000008"))
}

func TestIndexesTellNothing(t *testing.T) {
	t.Parallel()
	r := ring(t, first)
	require.Equal(t, r.Index("national", "1"), r.Index("national", "1"))
	require.NotEqual(t, r.Index("national", "1"), r.Index("number", "1"))
	require.NotEqual(t, r.Index("national", "1"), r.Index("national", "2"))
	require.NotEqual(t, r.Index("national", "1"), ring(t, second).Index("national", "1"))
}

func TestRingsThatAreNone(t *testing.T) {
	t.Parallel()
	for name, keys := range map[string][]seal.Key{
		"no key":       {},
		"no id":        {{Secret: first.Secret}},
		"a long id":    {{ID: string(make([]byte, 33)), Secret: first.Secret}},
		"short secret": {{ID: "1", Secret: []byte("guess me")}},
		"twice":        {first, first},
	} {
		_, err := seal.NewRing(keys...)
		require.Error(t, err, name)
	}
}

func FuzzUnwrap(f *testing.F) {
	r := ring(f, first)
	_, wrapped, err := r.NewDataKey()
	require.NoError(f, err)
	f.Add([]byte(wrapped))
	f.Add([]byte{})
	f.Add([]byte{255, 1})
	f.Fuzz(func(t *testing.T, w []byte) {
		_, err := r.Unwrap(w)
		if err == nil && !bytes.Equal(w, wrapped) {
			t.Fatalf("a key that was never wrapped: %x", w)
		}
		_ = seal.Wrapped(w).KeyID()
	})
}
