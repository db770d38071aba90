package main

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// A small heap is collected seldom, for a fifth of the time under load went into collecting it, and a large one before its garbage takes more
// memory than what lives.
const (
	garbage                   = 96 << 20 // bytes that may lie about
	leastPercent, mostPercent = 50, 400  // as GOGC has it: garbage, as a part of what lives
	garbageEvery              = time.Second
)

// garbagePercent is GOGC for a heap of which so many bytes live.
func garbagePercent(live uint64) int {
	return int(min(max(garbage*100/max(live, 1), leastPercent), mostPercent))
}

// boundGarbage keeps the collector to what the size of the heap asks for, until ctx ends.
func boundGarbage(ctx context.Context) error {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	ticker := time.NewTicker(garbageEvery)
	defer ticker.Stop()
	set := mostPercent
	debug.SetGCPercent(set)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		metrics.Read(live)
		// Each setting stops the program for a moment: a change of a tenth is none.
		if now := garbagePercent(live[0].Value.Uint64()); now*10 < set*9 || now*9 > set*10 {
			set = now
			debug.SetGCPercent(set)
		}
	}
}
