package calendar

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"okno/internal/fault"
	"okno/internal/yamlfile"
)

// File is calendars as people keep them.
type File struct {
	Calendars map[string]Entry  `yaml:"calendars"`
	Agencies  map[string]string `yaml:"agencies,omitempty"` // an agency's code to the name of its calendar
	Default   string            `yaml:"default,omitempty"`  // for agencies that are not named
}

// Entry is one calendar of a file. Its form is kept: what was imported is exported again.
type Entry struct {
	Zone  string              `yaml:"zone" json:"zone"` // "Asia/Almaty"
	Week  map[string][]string `yaml:"week" json:"week"` // mon to sun; a day that is left out is off
	Years map[int]YearEntry   `yaml:"years" json:"years"`
}

// YearEntry is one year of a calendar.
type YearEntry struct {
	Off   []string            `yaml:"off" json:"off"`                         // "2026-01-01", or "2026-03-21/2026-03-25"
	Short map[string]string   `yaml:"short,omitempty" json:"short,omitempty"` // a day to how much earlier it ends, "1h"
	Work  map[string][]string `yaml:"work,omitempty" json:"work,omitempty"`   // a moved working day to its hours; none: those of a Monday
}

var weekdays = map[string]time.Weekday{"mon": time.Monday, "tue": time.Tuesday, "wed": time.Wednesday, "thu": time.Thursday, "fri": time.Friday,
	"sat": time.Saturday, "sun": time.Sunday}

// Read parses a file. An unknown key is an error with its line.
func Read(r io.Reader) (File, error) { return yamlfile.Read[File](r) }

// Write writes a file in the form that Read reads.
func Write(w io.Writer, f File) error { return yamlfile.Write(w, f) }

// Check gives every problem that keeps a file from being imported.
func (f File) Check() (problems []error) {
	for name, e := range f.Calendars {
		if _, err := e.Calendar(name); err != nil {
			problems = append(problems, err)
		}
	}
	for agency, name := range f.Agencies {
		if _, ok := f.Calendars[name]; !ok {
			problems = append(problems, fmt.Errorf("agencies.%s: there is no calendar %q", agency, name))
		}
	}
	if _, ok := f.Calendars[f.Default]; f.Default != "" && !ok {
		problems = append(problems, fmt.Errorf("default: there is no calendar %q", f.Default))
	}
	if len(f.Calendars) == 0 {
		problems = append(problems, errors.New("calendars: there is none"))
	}
	slices.SortFunc(problems, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return problems
}

// Problem is what is wrong with a field of an entry: "zone", "week.mon", "years.2026".
type Problem struct {
	Calendar, Field string
	Err             error
}

// Error says where it is and what is wrong.
func (p Problem) Error() string {
	return fmt.Sprintf("calendars.%s.%s: %s", p.Calendar, p.Field, p.Err)
}

// Unwrap is what is wrong.
func (p Problem) Unwrap() error { return p.Err }

var names = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,30}$`)

// CheckOne says what keeps an entry from being kept at a desk: one fault, with its field.
func (e Entry) CheckOne(name string) error {
	if !names.MatchString(name) {
		return &fault.Error{Kind: fault.Invalid, Field: "name", Text: "a name is of a to z, digits, - and _, and begins with a letter"}
	}
	_, err := e.Calendar(name)
	if p := (Problem{}); errors.As(err, &p) {
		return &fault.Error{Kind: fault.Invalid, Field: p.Field, Text: p.Err.Error(), Err: err}
	}
	return err
}

// Calendar gives the calendar of an entry, or all that is wrong with it.
func (e Entry) Calendar(name string) (Calendar, error) {
	c := Calendar{Name: name, Years: map[int]Year{}}
	var problems []error
	wrong := func(field string, err error) {
		if err != nil {
			problems = append(problems, Problem{name, field, err})
		}
	}
	var err error
	if c.Zone, err = time.LoadLocation(e.Zone); err != nil || e.Zone == "" || e.Zone == "Local" {
		wrong("zone", fmt.Errorf("%q is not known; one is Asia/Almaty", e.Zone))
		c.Zone = time.UTC
	}
	for day, hours := range e.Week {
		weekday, ok := weekdays[day]
		if !ok {
			wrong("week."+day, errors.New("mon, tue, wed, thu, fri, sat or sun"))
			continue
		}
		c.Week[weekday], err = ParseSpans(hours)
		wrong("week."+day, err)
	}
	if len(e.Week) == 0 {
		wrong("week", errors.New("no day has working hours"))
	}
	if len(e.Years) == 0 {
		wrong("years", errors.New("there is none: without its holidays a year cannot be counted"))
	}
	for number, entry := range e.Years {
		field := fmt.Sprintf("years.%d", number)
		if number < 2000 || number > 2100 {
			wrong(field, errors.New("a year from 2000 to 2100"))
			continue
		}
		year, err := entry.year(number, c.Week[time.Monday])
		wrong(field, err)
		c.Years[number] = year
	}
	return c, errors.Join(problems...)
}

func (e YearEntry) year(number int, monday []Span) (Year, error) {
	y := Year{Short: map[Date]int{}, Work: map[Date][]Span{}}
	var problems []error
	day := func(s string) (Date, bool) {
		d, err := ParseDate(s)
		if err == nil && d.Year != number {
			err = fmt.Errorf("%s is not in %d", s, number)
		}
		if err != nil {
			problems = append(problems, err)
		}
		return d, err == nil
	}
	for _, s := range e.Off {
		first, last, ranged := strings.Cut(s, "/")
		if !ranged {
			last = first
		}
		from, ok := day(first)
		to, also := day(last)
		if !ok || !also {
			continue
		}
		if last < first {
			problems = append(problems, fmt.Errorf("%s ends before it begins", s))
			continue
		}
		for d := from; ; d = d.Next() {
			if !slices.Contains(y.Off, d) {
				y.Off = append(y.Off, d)
			}
			if d == to {
				break
			}
		}
	}
	for s, by := range e.Short {
		d, ok := day(s)
		length, err := time.ParseDuration(by)
		if err != nil || length < time.Minute || length > 24*time.Hour || length%time.Minute != 0 {
			problems = append(problems, fmt.Errorf("short.%s: %q is no length in minutes, like 1h or 90m", s, by))
		} else if ok {
			y.Short[d] = int(length.Minutes())
		}
	}
	for s, hours := range e.Work {
		d, ok := day(s)
		worked, err := ParseSpans(hours)
		if err != nil {
			problems = append(problems, fmt.Errorf("work.%s: %w", s, err))
		}
		if len(worked) == 0 {
			worked = monday
		}
		if ok {
			y.Work[d] = worked
		}
	}
	for d := range y.Work {
		if slices.Contains(y.Off, d) {
			problems = append(problems, fmt.Errorf("%s is both off and a moved working day", d))
		}
	}
	return y, errors.Join(problems...)
}

// Weekday reads a day's name, mon to sun.
func Weekday(name string) (time.Weekday, bool) {
	day, ok := weekdays[name]
	return day, ok
}

// ParseSpans reads hours like "09:00-13:00", in order.
func ParseSpans(hours []string) (all []Span, err error) {
	for _, s := range hours {
		from, to, ok := strings.Cut(s, "-")
		begin, err := minute(strings.TrimSpace(from))
		end, endErr := minute(strings.TrimSpace(to))
		if !ok || err != nil || endErr != nil || end <= begin {
			return nil, fmt.Errorf("%q is no stretch of hours, like 09:00-13:00", s)
		}
		if n := len(all); n > 0 && begin < all[n-1].To {
			return nil, fmt.Errorf("%q begins before the stretch before it has ended", s)
		}
		all = append(all, Span{begin, end})
	}
	return all, nil
}

func minute(s string) (int, error) {
	if s == "24:00" {
		return 24 * 60, nil
	}
	t, err := time.Parse("15:04", s)
	return t.Hour()*60 + t.Minute(), err
}
