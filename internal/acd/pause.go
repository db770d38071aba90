package acd

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"okno/internal/access"
)

// PauseLimits say how long a pause may last, by the agent's role and by the reason. What is not there may last for any time. A longer pause
// is shown to the agent and on the wallboard; it is not ended.
type PauseLimits map[access.Role]map[string]time.Duration

// The bounds of a limit: a shift has eight hours.
const (
	leastPauseLimit = time.Minute
	mostPauseLimit  = 8 * time.Hour
)

// check gives every problem of limits.
func (l PauseLimits) check() (problems []error) {
	for _, role := range slices.Sorted(maps.Keys(l)) {
		if !slices.Contains(access.Roles, role) {
			problems = append(problems, problem{string(role), "is no role"})
		}
		for _, reason := range slices.Sorted(maps.Keys(l[role])) {
			limit, field := l[role][reason], string(role)+"."+reason
			switch {
			case reason == NotResponding || !slices.Contains(PauseReasons, reason):
				problems = append(problems, problem{field, "is no reason for a pause"})
			case limit < leastPauseLimit || limit > mostPauseLimit || limit%time.Second != 0:
				problems = append(problems, problem{field, fmt.Sprintf("%v is not in whole seconds from %v to %v", limit, leastPauseLimit, mostPauseLimit)})
			}
		}
	}
	return problems
}

// PauseUntil is when the limit of the agent's pause is over; zero: the agent is not on a pause, or it has no limit.
func (a Agent) PauseUntil() time.Time {
	if a.PauseLimit == 0 {
		return time.Time{}
	}
	return a.StatusAt.Add(a.PauseLimit)
}
