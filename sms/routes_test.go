package sms

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okno/internal/message"
)

func TestSharesOfAPrefix(t *testing.T) {
	t.Parallel()
	fit := func(name string) standing {
		return standing{name: name, prefixes: []string{"+7701"}, weight: 1, open: true, bound: true, fitness: 1}
	}
	with := func(s standing, change func(*standing)) standing { change(&s); return s }
	backup := with(fit("backup"), func(s *standing) { s.priority = 1 })
	for name, c := range map[string]struct {
		links []standing
		want  map[string][2]int
	}{
		"the best priority takes all": {[]standing{backup, fit("a")}, map[string][2]int{"a": {0, 1024}}},
		"weights": {[]standing{fit("a"), with(fit("b"), func(s *standing) { s.weight = 3 })},
			map[string][2]int{"a": {0, 256}, "b": {256, 1024}}},
		"of equal routes the cheapest": {[]standing{with(fit("a"), func(s *standing) { s.cost = 2 }), fit("b")}, map[string][2]int{"b": {0, 1024}}},
		"ailing":                       {[]standing{with(fit("a"), func(s *standing) { s.fitness = 0 }), backup}, map[string][2]int{"backup": {0, 1024}}},
		"one of two ailing":            {[]standing{with(fit("a"), func(s *standing) { s.fitness = 0 }), fit("b"), backup}, map[string][2]int{"b": {0, 1024}}},
		"coming back": {[]standing{with(fit("a"), func(s *standing) { s.fitness = 0.25 }), backup},
			map[string][2]int{"a": {0, 256}, "backup": {256, 1024}}},
		"coming back beside a fit one": {[]standing{with(fit("a"), func(s *standing) { s.fitness = 1.0 / 3 }), fit("b"), backup},
			map[string][2]int{"a": {0, 256}, "b": {256, 1024}}},
		"coming back alone": {[]standing{with(fit("a"), func(s *standing) { s.fitness = 0.25 })}, map[string][2]int{"a": {0, 1024}}},
		"all ailing: the bound go on": {[]standing{with(fit("a"), func(s *standing) { s.fitness, s.bound = 0, false }),
			with(backup, func(s *standing) { s.fitness = 0 })}, map[string][2]int{"backup": {0, 1024}}},
		"all down": {[]standing{with(fit("a"), func(s *standing) { s.fitness, s.bound = 0, false }),
			with(backup, func(s *standing) { s.fitness, s.bound = 0, false })}, map[string][2]int{"a": {0, 1024}}},
		"paused":     {[]standing{with(fit("a"), func(s *standing) { s.open = false }), backup}, map[string][2]int{"backup": {0, 1024}}},
		"all paused": {[]standing{with(fit("a"), func(s *standing) { s.open = false })}, map[string][2]int{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := map[string][2]int{}
			for link, routes := range distribute(c.links) {
				require.Len(t, routes, 1)
				require.Equal(t, "+7701", routes[0].Prefix)
				got[link] = [2]int{routes[0].From, routes[0].To}
			}
			require.Equal(t, c.want, got)
		})
	}
}

// Whatever the links are like, every message of a prefix that an open link serves goes one way, and one way only.
func TestEveryMessageHasOneWay(t *testing.T) {
	t.Parallel()
	prefixes := []string{"", "+7", "+7701"}
	rapid.Check(t, func(t *rapid.T) {
		var links []standing
		for i := range rapid.IntRange(1, 5).Draw(t, "links") {
			links = append(links, standing{
				name: fmt.Sprint(i), prefixes: rapid.SliceOfNDistinct(rapid.SampledFrom(prefixes), 1, 3, rapid.ID).Draw(t, "prefixes"),
				priority: rapid.IntRange(0, 2).Draw(t, "priority"), cost: rapid.SampledFrom([]float64{0, 1, 2}).Draw(t, "cost"),
				weight: rapid.IntRange(1, 9).Draw(t, "weight"), open: rapid.Bool().Draw(t, "open"), bound: rapid.Bool().Draw(t, "bound"),
				fitness: rapid.SampledFrom([]float64{0, 1.0 / 16, 0.25, 0.5, 1}).Draw(t, "fitness"),
			})
		}
		routes := distribute(links)
		for _, prefix := range prefixes {
			served := slices.ContainsFunc(links, func(l standing) bool { return l.open && slices.Contains(l.prefixes, prefix) })
			ways := make([]int, message.Shares)
			for _, l := range routes {
				for _, r := range l {
					for i := r.From; i < r.To && r.Prefix == prefix; i++ {
						ways[i]++
					}
				}
			}
			for i, n := range ways {
				if served && n != 1 || !served && n != 0 {
					t.Fatalf("share %d of %q has %d ways: %v", i, prefix, n, routes)
				}
			}
		}
	})
}
