package report

import "time"

// OfQuarters are the counts of contacts that the wallboard has.
var OfQuarters = []string{"offered", "answered", "answered_in_target", "abandoned", "abandoned_short", "wait"}

// Quarters is which contacts are counted by quarters of an hour, and what of them.
type Quarters struct {
	Counts  []string
	Queue   string // "": all queues
	Channel string // "": all channels
}

// Quarter is what a queue had in a quarter of an hour.
type Quarter struct {
	Queue  string
	Begin  time.Time
	Counts Counts
}

// Weekly gives the same day of so many weeks before a day, the last first.
func Weekly(day time.Time, weeks int) []Span {
	y, m, d := day.Date()
	all := make([]Span, weeks)
	for i := range all {
		from := d - 7*(i+1)
		all[i] = Span{From: time.Date(y, m, from, 0, 0, 0, 0, day.Location()), To: time.Date(y, m, from+1, 0, 0, 0, 0, day.Location())}
	}
	return all
}

// SameDays gives the day of a moment in a zone, and the same day of the week before.
func SameDays(now time.Time, zone *time.Location) (today, before Span) {
	y, m, d := now.In(zone).Date()
	day := func(n int) time.Time { return time.Date(y, m, d+n, 0, 0, 0, 0, zone) }
	return Span{From: day(0), To: day(1)}, Span{From: day(-7), To: day(-6)}
}
