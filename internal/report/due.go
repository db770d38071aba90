package report

import "time"

const (
	// recent is how long each run counts an hour anew: most contacts are over by then, and a slow transaction has committed.
	recent = 3 * time.Hour
	// settling is when an hour is counted once more, whatever changed: a redelivered message gets a new time of arrival.
	settling = 48 * time.Hour
	// returning is the same for contacts: a citizen who comes back within a week was not served the first time, and the talk was within a day.
	returning = 8 * day
)

// Mark is how far a source was counted.
type Mark struct {
	Through time.Time // hours before it were counted
	Settled time.Time // hours before it were counted once more when they were as old as the source settles
}

// Due gives what is to be counted of a source now, in the order of time: what was never counted, what is recent, what has become as old as
// it settles, and the hours of open, in which something was under way when they were counted. begin is the first hour that the ledger has whole.
func (l Ledger) Due(now, begin time.Time, m Mark, open []time.Time) []Span {
	current := now.UTC().Truncate(time.Hour)
	hours := map[time.Time]bool{}
	add := func(from, to time.Time) {
		for at := latest(from, begin).UTC().Truncate(time.Hour); at.Before(to); at = at.Add(time.Hour) {
			hours[at] = true
		}
	}
	add(earliest(m.Through, current.Add(time.Hour-recent)), current.Add(time.Hour))
	add(m.Settled, current.Add(-l.Settles))
	for _, at := range open {
		add(at, at.Add(time.Hour))
	}
	return spans(hours)
}

// After gives how far the source was counted once a span is done, too. Spans come in the order of [Ledger.Due].
func (l Ledger) After(m Mark, done Span, now time.Time) Mark {
	current := now.UTC().Truncate(time.Hour)
	if !done.From.After(m.Through) {
		m.Through = latest(m.Through, earliest(done.To, current))
	}
	if !done.From.After(m.Settled) {
		m.Settled = latest(m.Settled, earliest(done.To, current.Add(-l.Settles)))
	}
	return m
}
