package calendar

import "time"

// Set is all calendars of a region.
type Set struct {
	Calendars map[string]Calendar
	Default   string            // of agencies without one of their own; "": there is none
	Agencies  map[string]string // an agency's code to the name of its calendar
}

// Of gives the calendar of an agency, or the default; false when there is neither.
func (s Set) Of(agency string) (Calendar, bool) {
	name, ok := s.Agencies[agency]
	if !ok {
		name = s.Default
	}
	c, ok := s.Calendars[name]
	return c, ok
}

// Missing gives the years that calendars lack and that somebody will need soon, by name.
func (s Set) Missing(now time.Time) map[string]int {
	missing := map[string]int{}
	for name, c := range s.Calendars {
		if year := c.Missing(now); year != 0 {
			missing[name] = year
		}
	}
	return missing
}
