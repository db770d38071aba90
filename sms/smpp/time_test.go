package smpp

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestParseTime(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	for s, want := range map[string]time.Time{
		"":                 {},
		"000000010000000R": now.Add(time.Hour),
		"000002030405000R": now.Add(2*24*time.Hour + 3*time.Hour + 4*time.Minute + 5*time.Second),
		"000100000000000R": time.Date(2026, 12, 22, 10, 0, 0, 0, time.UTC),
		"261122150000020+": now,
		"261122020000032-": now,
		"261122100000500+": now.Add(500 * time.Millisecond),
	} {
		at, err := ParseTime(s, now)
		require.NoError(t, err, s)
		require.True(t, want.Equal(at), "%s: %v", s, at)
	}
	for _, s := range []string{"1", "261122150000020", "261122150000020x", "261322150000000+", "260231150000000+", "26112225000000+0",
		"261122150000060+", "26112215000002a+", "2611221500000200+"} {
		_, err := ParseTime(s, now)
		require.ErrorIs(t, err, ErrTime, s)
	}
}

func FuzzParseTime(f *testing.F) {
	for _, s := range []string{"", "000002030405000R", "261122150000020+", "999999999999999R", "2611221500000-1+"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		at, err := ParseTime(s, time.Unix(1_800_000_000, 0))
		if err == nil && s != "" {
			require.Len(t, s, maxTime)
			require.False(t, at.IsZero())
		}
	})
}
