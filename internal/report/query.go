package report

import (
	"fmt"
	"time"

	_ "time/tzdata" // zones are known on a machine that has none

	"okno/internal/fault"
)

const (
	// mostDays bounds a report: what covers more is read year by year.
	mostDays = 400
	// usualDays is how many days a report has that names none.
	usualDays = 7
)

// Query is what somebody wants to see.
type Query struct {
	Report Report
	By     Dimension
	// Only is what the figures are limited to: dimensions of the report with their values.
	Only map[Dimension]string
	// From and To are the first and the last day, as midnights in UTC.
	From, To time.Time
	Zone     *time.Location
}

// Zone gives the centre's zone by its name; "" is UTC. Its days have to begin with an hour of UTC, by which the ledger is counted.
func Zone(name string) (*time.Location, error) {
	zone, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		return nil, fmt.Errorf("zone %q is not known", name)
	}
	for month := range 12 {
		if _, offset := time.Date(2026, time.Month(1+month), 1, 0, 0, 0, 0, zone).Zone(); offset%3600 != 0 {
			return nil, fmt.Errorf("zone %q is no whole hours from UTC: reports count by hours of UTC", name)
		}
	}
	return zone, nil
}

// Asked is a query as a person writes it; what is empty is the usual.
type Asked struct {
	Report   string
	From, To string // days like 2026-11-28
	By       string
	Only     map[string]string
}

// Ask makes a query of what a person wrote. The errors are of the kinds invalid and not found, and name the field.
func Ask(a Asked, zone *time.Location, now time.Time) (q Query, err error) {
	q.Zone = zone
	if q.Report, err = Named(a.Report); err != nil {
		return q, err
	}
	if q.By, err = q.Report.by(a.By); err != nil {
		return q, err
	}
	if q.Only, err = q.Report.only(a.Only); err != nil {
		return q, err
	}
	local := now.In(zone)
	today := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, time.UTC)
	if q.To, err = dayOf("to", a.To, today); err != nil {
		return q, err
	}
	if q.From, err = dayOf("from", a.From, q.To.AddDate(0, 0, 1-usualDays)); err != nil {
		return q, err
	}
	return q, q.check()
}

func dayOf(field, written string, usual time.Time) (time.Time, error) {
	if written == "" {
		return usual, nil
	}
	at, err := time.Parse(time.DateOnly, written)
	if err != nil || at.Year() < 2000 || at.Year() > 2200 {
		return at, &fault.Error{Kind: fault.Invalid, Field: field, Text: field + ": a day like 2026-11-28"}
	}
	return at, nil
}

func (q Query) check() error {
	days := int(q.To.Sub(q.From).Hours()/24) + 1
	switch {
	case days < 1:
		return &fault.Error{Kind: fault.Invalid, Field: "to", Text: "to: the last day is before the first"}
	case days > mostDays:
		return &fault.Error{Kind: fault.Invalid, Field: "from", Text: fmt.Sprintf("from: %d days at most", mostDays)}
	}
	return nil
}

// Span is the hours of the query.
func (q Query) Span() Span {
	return Span{midnight(q.From, q.Zone), midnight(q.To.AddDate(0, 0, 1), q.Zone)}
}

// Days gives the hours of days that a person wrote, the last included. The errors are of the kind invalid.
func Days(from, to string, zone *time.Location) (Span, error) {
	var span Span
	first, err := dayOf("from", from, time.Time{})
	if err != nil {
		return span, err
	}
	last, err := dayOf("to", to, first)
	if err == nil && last.Before(first) {
		err = Query{From: first, To: last}.check()
	}
	if err != nil {
		return span, err
	}
	return Span{midnight(first, zone), midnight(last.AddDate(0, 0, 1), zone)}, nil
}

func midnight(day time.Time, zone *time.Location) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, zone).UTC()
}
