package main

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/acd"
	"okno/internal/staffing"
)

func TestStaffIsPrinted(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	load := acd.Load{PerHour: 200, Handle: 3 * time.Minute, Target: 20 * time.Second, Agents: 12}
	require.NoError(t, printStaff(&b, []staffing.Quarter{{Minute: 9*60 + 15, Load: load, Needed: 14, Simulated: acd.Simulated{InTarget: 0.7}}}, time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)))
	require.Equal(t, `2026-11-30
FROM   CALLS  HANDLE  NEEDED  OPERATORS  IN TIME  SIMULATED
09:15  50.0   3m0s    14      12         64.0%    70.0%
`, b.String())
	b.Reset()
	require.NoError(t, printStaff(&b, nil, time.Time{}))
	require.Contains(t, b.String(), "nothing is known")
}
