package main

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/report"
)

func TestStaffIsPrinted(t *testing.T) {
	t.Parallel()
	week := func(nine, ten report.Counts) report.Table {
		return report.Table{Lines: []report.Line{{Key: []string{"10"}, Counts: ten}, {Key: []string{"9"}, Counts: nine}, {Key: []string{"11"}, Counts: report.Counts{}}}}
	}
	some := func(n int64) report.Counts {
		return report.Counts{"offered": n, "handled": n, "talk": n * 150_000, "wrap_up": n * 30_000}
	}
	var b bytes.Buffer
	hours := staffOf([]report.Table{week(some(150), some(20)), week(some(250), some(20))}, 20*time.Second, 0.8)
	require.NoError(t, printStaff(&b, hours, time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)))
	require.Equal(t, `2026-11-30
HOUR  CALLS  HANDLE  OPERATORS  IN TIME
9     200.0  3m0s    14         88.8%
10    20.0   3m0s    3          92.7%
`, b.String())
	b.Reset()
	require.NoError(t, printStaff(&b, nil, time.Time{}))
	require.Contains(t, b.String(), "nothing is known")
}
