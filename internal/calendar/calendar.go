// Package calendar says when an office works: by its zone, the hours of its week, holidays, short days and working days that were moved.
// Calendars are data that a region edits within a day. The package is pure: it knows no storage and reads no clock.
package calendar

import (
	"errors"
	"fmt"
	"slices"
	"time"
	_ "time/tzdata" // zones are known on a machine that has none, or an old one
)

// Calendar is one of an office. A year that it does not have is an error wherever it is needed: nobody guesses holidays.
type Calendar struct {
	Name  string
	Zone  *time.Location
	Week  [7][]Span // by time.Weekday: the hours of an ordinary week, in order, apart from each other
	Years map[int]Year
}

// Span is a stretch of working time of a day, in minutes of local time: From included, To not. It ends at midnight (1440) at the latest.
type Span struct{ From, To int }

// Year is what makes days of a year different from those of an ordinary week.
type Year struct {
	Off   []Date          // holidays, and days off that were moved to them
	Short map[Date]int    // minutes by which a day ends earlier
	Work  map[Date][]Span // a working day that would be none: moved here from elsewhere
}

// Date is a day in the calendar's zone.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf is the day of a moment in its zone.
func DateOf(t time.Time) Date {
	year, month, day := t.Date()
	return Date{year, month, day}
}

// ParseDate reads YYYY-MM-DD.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, fmt.Errorf("%q is no date of the form YYYY-MM-DD", s)
	}
	return DateOf(t), nil
}

// String is YYYY-MM-DD.
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day) }

func (d Date) at(minute int, zone *time.Location) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, minute, 0, 0, zone)
}

// Next is the day after.
func (d Date) Next() Date { return DateOf(time.Date(d.Year, d.Month, d.Day+1, 12, 0, 0, 0, time.UTC)) }

func (d Date) before() Date {
	return DateOf(time.Date(d.Year, d.Month, d.Day-1, 12, 0, 0, 0, time.UTC))
}

// Weekday is the day of the week.
func (d Date) Weekday() time.Weekday {
	return time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, time.UTC).Weekday()
}

// ErrYear says that a calendar lacks a year that an answer needs.
var ErrYear = errors.New("the calendar has not this year")

// ErrNever says that no working time comes within the years that the calendar has.
var ErrNever = errors.New("the calendar has no working time")

// At is the moment of a day at which so many minutes of local time have passed since midnight.
func (c Calendar) At(d Date, minute int) time.Time { return d.at(minute, c.Zone) }

// Spans gives the working time of a day: none of a day off. [ErrYear].
func (c Calendar) Spans(d Date) ([]Span, error) {
	year, ok := c.Years[d.Year]
	if !ok {
		return nil, fmt.Errorf("calendar %s, %d: %w", c.Name, d.Year, ErrYear)
	}
	spans := c.Week[d.Weekday()]
	if moved, ok := year.Work[d]; ok {
		spans = moved
	} else if slices.Contains(year.Off, d) {
		return nil, nil
	}
	return shorten(spans, year.Short[d]), nil
}

// shorten takes minutes off the end of a day.
func shorten(spans []Span, by int) []Span {
	if by == 0 {
		return spans
	}
	spans = slices.Clone(spans)
	for by > 0 && len(spans) > 0 {
		last := &spans[len(spans)-1]
		cut := min(by, last.To-last.From)
		last.To -= cut
		by -= cut
		if last.To == last.From {
			spans = spans[:len(spans)-1]
		}
	}
	return spans
}

// stretch is working time between two moments.
type stretch struct{ from, to time.Time }

func (c Calendar) stretches(d Date) ([]stretch, error) {
	spans, err := c.Spans(d)
	if err != nil {
		return nil, err
	}
	all := make([]stretch, len(spans))
	for i, s := range spans {
		all[i] = stretch{d.at(s.From, c.Zone), d.at(s.To, c.Zone)}
	}
	return all, nil
}

// Open says whether the office works at a moment.
func (c Calendar) Open(at time.Time) (bool, error) {
	all, err := c.stretches(DateOf(at.In(c.Zone)))
	for _, s := range all {
		if !at.Before(s.from) && at.Before(s.to) {
			return true, nil
		}
	}
	return false, err
}

// NextOpen gives the first moment of working time, from a moment on: that moment itself, if the office works then.
func (c Calendar) NextOpen(at time.Time) (time.Time, error) {
	var opens time.Time
	err := c.from(at, func(s stretch) bool {
		opens = s.from
		return false
	})
	return opens, err
}

// NextClose gives the end of the stretch of work that a moment is in, or that comes next.
func (c Calendar) NextClose(at time.Time) (time.Time, error) {
	var closes time.Time
	err := c.from(at, func(s stretch) bool {
		closes = s.to
		return false
	})
	return closes, err
}

// Add gives the moment at which so much working time has passed since a moment. Nothing added is that moment, or the next opening.
func (c Calendar) Add(from time.Time, working time.Duration) (time.Time, error) {
	var end time.Time
	err := c.from(from, func(s stretch) bool {
		if length := s.to.Sub(s.from); working > length {
			working -= length
			return true
		}
		end = s.from.Add(working)
		return false
	})
	return end, err
}

// Between gives the working time between two moments; none if the second is not after the first.
func (c Calendar) Between(from, to time.Time) (sum time.Duration, err error) {
	if !to.After(from) {
		return 0, nil
	}
	last := DateOf(to.In(c.Zone))
	for day := DateOf(from.In(c.Zone)); ; day = day.Next() {
		all, err := c.stretches(day)
		if err != nil {
			return 0, err
		}
		for _, s := range all {
			if begin, end := later(s.from, from), earlier(s.to, to); end.After(begin) {
				sum += end.Sub(begin)
			}
		}
		if day == last {
			return sum, nil
		}
	}
}

// AddDays gives the end of work of the n-th working day after the day of a moment: «within three working days». The day itself does not
// count. n is at least 1.
func (c Calendar) AddDays(from time.Time, n int) (time.Time, error) {
	return c.workingDay(from, n, Date.Next)
}

// workingDay gives the end of work of the n-th working day from the day of a moment on, which does not count; step leads from day to day.
func (c Calendar) workingDay(from time.Time, n int, step func(Date) Date) (time.Time, error) {
	day := DateOf(from.In(c.Zone))
	for range mostDays {
		day = step(day)
		all, err := c.stretches(day)
		if err != nil {
			return time.Time{}, err
		}
		if len(all) == 0 {
			continue
		}
		if n--; n <= 0 {
			return all[len(all)-1].to, nil
		}
	}
	return time.Time{}, fmt.Errorf("calendar %s: %w", c.Name, ErrNever)
}

// Sub gives the moment from which so much working time passes until a moment.
func (c Calendar) Sub(to time.Time, working time.Duration) (time.Time, error) {
	day := DateOf(to.In(c.Zone))
	for range mostDays {
		all, err := c.stretches(day)
		if err != nil {
			return time.Time{}, err
		}
		for _, s := range slices.Backward(all) {
			end := earlier(s.to, to)
			if length := end.Sub(s.from); length > 0 {
				if working <= length {
					return end.Add(-working), nil
				}
				working -= length
			}
		}
		day = day.before()
	}
	return time.Time{}, fmt.Errorf("calendar %s: %w", c.Name, ErrNever)
}

// SubDays gives the end of work of the n-th working day before the day of a moment. n is at least 1.
func (c Calendar) SubDays(to time.Time, n int) (time.Time, error) {
	return c.workingDay(to, n, Date.before)
}

// mostDays bounds a search: a calendar of more years is none that a person has written.
const mostDays = 50 * 366

// from gives the working time after a moment, stretch by stretch, until more gives false.
func (c Calendar) from(at time.Time, more func(stretch) bool) error {
	day := DateOf(at.In(c.Zone))
	for range mostDays {
		all, err := c.stretches(day)
		if err != nil {
			return err
		}
		for _, s := range all {
			if s.from = later(s.from, at); s.to.After(s.from) && !more(s) {
				return nil
			}
		}
		day = day.Next()
	}
	return fmt.Errorf("calendar %s: %w", c.Name, ErrNever)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// Missing gives the first year that a calendar lacks and that somebody will need: this one, and from November on the next, since terms
// of weeks reach into it. 0: none.
func (c Calendar) Missing(now time.Time) int {
	local := now.In(c.Zone)
	if _, ok := c.Years[local.Year()]; !ok {
		return local.Year()
	}
	if _, ok := c.Years[local.Year()+1]; !ok && local.Month() >= time.November {
		return local.Year() + 1
	}
	return 0
}
