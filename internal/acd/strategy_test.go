package acd_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okno/internal/acd"
)

func TestStrategies(t *testing.T) {
	t.Parallel()
	s := snapshot()
	long, calm, last, first := idle(1, 60), idle(2, 10), idle(3, 20), idle(4, 5)
	long.Login, calm.Login, last.Login, first.Login = "long", "calm", "last", "first"
	long.Occupied, calm.Occupied, last.Occupied, first.Occupied = 0.9, 0.1, 0.4, 0.4
	long.OfferedAt, calm.OfferedAt, last.OfferedAt, first.OfferedAt = noon.Add(-time.Minute), noon.Add(-2*time.Minute), noon.Add(-time.Hour), noon.Add(-3*time.Minute)
	for strategy, want := range map[acd.Strategy][]int64{
		acd.LongestIdle:   {1, 3, 2, 4},
		acd.LeastOccupied: {2, 3, 4, 1},
		acd.RoundRobin:    {3, 4, 2, 1},
		acd.Linear:        {4, 2, 1, 3}, // whoever is not in the line comes behind it
	} {
		r := acd.DefaultRules
		r.Strategy = strategy
		if strategy == acd.Linear {
			r.Line = []string{"first", "gone", "calm"}
		}
		s.Queues["general"] = r
		s.Agents = []acd.Candidate{calm, last, long, first}
		s.Waiting = []acd.Waiting{waiting(1, 4), waiting(2, 3), waiting(3, 2), waiting(4, 1)}
		var got []int64
		for _, o := range acd.Decide(s, time.Time{}).Offers {
			got = append(got, o.Agent)
		}
		require.Equal(t, want, got, strategy)
	}
}

// Round robin gives everybody as many, however long each takes.
func TestRoundRobinIsEven(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := acd.DefaultRules
		r.Strategy = acd.RoundRobin
		s := acd.Snapshot{Now: noon, Queues: map[string]acd.Rules{"general": r}}
		n := rapid.IntRange(1, 6).Draw(t, "agents")
		agents, got := make([]acd.Candidate, n), make([]int, n)
		for i := range agents {
			agents[i] = idle(int64(i), rapid.IntRange(0, 60).Draw(t, "idle"))
		}
		for range rapid.IntRange(1, 40).Draw(t, "contacts") {
			s.Now = s.Now.Add(time.Minute)
			s.Agents, s.Waiting = agents, []acd.Waiting{waiting(1, 0)}
			o := acd.Decide(s, s.Now.Add(time.Second)).Offers[0]
			agents[o.Agent].OfferedAt, agents[o.Agent].IdleSince = s.Now, s.Now.Add(time.Duration(rapid.IntRange(0, 59).Draw(t, "took"))*time.Second)
			got[o.Agent]++
		}
		if slices.Max(got)-slices.Min(got) > 1 {
			t.Fatalf("%v", got)
		}
	})
}

// A skill is wanted at its level, then step by step at less; one that is not relaxed is wanted for ever.
func TestSkillsRelax(t *testing.T) {
	t.Parallel()
	step := 30 * time.Second
	s := snapshot()
	decide := func(skills map[string]acd.Skill, seconds int, has map[string]int) string {
		r := acd.DefaultRules
		r.Skills = skills
		s.Queues["general"] = r
		w := waiting(1, 0)
		w.QueuedAt = noon.Add(-time.Duration(seconds) * time.Second)
		a := idle(1, 1)
		a.Skills, s.Staff[0].Skills = has, has
		s.Waiting, s.Agents = []acd.Waiting{w}, []acd.Candidate{a}
		d := acd.Decide(s, time.Time{})
		return map[bool]string{true: "offered", false: map[bool]string{true: "given up", false: "waits"}[len(d.GiveUp) > 0]}[len(d.Offers) > 0]
	}
	relaxed := map[string]acd.Skill{"tax": {Level: 3, Relax: &step}}
	for level, from := range []int{90, 60, 30, 0} {
		has := map[string]int{"tax": level}
		require.Equal(t, "offered", decide(relaxed, from, has), "level %d after %d s", level, from)
		if from > 0 {
			require.Equal(t, "waits", decide(relaxed, from-1, has), "level %d after %d s", level, from-1)
		}
	}
	strict := map[string]acd.Skill{"tax": {Level: 3}}
	require.Equal(t, "given up", decide(strict, 3600, map[string]int{"tax": 2, "law": 5}), "nobody who has it will come")
	require.Equal(t, "offered", decide(strict, 0, map[string]int{"tax": 3}))
	strict["law"] = acd.Skill{Level: 1}
	require.Equal(t, "given up", decide(strict, 3600, map[string]int{"tax": 5}), "all of them are wanted")
}

// With whatever strategies and skills: nobody gets a contact who lacks a skill that it wants by then, nobody who has them all is idle while it
// waits, and the same snapshot decides the same.
func TestSkillsKeepTheRules(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		queues, skills := []string{"a", "b"}, []string{"tax", "law"}
		level := rapid.IntRange(0, 5)
		s := acd.Snapshot{Now: noon, Queues: map[string]acd.Rules{}}
		for _, q := range queues {
			r := acd.DefaultRules
			r.GiveUp = time.Hour
			r.Strategy = rapid.SampledFrom(acd.Strategies).Draw(t, "strategy")
			r.Skills = map[string]acd.Skill{}
			for _, name := range skills {
				wanted := acd.Skill{Level: level.Draw(t, "wanted")}
				if relax := time.Duration(rapid.IntRange(0, 60).Draw(t, "relax")) * time.Second; relax > 0 {
					wanted.Relax = &relax
				}
				r.Skills[name] = wanted
			}
			s.Queues[q] = r
		}
		for id := range int64(rapid.IntRange(0, 6).Draw(t, "agents")) {
			s.Agents = append(s.Agents, acd.Candidate{Agent: id, Room: 1, Languages: []string{"ru"}, Occupied: rapid.Float64Range(0, 1).Draw(t, "occupied"),
				Queues: rapid.SliceOfDistinct(rapid.SampledFrom(queues), rapid.ID).Draw(t, "queues"),
				Skills: map[string]int{"tax": level.Draw(t, "tax"), "law": level.Draw(t, "law")}})
		}
		for id := range int64(rapid.IntRange(0, 10).Draw(t, "contacts")) {
			s.Waiting = append(s.Waiting, acd.Waiting{Contact: id, Queue: rapid.SampledFrom(queues).Draw(t, "queue"), Language: "ru", Cost: 1,
				QueuedAt: noon.Add(-time.Duration(rapid.IntRange(0, 300).Draw(t, "waited")) * time.Second)})
		}
		fits := func(a acd.Candidate, w acd.Waiting) bool {
			for name, wanted := range s.Queues[w.Queue].Skills {
				enough := wanted.Level
				if wanted.Relax != nil {
					for left := noon.Sub(w.QueuedAt); left >= *wanted.Relax && enough > 0; left -= *wanted.Relax {
						enough--
					}
				}
				if a.Skills[name] < enough {
					return false
				}
			}
			return slices.Contains(a.Queues, w.Queue)
		}
		d := acd.Decide(s, noon.Add(time.Second))
		if again := acd.Decide(s, noon.Add(time.Second)); !slices.Equal(d.Offers, again.Offers) {
			t.Fatal("decided otherwise the second time")
		}
		taken, offered := map[int64]bool{}, map[int64]bool{}
		for _, o := range d.Offers {
			if !fits(s.Agents[o.Agent], s.Waiting[o.Contact]) || taken[o.Agent] || offered[o.Contact] {
				t.Fatalf("%+v is offered to %+v", s.Waiting[o.Contact], s.Agents[o.Agent])
			}
			taken[o.Agent], offered[o.Contact] = true, true
		}
		for _, w := range s.Waiting {
			for _, a := range s.Agents {
				if !offered[w.Contact] && !taken[a.Agent] && fits(a, w) {
					t.Fatalf("%+v waits, and %+v is idle", w, a)
				}
			}
		}
	})
}
