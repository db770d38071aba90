package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"okno/internal/acd"
	"okno/internal/postgres/store"
)

// agentSkills sets an agent's skills, or shows them.
type agentSkills struct {
	agentNamed
	Skills []string `arg:"" optional:"" placeholder:"NAME=LEVEL" help:"All skills of the agent, like tax=3, of levels 1 to 5; without any they are shown."`
	None   bool     `help:"The agent has no skills any more."`
}

func (c agentSkills) Run(ctx context.Context) error {
	levels, err := readSkills(c.Skills)
	if err != nil {
		return err
	}
	return c.do(ctx, func(w *store.Work, id int64) error {
		if len(levels) > 0 || c.None {
			return w.SetSkills(ctx, id, levels, operator())
		}
		has, err := w.Skills(ctx, id)
		for _, name := range slices.Sorted(maps.Keys(has)) {
			fmt.Printf("%s=%d\n", name, has[name])
		}
		return err
	})
}

// readSkills reads levels of skills, like "tax=3".
func readSkills(written []string) (map[string]int, error) {
	levels := map[string]int{}
	for _, s := range written {
		name, level, _ := strings.Cut(s, "=")
		n, err := strconv.Atoi(level)
		if _, twice := levels[name]; err != nil || twice {
			return nil, fmt.Errorf("%q is no skill with its level, like tax=3, or stands twice", s)
		}
		levels[name] = n
	}
	return levels, acd.CheckSkills(levels)
}
