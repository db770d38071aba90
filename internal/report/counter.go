package report

import (
	"context"
	"fmt"
	"time"

	"github.com/rs/zerolog"

	"okno/internal/job"
)

// Period is how often the counts are brought up to date.
const Period = 10 * time.Minute

// budget is how long a run counts before it lets others have their turn; the first run of an old ledger has years before it.
const budget = 5 * time.Minute

// store keeps the counts.
type store interface {
	// ReportMark gives how far a source was counted; of one that never was, the first hour of its ledger.
	ReportMark(ctx context.Context, s Source, now time.Time) (Mark, error)
	// OpenHours gives the hours since a moment in which something was under way when they were counted.
	OpenHours(ctx context.Context, s Source, since time.Time) ([]time.Time, error)
	// CountHours counts the hours of a span anew, and keeps the mark with them.
	CountHours(ctx context.Context, s Source, span Span, after Mark) error
}

// Counter keeps the counts up to date.
type Counter struct {
	store store
	clock func() time.Time
	log   zerolog.Logger
}

// NewCounter is over a store.
func NewCounter(s store, clock func() time.Time, log zerolog.Logger) *Counter {
	return &Counter{store: s, clock: clock, log: log}
}

// Kind is the job.
func (c *Counter) Kind() job.Kind {
	k := job.On(c.Count).Periodic(Period)
	k.Timeout = 2 * budget
	return k
}

// Count counts what is due. [job.Later] when there is more than fits into a run.
func (c *Counter) Count(ctx context.Context, _ job.CountReports) error {
	until := c.clock().Add(budget)
	for _, l := range Ledgers {
		whole, err := c.count(ctx, l, until)
		if err != nil {
			return fmt.Errorf("count %s: %w", l.Source, err)
		}
		if !whole {
			c.log.Info().Str("source", string(l.Source)).Msg("more to count for reports")
			return job.Later(time.Second)
		}
	}
	return nil
}

func (c *Counter) count(ctx context.Context, l Ledger, until time.Time) (whole bool, err error) {
	now := c.clock()
	mark, err := c.store.ReportMark(ctx, l.Source, now)
	if err != nil {
		return false, err
	}
	begin := l.Begin(now)
	mark.Through, mark.Settled = latest(mark.Through, begin), latest(mark.Settled, begin)
	var open []time.Time
	if l.Late > 0 {
		// From the last run on: what has changed since was not yet too late then.
		if open, err = c.store.OpenHours(ctx, l.Source, earliest(now, mark.Through).Add(-l.Late)); err != nil {
			return false, err
		}
	}
	for _, span := range l.Due(now, begin, mark, open) {
		if c.clock().After(until) {
			return false, nil
		}
		mark = l.After(mark, span, now)
		if err := c.store.CountHours(ctx, l.Source, span, mark); err != nil {
			return false, err
		}
	}
	return true, nil
}

// rebuilding counts hours anew, and leaves the mark as it is.
type rebuilding interface {
	RecountHours(ctx context.Context, s Source, span Span) error
}

// Rebuild counts whole hours of all sources anew from the ledger. What the ledger no longer has whole stays as it was counted: told gets what
// was counted of each source.
func Rebuild(ctx context.Context, s rebuilding, span Span, now time.Time, told func(Source, Span)) error {
	for _, l := range Ledgers {
		part := Span{latest(span.From, l.Begin(now)), earliest(span.To, now.UTC().Truncate(time.Hour).Add(time.Hour))}
		for _, piece := range part.Cut() {
			if err := s.RecountHours(ctx, l.Source, piece); err != nil {
				return fmt.Errorf("rebuild %s: %w", l.Source, err)
			}
		}
		told(l.Source, part)
	}
	return nil
}
