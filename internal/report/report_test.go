package report

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/dialogue"
	"okno/internal/fault"
)

// Whoever adds a figure says what it is in all languages, and computes it of counts that are kept.
func TestEachFigureIsDefined(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for _, r := range Reports {
		require.False(t, names[r.Name], "%s is there twice", r.Name)
		names[r.Name] = true
		kept := map[string]Source{}
		for _, s := range r.Sources {
			require.NotEmpty(t, LedgerOf(s).Counts, "%s of %s", s, r.Name)
			for _, c := range LedgerOf(s).Counts {
				require.Empty(t, kept[c.Name], "%s is of two sources of %s: they would be added up", c.Name, r.Name)
				kept[c.Name] = s
			}
		}
		figures := map[string]bool{}
		for _, f := range r.Figures {
			where := r.Name + "." + f.Name
			require.False(t, figures[f.Name], "%s is there twice", where)
			figures[f.Name] = true
			require.NotEmpty(t, f.names(), where)
			for _, name := range f.names() {
				require.NotEmpty(t, kept[name], "%s is computed of %s, which nobody counts", where, name)
			}
			for _, l := range dialogue.Languages {
				require.NotEmpty(t, f.Title[l], "%s in %s", where, l)
				require.NotEmpty(t, f.Definition[l], "%s in %s", where, l)
			}
			require.Contains(t, []Unit{Number, Share, Seconds}, f.Unit, where)
		}
		for _, l := range dialogue.Languages {
			require.NotEmpty(t, r.Title[l], "%s in %s", r.Name, l)
			for _, d := range r.By {
				require.NotEmpty(t, d.Title()[l], "%s in %s", d, l)
			}
		}
	}
}

// Nothing is counted that no figure shows.
func TestEachCountIsShown(t *testing.T) {
	t.Parallel()
	for _, l := range Ledgers {
		shown := map[string]bool{}
		for _, r := range Reports {
			for _, c := range r.Counts() {
				for _, s := range r.Sources {
					shown[c.Name] = shown[c.Name] || s == l.Source
				}
			}
		}
		for _, c := range l.Counts {
			require.True(t, shown[c.Name], "%s of %s", c.Name, l.Source)
		}
	}
}

func figure(t *testing.T, report, name string) Figure {
	r, err := Named(report)
	require.NoError(t, err)
	for _, f := range r.Figures {
		if f.Name == name {
			return f
		}
	}
	require.Fail(t, "no such figure", name)
	return Figure{}
}

func TestFigures(t *testing.T) {
	t.Parallel()
	queues := Counts{"offered": 110, "answered": 80, "answered_in_target": 75, "abandoned": 25, "abandoned_short": 10, "wait": 800_000, "longest_wait": 61_000,
		"handled": 50, "talk": 6_000_000, "wrap_up": 1_500_000, "wait_le_5": 40, "wait_le_20": 35, "wait_le_120": 5}
	for _, row := range []struct {
		report, figure string
		counts         Counts
		want           string // as it is written
	}{
		{"queues", "service_level", queues, "0.7500"},
		{"queues", "abandonment", queues, "0.1500"},
		{"queues", "asa", queues, "10.0"},
		{"queues", "aht", queues, "150.0"},
		{"queues", "longest_wait", queues, "61.0"},
		{"queues", "wait_p90", queues, "20.0"},
		{"queues", "wait_p90", Counts{"wait_longer": 1}, ""},
		{"queues", "wait_p90", Counts{}, ""},
		{"queues", "offered", queues, "110"},
		{"queues", "service_level", Counts{"offered": 3, "abandoned_short": 3}, ""},
		{"queues", "asa", Counts{}, ""},
		{"dialogue", "self_service_rate", Counts{"begun": 110, "self_served": 40, "under_way": 4, "cancelled": 3, "dismissed": 2, "other": 1}, "0.4000"},
		{"sms", "delivery_rate", Counts{"segments": 120, "delivered": 90, "queued": 15, "unreported": 5}, "0.9000"},
	} {
		require.Equal(t, row.want, figure(t, row.report, row.figure).Cell(row.counts), "%s %v", row.figure, row.counts)
	}
	require.Equal(t, "answered_in_target / (offered - abandoned_short)", figure(t, "queues", "service_level").Formula())
}

func TestCountsFold(t *testing.T) {
	t.Parallel()
	c := Counts{}
	of := LedgerOf(Contacts).Counts
	c.Add(Counts{"offered": 2, "longest_wait": 7}, of)
	c.Add(Counts{"offered": 3, "longest_wait": 5, "nonsense": 1}, of)
	require.Equal(t, Counts{"offered": 5, "longest_wait": 7}, c)
}

func TestAsk(t *testing.T) {
	t.Parallel()
	almaty, err := Zone("Asia/Almaty")
	require.NoError(t, err)
	now := time.Date(2026, 11, 27, 20, 30, 0, 0, time.UTC) // the 28th in Almaty
	q, err := Ask(Asked{Report: "queues"}, almaty, now)
	require.NoError(t, err)
	require.Equal(t, Day, q.By)
	require.Equal(t, Span{time.Date(2026, 11, 21, 19, 0, 0, 0, time.UTC), time.Date(2026, 11, 28, 19, 0, 0, 0, time.UTC)}, q.Span(), "seven days, today included")
	q, err = Ask(Asked{Report: "queues", From: "2024-02-28", To: "2024-03-01", By: "queue", Only: map[string]string{"channel": "voice"}}, almaty, now)
	require.NoError(t, err)
	require.Equal(t, Span{time.Date(2024, 2, 27, 18, 0, 0, 0, time.UTC), time.Date(2024, 3, 1, 19, 0, 0, 0, time.UTC)}, q.Span(), "in between, Almaty changed its zone")

	require.Equal(t, map[Dimension]string{Channel: "voice"}, q.Only)
	for _, wrong := range []struct {
		asked Asked
		kind  fault.Kind
		field string
	}{
		{Asked{Report: "nothing"}, fault.NotFound, "report"},
		{Asked{Report: "queues", By: "agency"}, fault.Invalid, "by"},
		{Asked{Report: "queues", From: "2026-13-01"}, fault.Invalid, "from"},
		{Asked{Report: "queues", From: "yesterday"}, fault.Invalid, "from"},
		{Asked{Report: "queues", To: "0001-01-01"}, fault.Invalid, "to"},
		{Asked{Report: "queues", From: "2026-11-02", To: "2026-11-01"}, fault.Invalid, "to"},
		{Asked{Report: "queues", From: "2025-01-01", To: "2026-11-01"}, fault.Invalid, "from"},
		{Asked{Report: "queues", Only: map[string]string{"agency": "moj"}}, fault.Invalid, "only"},
		{Asked{Report: "queues", Only: map[string]string{"day": "2026-11-01"}}, fault.Invalid, "only"},
	} {
		_, err := Ask(wrong.asked, almaty, now)
		var found *fault.Error
		require.ErrorAs(t, err, &found, "%+v", wrong)
		require.Equal(t, []any{wrong.kind, wrong.field}, []any{found.Kind, found.Field}, "%+v", wrong)
	}
	for _, zone := range []string{"Asia/Nowhere", "Local", "Asia/Kolkata", "../etc/passwd"} {
		_, err := Zone(zone)
		require.Error(t, err, zone)
	}
}

func TestCSV(t *testing.T) {
	t.Parallel()
	r, err := Named("services")
	require.NoError(t, err)
	table := Table{Query: Query{Report: r, By: Service}, Keys: Service.Keys(), Lines: []Line{
		{[]string{"=cmd()"}, Counts{"asked": 4, "found": 3, "vain": 1}}, {[]string{`a "quote", and more`}, Counts{}}, {[]string{""}, Counts{"asked": 1, "vain": 1}}}}
	var b bytes.Buffer
	require.NoError(t, table.WriteCSV(&b))
	require.Equal(t, strings.Join([]string{"service,asked,found,vain,vain_rate", "'=cmd(),4,3,1,0.2500", `"a ""quote"", and more",0,0,0,`, ",1,0,1,1.0000", ""}, "\n"), b.String())
}

// The definitions of docs/reports.md are those in force.
func TestTheDocumentIsOfTheseFigures(t *testing.T) {
	t.Parallel()
	document, err := os.ReadFile("../../docs/reports.md")
	require.NoError(t, err)
	require.Contains(t, string(document), Document(), "put this into docs/reports.md:\n%s", Document())
	require.Contains(t, string(document), LedgerTable(), "put this into docs/reports.md:\n%s", LedgerTable())
}
