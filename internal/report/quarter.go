package report

import "time"

// OfQuarters are the counts of contacts that a [Quarter] has.
var OfQuarters = []string{"offered", "answered", "answered_in_target", "abandoned", "abandoned_short", "wait"}

// Quarter is what a queue had in a quarter of an hour.
type Quarter struct {
	Queue  string
	Begin  time.Time
	Counts Counts
}

// SameDays gives the day of a moment in a zone, and the same day of the week before.
func SameDays(now time.Time, zone *time.Location) (today, before Span) {
	y, m, d := now.In(zone).Date()
	day := func(n int) time.Time { return time.Date(y, m, d+n, 0, 0, 0, 0, zone) }
	return Span{From: day(0), To: day(1)}, Span{From: day(-7), To: day(-6)}
}
