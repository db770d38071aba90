package attachment

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
)

// Rows are what the rows of a table say of files.
type Rows interface {
	// NamedFiles gives which of some files a row names.
	NamedFiles(ctx context.Context, files []string) (map[string]bool, error)
	// AttachmentFiles gives up to so many files that rows with greater ids name, by id, committed before a moment; and the last id.
	AttachmentFiles(ctx context.Context, after int64, before time.Time, most int) (files []string, last int64, err error)
}

const (
	// Grace is how long a file without a row is left alone: its upload may be under way, or the rows of a backup be behind it.
	Grace = 24 * time.Hour
	// draftGrace is longer than any upload takes.
	draftGrace  = time.Hour
	sweepPeriod = time.Hour
	sweepBatch  = 500
)

// Swept is what a sweep has found.
type Swept struct {
	Removed int // files that no row named
	Missing int // files that rows name, and that are not there
}

// Sweeper holds files and rows against each other.
type Sweeper struct {
	files   Files
	rows    []Rows
	clock   func() time.Time
	log     zerolog.Logger
	missing prometheus.Gauge
}

// NewSweeper takes its parts: the rows of all tables that name files. metrics may be nil.
func NewSweeper(files Files, rows []Rows, clock func() time.Time, metrics prometheus.Registerer, log zerolog.Logger) *Sweeper {
	s := &Sweeper{files: files, rows: rows, clock: clock, log: log, missing: prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "okno_attachments_missing", Help: "Files that attachments name and that are not there, at the last sweep."})}
	if metrics != nil {
		metrics.MustRegister(s.missing)
	}
	return s
}

// Run sweeps at once and then each hour, until ctx ends.
func (s *Sweeper) Run(ctx context.Context) error {
	tick := time.NewTicker(sweepPeriod)
	defer tick.Stop()
	for {
		swept, err := s.Sweep(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			s.log.Warn().Err(err).Msg("sweep attachments")
		case swept.Missing > 0:
			s.log.Error().Int("missing", swept.Missing).Msg("files of attachments are missing: put them back from a backup")
		case swept.Removed > 0:
			s.log.Info().Int("files", swept.Removed).Msg("files without attachments removed")
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Sweep removes files and drafts that nothing names any more, and counts the files that are missing.
func (s *Sweeper) Sweep(ctx context.Context) (swept Swept, err error) {
	now := s.clock()
	var there []string
	known := map[string]bool{}
	err = s.files.Walk(ctx, now.Add(-draftGrace), func(name string, at time.Time) error {
		known[name] = true
		if at.Before(now.Add(-Grace)) {
			there = append(there, name)
		}
		return nil
	})
	if err != nil {
		return swept, fmt.Errorf("list files of attachments: %w", err)
	}
	for len(there) > 0 {
		some := there[:min(len(there), sweepBatch)]
		there = there[len(some):]
		named := map[string]bool{}
		for _, rows := range s.rows {
			found, err := rows.NamedFiles(ctx, some)
			if err != nil {
				return swept, err
			}
			maps.Copy(named, found)
		}
		for _, name := range some {
			if named[name] {
				continue
			}
			if err := s.files.Remove(ctx, name); err != nil {
				return swept, fmt.Errorf("remove file of attachment: %w", err)
			}
			swept.Removed++
		}
	}
	for _, rows := range s.rows {
		missing, err := missing(ctx, rows, now.Add(-draftGrace), known) // newer ones need not be in the list
		if err != nil {
			return swept, err
		}
		swept.Missing += missing
	}
	s.missing.Set(float64(swept.Missing))
	return swept, nil
}

// missing counts the files that rows from before a moment name and that are not known.
func missing(ctx context.Context, rows Rows, before time.Time, known map[string]bool) (count int, err error) {
	for after := int64(0); ; {
		files, last, err := rows.AttachmentFiles(ctx, after, before, sweepBatch)
		if err != nil {
			return count, err
		}
		for _, name := range files {
			if !known[name] {
				count++
			}
		}
		if len(files) < sweepBatch {
			return count, nil
		}
		after = last
	}
}
