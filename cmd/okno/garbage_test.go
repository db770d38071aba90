package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestALargeHeapHasLessGarbage(t *testing.T) {
	t.Parallel()
	const mb = 1 << 20
	for live, percent := range map[uint64]int{0: 400, 12 * mb: 400, 24 * mb: 400, 32 * mb: 300, 64 * mb: 150, 128 * mb: 75, 192 * mb: 50, 4096 * mb: 50} {
		require.Equal(t, percent, garbagePercent(live), "%d bytes", live)
	}
}
