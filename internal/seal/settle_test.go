package seal_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/seal"
)

// A value is looked for by each key under which it may stand, and by no other; what any key has sealed opens still.
func TestTheRingSettles(t *testing.T) {
	t.Parallel()
	now := time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)
	long, lately := now.Add(-seal.Settling-time.Hour), now.Add(-time.Hour)
	fallback := seal.Key{ID: "secret", Secret: []byte("what comes of the secret"), Fallback: true}
	for name, c := range map[string]struct {
		keys []seal.Key
		uses []seal.Use
		stay []string
	}{
		"nothing is known":                        {[]seal.Key{second, first}, nil, []string{"2027", "2026"}},
		"a fallback that was never in use":        {[]seal.Key{first, fallback}, []seal.Use{{KeyID: "2026", At: now}}, []string{"2026"}},
		"a fallback in use":                       {[]seal.Key{first, fallback}, []seal.Use{{KeyID: "secret", At: long}}, []string{"2026", "secret"}},
		"a fallback alone":                        {[]seal.Key{fallback}, nil, []string{"secret"}},
		"a fallback, and what nobody has noted":   {[]seal.Key{first, fallback}, []seal.Use{{At: long}}, []string{"2026", "secret"}},
		"what nobody has noted was sealed anew":   {[]seal.Key{first, fallback}, []seal.Use{{At: long, RetiredAt: long}}, []string{"2026"}},
		"retired a while ago":                     {[]seal.Key{second, first}, []seal.Use{{KeyID: "2026", At: long, RetiredAt: lately}}, []string{"2027", "2026"}},
		"retired long ago":                        {[]seal.Key{second, first}, []seal.Use{{KeyID: "2026", At: long, RetiredAt: long}}, []string{"2027"}},
		"retired long ago, and used all the same": {[]seal.Key{second, first}, []seal.Use{{KeyID: "2026", At: lately, RetiredAt: long}}, []string{"2027", "2026"}},
		"a new key is put second":                 {[]seal.Key{first, second}, []seal.Use{{KeyID: "2026", At: now}}, []string{"2026", "2027"}},
		"its own key is never dropped":            {[]seal.Key{first}, []seal.Use{{KeyID: "2026", At: long, RetiredAt: long}}, []string{"2026"}},
	} {
		r := ring(t, c.keys...)
		old := ring(t, c.keys[len(c.keys)-1])
		all := r.Indexes(seal.TelephoneNumber, "+77011234567")
		require.Len(t, all, len(c.keys), name)
		require.Equal(t, c.stay, r.Settle(c.uses, now), name)
		found := r.Indexes(seal.TelephoneNumber, "+77011234567")
		require.Equal(t, all[:len(c.stay)], found, name)
		require.Equal(t, all, r.EveryIndex(seal.TelephoneNumber, "+77011234567"), name)
		require.Len(t, r.Indexes("national", "900513000008"), len(c.stay), name)
		one, before := r.IndexAndBefore(seal.TelephoneNumber, "+77011234567")
		require.Equal(t, [][]byte{all[0], all[len(c.stay)-1]}, [][]byte{one, before}, name)
		plain, err := r.Open("x", old.Seal("x", []byte("y")))
		require.NoError(t, err, name)
		require.Equal(t, "y", string(plain), name)
	}
}

// The indexes that are remembered are those of their value, however many values come, from many goroutines, while keys are dropped.
func TestIndexesAreRemembered(t *testing.T) {
	t.Parallel()
	r, alone := ring(t, second, first), ring(t, second)
	now := time.Now()
	done := make(chan bool)
	for g := range 4 {
		go func() {
			defer func() { done <- true }()
			for n := range 3000 {
				number := "+7701" + string(rune('0'+g)) + string(rune('0'+n%10)) + string(rune('0'+n/10%10)) + string(rune('0'+n/100%10)) + string(rune('0'+n/1000))
				if got := r.Index(seal.TelephoneNumber, number); string(got) != string(alone.Index(seal.TelephoneNumber, number)) {
					t.Errorf("the index of %s is another's", number)
				}
			}
		}()
	}
	r.Settle([]seal.Use{{KeyID: "2026", RetiredAt: now.Add(-2 * seal.Settling)}}, now)
	for range 4 {
		<-done
	}
	require.Len(t, r.Indexes(seal.TelephoneNumber, "+77010000000"), 1)
}

func BenchmarkIndexes(b *testing.B) {
	r := ring(b, second, first)
	for _, c := range []struct{ name, purpose string }{{"remembered", seal.TelephoneNumber}, {"made", "another purpose"}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r.Indexes(c.purpose, "+77011234567")
			}
		})
	}
}
