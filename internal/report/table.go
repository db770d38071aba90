package report

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

// Line is the counts of what a key names.
type Line struct {
	Key    []string // as of the query's dimension
	Counts Counts
}

// Version is a version of a dialogue.
type Version struct {
	Version string
	Name    string
	At      time.Time // when it was first used
}

// Table is a report as it is shown.
type Table struct {
	Query    Query
	Keys     []Dimension
	Lines    []Line
	Total    Counts
	Through  time.Time // everything before was counted
	Versions []Version // of the dialogue, first used within the query's days: figures before and after differ for a reason
}

// Reader reads what was counted.
type Reader interface {
	// ReportLines gives the counts that a query asks for, folded by its keys.
	ReportLines(ctx context.Context, q Query) ([]Line, error)
	// CountedThrough gives the moment before which all of some sources were counted; zero: not all were.
	CountedThrough(ctx context.Context, sources []Source) (time.Time, error)
	// DialogueVersions gives the versions that were first used in a span.
	DialogueVersions(ctx context.Context, span Span) ([]Version, error)
}

// Read answers a query.
func Read(ctx context.Context, r Reader, q Query) (t Table, err error) {
	t = Table{Query: q, Keys: q.By.Keys(), Total: Counts{}}
	if t.Lines, err = r.ReportLines(ctx, q); err != nil {
		return t, err
	}
	if t.Through, err = r.CountedThrough(ctx, q.Report.Sources); err != nil {
		return t, err
	}
	if slices.Contains(q.Report.By, Dialogue) {
		if t.Versions, err = r.DialogueVersions(ctx, q.Span()); err != nil {
			return t, err
		}
	}
	for _, l := range t.Lines {
		t.Total.Add(l.Counts, q.Report.Counts())
	}
	t.sort()
	return t, nil
}

// sort puts time in its order, and of anything else the most first.
func (t *Table) sort() {
	first := t.Query.Report.Figures[0]
	slices.SortStableFunc(t.Lines, func(a, b Line) int {
		if t.Query.By == Day || t.Query.By == Hour {
			return slices.Compare(a.Key, b.Key)
		}
		n, _ := first.Value(a.Counts)
		m, _ := first.Value(b.Counts)
		return cmp.Or(cmp.Compare(m, n), slices.Compare(a.Key, b.Key))
	})
}

// Cell writes a figure of counts; "" where there is nothing to compute it of. A share is a fraction, as a program reads it.
func (f Figure) Cell(c Counts) string {
	value, ok := f.Value(c)
	switch {
	case !ok:
		return ""
	case f.Unit == Share:
		return fmt.Sprintf("%.4f", value)
	case f.Unit == Seconds:
		return fmt.Sprintf("%.1f", value)
	}
	return fmt.Sprintf("%.0f", value)
}
