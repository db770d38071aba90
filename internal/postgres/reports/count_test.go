package reports_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/job"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/reports"
	"okno/internal/postgres/store"
	"okno/internal/report"
)

func TestWhatIsCountedIsWhatIsSaid(t *testing.T) {
	t.Parallel()
	names := reports.Names()
	require.Len(t, names, len(report.Ledgers))
	for _, l := range report.Ledgers {
		var want []string
		for _, c := range l.Counts {
			want = append(want, c.Name)
		}
		require.ElementsMatch(t, want, names[l.Source], l.Source)
	}
}

// A ledger grows for 200 hours, and what began in it ends at once, later, days later, or never. The counter runs now and then, is away at
// times, and is cut short. What it keeps is what a slow, obvious count gives, and what a rebuild gives.
func TestCountsAreThoseOfTheLedger(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			url := pgtest.URL(t)
			db := pgtest.Open(t, url)
			w := newWorld(t, url, seed)
			clock := func() time.Time { return w.now }
			counter := report.NewCounter(db, clock, zerolog.Nop())
			for w.now.Sub(w.begun) < 190*time.Hour {
				w.passes(pick(w, 10*time.Minute, time.Hour, 3*time.Hour, 60*time.Hour))
				if w.random.IntN(4) == 0 {
					broken := report.NewCounter(&brittle{Store: db, left: w.random.IntN(4)}, clock, zerolog.Nop())
					_ = broken.Count(t.Context(), job.CountReports{})
				}
				require.NoError(t, counter.Count(t.Context(), job.CountReports{}))
			}
			w.now = w.now.Add(8*24*time.Hour + time.Hour) // now everything has been counted once more: what a redelivery moved, and who came back
			require.NoError(t, counter.Count(t.Context(), job.CountReports{}))
			same(t, w.counted(), w.kept())

			incremental := w.kept()
			w.exec(`UPDATE report_hours SET counts = '{"offered": 1000}'`)
			w.exec(`DELETE FROM report_hours WHERE hour < $1`, w.begun.Add(50*time.Hour))
			whole := report.Span{From: w.begun, To: w.now.Add(time.Hour).Truncate(time.Hour)}
			require.NoError(t, report.Rebuild(t.Context(), db, whole, w.now, func(report.Source, report.Span) {}))
			same(t, incremental, w.kept())
		})
	}
}

// What is read is what was counted, folded by the days and hours of a zone.
func TestLinesFoldWhatWasCounted(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	db := pgtest.Open(t, url)
	w := newWorld(t, url, 7)
	w.passes(60 * time.Hour)
	through, err := db.CountedThrough(t.Context(), []report.Source{report.Contacts})
	require.NoError(t, err)
	require.Zero(t, through, "nothing is counted")
	clock := func() time.Time { return w.now }
	require.NoError(t, report.NewCounter(db, clock, zerolog.Nop()).Count(t.Context(), job.CountReports{}))
	zone, err := report.Zone("Asia/Almaty")
	require.NoError(t, err)
	key := map[report.Dimension]func(key) []string{
		report.Day:     func(k key) []string { return []string{k.Hour.In(zone).Format(time.DateOnly)} },
		report.Hour:    func(k key) []string { return []string{k.Hour.In(zone).Format("15")} },
		report.Queue:   func(k key) []string { return []string{k.Queue} },
		report.Agent:   func(k key) []string { return []string{k.Agent} },
		report.Agency:  func(k key) []string { return []string{k.Agency} },
		report.Service: func(k key) []string { return []string{k.Service} },
		report.Channel: func(k key) []string { return []string{k.Channel} }, report.Language: func(k key) []string { return []string{k.Language} },
		report.Dialogue: func(k key) []string { return []string{k.Dialogue} }, report.Node: func(k key) []string { return []string{k.Dialogue, k.Node} },
		report.ToQueue: func(k key) []string { return []string{k.Queue, k.ToQueue} },
	}
	last := w.now.In(zone).AddDate(0, 0, -1).Format(time.DateOnly)
	first := w.begun.In(zone).AddDate(0, 0, 1).Format(time.DateOnly)
	for _, r := range report.Reports {
		for _, by := range r.By {
			q, err := report.Ask(report.Asked{Report: r.Name, From: first, To: last, By: string(by)}, zone, w.now)
			require.NoError(t, err)
			table, err := report.Read(t.Context(), db, q)
			require.NoError(t, err)
			want, total := map[string]report.Counts{}, report.Counts{}
			for k, n := range w.counted() {
				if at := k.Hour.In(zone).Format(time.DateOnly); !slices.Contains(r.Sources, k.Source) || at < first || at > last {
					continue
				}
				name := fmt.Sprint(key[by](k))
				if want[name] == nil {
					want[name] = report.Counts{}
				}
				want[name].Add(n, report.LedgerOf(k.Source).Counts)
				total.Add(n, report.LedgerOf(k.Source).Counts)
			}
			require.Len(t, table.Lines, len(want), "%s by %s", r.Name, by)
			for _, l := range table.Lines {
				require.Equal(t, want[fmt.Sprint(l.Key)], l.Counts, "%s by %s of %s", r.Name, by, l.Key)
			}
			require.Equal(t, total, table.Total, "%s by %s", r.Name, by)
			if by == report.Day || len(by.Keys()) > 1 { // of days there is from and to; a node is one of its version
				continue
			}
			for value, counts := range want { // limited to one value, the total is that value's
				q.Only = map[report.Dimension]string{by: strings.Trim(value, "[]")}
				limited, err := report.Read(t.Context(), db, q)
				require.NoError(t, err)
				require.Equal(t, counts, limited.Total, "%s of %s %s", r.Name, by, value)
			}
			require.Equal(t, w.now.Truncate(time.Hour), table.Through.UTC())
		}
	}

	// By quarters of an hour a day has what its report has.
	q, err := report.Ask(report.Asked{Report: "queues", From: last, To: last, By: "queue"}, zone, w.now)
	require.NoError(t, err)
	table, err := report.Read(t.Context(), db, q)
	require.NoError(t, err)
	quarters, err := db.Quarters(t.Context(), q.Span(), report.Quarters{Counts: report.OfQuarters})
	require.NoError(t, err)
	voice, err := db.Quarters(t.Context(), q.Span(), report.Quarters{Counts: []string{"offered", "handled"}, Queue: "general", Channel: "voice"})
	require.NoError(t, err)
	q.Only = map[report.Dimension]string{report.Queue: "general", report.Channel: "voice"}
	limited, err := report.Read(t.Context(), db, q)
	require.NoError(t, err)
	some := report.Counts{}
	for _, quarter := range voice {
		require.Len(t, quarter.Counts, 2)
		some.Add(quarter.Counts, report.LedgerOf(report.Contacts).Counts)
	}
	require.Equal(t, []int64{limited.Total["offered"], limited.Total["handled"]}, []int64{some["offered"], some["handled"]}, "limited to a queue and a channel")
	got := map[string]int64{}
	for _, quarter := range quarters {
		require.Zero(t, quarter.Begin.Sub(q.Span().From)%(15*time.Minute))
		for name, n := range quarter.Counts {
			got[quarter.Queue+" "+name] += n
		}
	}
	require.NotEmpty(t, got)
	for _, line := range table.Lines {
		for _, name := range report.OfQuarters {
			require.Equal(t, line.Counts[name], got[line.Key[0]+" "+name], "%s of %s", name, line.Key)
		}
	}
}

func same(t *testing.T, want, got lines) {
	t.Helper()
	for k, n := range want {
		require.Equal(t, n, got[k], "%+v", k)
	}
	require.Len(t, got, len(want))
}

// Several count the same hours at once, as a rebuild beside the job does.
func TestSeveralCountAtOnce(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	db := pgtest.Open(t, url)
	w := newWorld(t, url, 3)
	w.passes(20 * time.Hour)
	now := w.now
	failed := make(chan error, 4)
	for n := range cap(failed) {
		go func() {
			if n%2 == 0 {
				failed <- report.NewCounter(db, func() time.Time { return now }, zerolog.Nop()).Count(t.Context(), job.CountReports{})
				return
			}
			failed <- report.Rebuild(t.Context(), db, report.Span{From: w.begun, To: now}, now, func(report.Source, report.Span) {})
		}()
	}
	for range cap(failed) {
		require.NoError(t, <-failed)
	}
	same(t, w.counted(), w.kept())
}

// brittle dies after some transactions.
type brittle struct {
	*store.Store
	left int
}

func (b *brittle) CountHours(ctx context.Context, s report.Source, span report.Span, after report.Mark) error {
	if b.left--; b.left < 0 {
		return context.Canceled
	}
	return b.Store.CountHours(ctx, s, span, after)
}
