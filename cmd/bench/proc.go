package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// cpuOf is the processor time of processes and of their children, dead and alive (proc(5), fields 14 to 17 of stat; a
// clock tick is 10 ms on every Linux that Debian builds).
func cpuOf(pids ...int) (total time.Duration, err error) {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return 0, err
	}
	for _, stat := range stats {
		content, err := os.ReadFile(stat)
		if err != nil {
			continue // it has ended since
		}
		// The name, in brackets, may hold anything.
		fields := strings.Fields(string(content[strings.LastIndexByte(string(content), ')')+1:]))
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(stat)))
		parent, _ := strconv.Atoi(fields[1])
		own := slices.Contains(pids, pid)
		if !own && !slices.Contains(pids, parent) {
			continue
		}
		counted := fields[11:13]
		if own {
			counted = fields[11:15] // with the children that have ended
		}
		for _, field := range counted {
			ticks, err := strconv.ParseInt(field, 10, 64)
			if err != nil {
				return 0, err
			}
			total += time.Duration(ticks) * 10 * time.Millisecond
		}
	}
	return total, nil
}

// peakMemory is the most memory that processes have held, in bytes.
func peakMemory(pids ...int) (total int64, err error) { return memoryOf("VmHWM:", pids...) }

// heldMemory is the memory that processes hold, in bytes.
func heldMemory(pids ...int) (total int64, err error) { return memoryOf("VmRSS:", pids...) }

// memoryOf adds up a field of /proc/PID/status (proc(5)), which is in KiB.
func memoryOf(field string, pids ...int) (total int64, err error) {
	for _, pid := range pids {
		content, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if err != nil {
			return 0, err
		}
		for line := range strings.Lines(string(content)) {
			if value, ok := strings.CutPrefix(line, field); ok {
				kib, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
				if err != nil {
					return 0, err
				}
				total += kib * 1024
			}
		}
	}
	return total, nil
}
