package cases

import (
	"time"

	"okno/internal/calendar"
)

// Step is a move as the clock sees it.
type Step struct {
	From State // "" of the opening
	To   State
	At   time.Time
	By   string
}

// Clock is what a case's rule and history come to by a calendar.
type Clock struct {
	Began     time.Time   // when the case was opened, or opened anew
	Responded time.Time   // when somebody first answered; zero: nobody has
	FirstDue  time.Time   // zero: none is asked for, or somebody has answered
	Due       time.Time   // zero: the case is settled, or waits for the citizen
	Levels    []time.Time // of the rule's escalation; empty where Due is zero
}

// endOf is the end of work of a day; of a day off, or without a calendar, its last moment.
func endOf(c calendar.Calendar, day time.Time) (time.Time, error) {
	zone := c.Zone
	if zone == nil {
		zone = time.UTC
	}
	midnight := time.Date(day.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0, zone)
	if c.Zone == nil {
		return midnight, nil
	}
	spans, err := c.Spans(calendar.DateOf(day))
	if err != nil || len(spans) == 0 {
		return midnight, err
	}
	return time.Date(day.Year(), day.Month(), day.Day(), 0, spans[len(spans)-1].To, 0, 0, zone), nil
}

// pause is a time in which the citizen was awaited.
type pause struct{ from, to time.Time } // to is zero while it lasts

// Tell computes the clocks of a case. steps are its history, the oldest first; promised is the day that an agency or a person has said,
// which is the term then, whatever the rule says, and also while the citizen is awaited; zero: nobody has. calendar.ErrYear when the calendar
// lacks a year: then nobody knows the term.
func (r Rule) Tell(c calendar.Calendar, steps []Step, promised time.Time) (clock Clock, err error) {
	if len(steps) == 0 {
		return clock, nil
	}
	state, pauses := clock.read(steps)
	if clock.Responded.IsZero() && !state.Settled() {
		if clock.FirstDue, err = due(c, r.First, clock.Began, nil); err != nil {
			return clock, err
		}
	}
	switch {
	case state.Settled():
		return clock, nil
	case !promised.IsZero():
		clock.Due, err = endOf(c, promised)
	case state == AwaitingCitizen:
		return clock, nil
	default:
		clock.Due, err = due(c, r.Resolution, clock.Began, pauses)
	}
	if err != nil || clock.Due.IsZero() {
		return clock, err
	}
	for _, level := range r.Escalate {
		at, err := level.Before.before(c, clock.Due)
		if level.Before.IsZero() {
			at, err = level.After.after(c, clock.Due)
		}
		if err != nil {
			return clock, err
		}
		clock.Levels = append(clock.Levels, at)
	}
	return clock, nil
}

// read reads a history: where it ends, and when the citizen was awaited since the last opening.
func (clock *Clock) read(steps []Step) (state State, pauses []pause) {
	for i, s := range steps {
		if i == 0 || s.From.Settled() && !s.To.Settled() {
			clock.Began, clock.Responded, pauses = s.At, time.Time{}, nil
		} else if clock.Responded.IsZero() && s.To != s.From && s.By != "citizen" && s.By != "okno" {
			clock.Responded = s.At
		}
		switch {
		case s.To == AwaitingCitizen && s.From != AwaitingCitizen:
			pauses = append(pauses, pause{from: s.At})
		case s.From == AwaitingCitizen && s.To != AwaitingCitizen && len(pauses) > 0:
			pauses[len(pauses)-1].to = s.At
		}
		state = s.To
	}
	return state, pauses
}

// due is the moment at which a length of working time has passed since a moment, without pauses. Zero: no length.
func due(c calendar.Calendar, l Length, began time.Time, pauses []pause) (time.Time, error) {
	switch {
	case l.IsZero():
		return time.Time{}, nil
	case l.Days > 0:
		return dueDays(c, l.Days, began, pauses)
	}
	from, left := began, l.Hours
	for _, p := range pauses {
		worked, err := c.Between(from, p.from)
		if err != nil {
			return time.Time{}, err
		}
		if worked >= left { // the term was over before the citizen was asked
			return c.Add(from, left)
		}
		left -= worked
		from = p.to
	}
	return c.Add(from, left)
}

// dueDays counts working days: one at whose end the citizen was awaited does not count.
func dueDays(c calendar.Calendar, days int, began time.Time, pauses []pause) (end time.Time, err error) {
	for end = began; days > 0; {
		if end, err = c.AddDays(end, 1); err != nil {
			return end, err
		}
		if !awaited(pauses, end) {
			days--
		}
	}
	return end, nil
}

func awaited(pauses []pause, at time.Time) bool {
	for _, p := range pauses {
		if !at.Before(p.from) && (p.to.IsZero() || at.Before(p.to)) {
			return true
		}
	}
	return false
}
