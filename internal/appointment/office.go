// Package appointment is when a citizen comes to an office: which offices there are, when their counters have room, and who comes when. It is
// pure but for [Work], which it declares: it knows no storage and no channel.
//
//	waiting → held → booked → kept | missed
//	held → lapsed (the offer was not taken)      booked → cancelled
//
// Each appointment is a case of kind appointment: its number is what the citizen keeps, and the case says whose it is.
package appointment

import (
	"slices"
	"time"

	"okno/internal/calendar"
	"okno/internal/dialogue"
)

// Office is a place to which citizens come.
type Office struct {
	Code     string
	Calendar string // its name; "": the region's default
	Name     map[dialogue.Language]string
	Address  map[dialogue.Language]string
	Ahead    int // days from today on that can be booked
	Closed   bool
	Counters []Counter
}

// Counter is one or several desks of an office that give the same services at the same times.
type Counter struct {
	Name     string
	Services []string // codes
	Slot     int      // minutes
	Places   int      // citizens at the same time
	Days     [7]bool  // by time.Weekday
	// Hours are those of the counter, within the office's working time; none: all of that.
	Hours []calendar.Span
}

// Gives says whether the office gives a service by appointment.
func (o Office) Gives(service string) bool {
	return !o.Closed && slices.ContainsFunc(o.Counters, func(c Counter) bool { return c.gives(service) })
}

func (c Counter) gives(service string) bool { return slices.Contains(c.Services, service) }

// Slot is a stretch of a counter's time.
type Slot struct {
	Counter  string
	From, To time.Time
	Places   int
}

// Slots are those of a day at which an office gives a service, in the order of time. [calendar.ErrYear].
func (o Office) Slots(c calendar.Calendar, day calendar.Date, service string) ([]Slot, error) {
	open, err := c.Spans(day)
	if err != nil || o.Closed {
		return nil, err
	}
	var all []Slot
	for _, counter := range o.Counters {
		if !counter.gives(service) || !counter.Days[day.Weekday()] {
			continue
		}
		for _, s := range counter.spans(open) {
			for from := s.From; from+counter.Slot <= s.To; from += counter.Slot {
				all = append(all, Slot{counter.Name, c.At(day, from), c.At(day, from+counter.Slot), counter.Places})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Slot) int { return a.From.Compare(b.From) })
	return all, nil
}

// spans are the counter's hours within the office's working time.
func (c Counter) spans(open []calendar.Span) []calendar.Span {
	if len(c.Hours) == 0 {
		return open
	}
	var both []calendar.Span
	for _, a := range open {
		for _, b := range c.Hours {
			if s := (calendar.Span{From: max(a.From, b.From), To: min(a.To, b.To)}); s.From < s.To {
				both = append(both, s)
			}
		}
	}
	return both
}

// Taken is a place of a counter that somebody has.
type Taken struct {
	Counter  string
	From, To time.Time
}

// Free gives the slots that begin after a moment and have a place left. An appointment of before the counter's slots were changed takes a place
// of every slot that it overlaps.
func Free(slots []Slot, taken []Taken, after time.Time) []Slot {
	var free []Slot
	for _, s := range slots {
		places := s.Places
		for _, t := range taken {
			if t.Counter == s.Counter && t.From.Before(s.To) && s.From.Before(t.To) {
				places--
			}
		}
		if places > 0 && s.From.After(after) {
			free = append(free, s)
		}
	}
	return free
}

// Times are the moments at which slots begin, each once, in order.
func Times(slots []Slot) []time.Time {
	var times []time.Time
	for _, s := range slots {
		if n := len(times); n == 0 || !times[n-1].Equal(s.From) {
			times = append(times, s.From)
		}
	}
	return times
}
