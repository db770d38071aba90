package report

import (
	"slices"
	"time"
)

// mostAtOnce bounds the span that one transaction counts.
const mostAtOnce = 24 * time.Hour

// Span is a span of whole hours, its end excluded.
type Span struct{ From, To time.Time }

// Cut cuts a span into parts that one transaction counts.
func (s Span) Cut() []Span {
	var all []Span
	for from := s.From; from.Before(s.To); from = from.Add(mostAtOnce) {
		all = append(all, Span{from, earliest(from.Add(mostAtOnce), s.To)})
	}
	return all
}

// spans joins hours that follow each other, in the order of time.
func spans(hours map[time.Time]bool) []Span {
	var all []Span
	for at := range hours {
		if hours[at.Add(-time.Hour)] {
			continue
		}
		end := at.Add(time.Hour)
		for hours[end] {
			end = end.Add(time.Hour)
		}
		all = append(all, Span{at, end}.Cut()...)
	}
	slices.SortFunc(all, func(a, b Span) int { return a.From.Compare(b.From) })
	return all
}

func earliest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
