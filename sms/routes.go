package sms

import (
	"cmp"
	"slices"

	"okno/internal/message"
)

// standing is what the routes need to know of a link now.
type standing struct {
	name     string
	prefixes []string // "+7701"; "" for the rest
	priority int      // the least goes first
	cost     float64  // of equal priority, the cheapest
	weight   int      // of equal cost, so many parts
	open     bool     // nobody has ordered it to be still
	bound    bool
	fitness  float64 // from 0, not fit to be used, to 1
}

// distribute gives each link its share of each prefix. Of the links that serve a prefix the best take all of it, as long as one
// of them is quite fit; those that come back take as much as they are fit for, and leave the rest to the next best.
// When none is fit, the best that is bound goes on. Where all are ordered to be still, the messages wait.
func distribute(links []standing) map[string][]message.Route {
	routes := map[string][]message.Route{}
	for _, prefix := range prefixesOf(links) {
		var able []standing
		for _, l := range links {
			if l.open && slices.Contains(l.prefixes, prefix) {
				able = append(able, l)
			}
		}
		for name, parts := range divide(able) {
			routes[name] = append(routes[name], message.Route{Prefix: prefix, From: parts[0], To: parts[1]})
		}
	}
	return routes
}

// prefixesOf are all prefixes, each once.
func prefixesOf(links []standing) []string {
	prefixes := []string{}
	for _, l := range links {
		prefixes = append(prefixes, l.prefixes...)
	}
	slices.Sort(prefixes)
	return slices.Compact(prefixes)
}

// divide gives each link its part of the shares, from and to; links without a part are left out.
func divide(links []standing) map[string][2]int {
	slices.SortStableFunc(links, func(a, b standing) int {
		return cmp.Or(cmp.Compare(a.priority, b.priority), cmp.Compare(a.cost, b.cost))
	})
	if !slices.ContainsFunc(links, func(l standing) bool { return l.fitness > 0 }) {
		links = leastBad(links)
	}
	var names []string
	var parts []float64
	left := 1.0
	for len(links) > 0 && left > 0 {
		group := equals(links)
		links = links[len(group):]
		total, fittest := 0.0, 0.0
		for _, l := range group {
			total += float64(l.weight) * l.fitness
			fittest = max(fittest, l.fitness)
		}
		if fittest == 0 {
			continue
		}
		for _, l := range group {
			names, parts = append(names, l.name), append(parts, left*fittest*float64(l.weight)*l.fitness/total)
		}
		left *= 1 - fittest
	}
	return apportion(names, parts)
}

// equals are the first links, those that are as good as the first.
func equals(links []standing) []standing {
	n := 1
	for n < len(links) && links[n].priority == links[0].priority && links[n].cost == links[0].cost {
		n++
	}
	return links[:n]
}

// leastBad are the links to go on with when none is fit: those that are bound, if any is.
func leastBad(links []standing) []standing {
	bound := slices.ContainsFunc(links, func(l standing) bool { return l.bound })
	var left []standing
	for _, l := range links {
		if l.bound == bound {
			l.fitness = 1
			left = append(left, l)
		}
	}
	return left
}

// apportion lays parts beside each other, in proportion, over all shares.
func apportion(names []string, parts []float64) map[string][2]int {
	total := 0.0
	for _, p := range parts {
		total += p
	}
	laid := map[string][2]int{}
	sum, from := 0.0, 0
	for i, name := range names {
		sum += parts[i]
		to := int(sum/total*message.Shares + 0.5)
		if to > from {
			laid[name] = [2]int{from, to}
		}
		from = to
	}
	return laid
}
