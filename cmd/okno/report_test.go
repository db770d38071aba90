package main

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/report"
)

func TestAReportIsPrinted(t *testing.T) {
	t.Parallel()
	zone, err := report.Zone("Asia/Almaty")
	require.NoError(t, err)
	q, err := report.Ask(report.Asked{Report: "services", From: "2026-11-28", To: "2026-11-28", By: "agency"}, zone, time.Now())
	require.NoError(t, err)
	table := report.Table{Query: q, Keys: []report.Dimension{report.Agency}, Lines: []report.Line{
		{Key: []string{"moj"}, Counts: report.Counts{"asked": 3, "found": 3}}, {Key: []string{""}, Counts: report.Counts{}}},
		Total: report.Counts{"asked": 3, "found": 3}, Through: time.Date(2026, 11, 28, 10, 0, 0, 0, time.UTC),
		Versions: []report.Version{{Version: "0f", Name: "line", At: time.Date(2026, 11, 28, 3, 0, 0, 0, time.UTC)}}}
	var b bytes.Buffer
	require.NoError(t, printReport(&b, table))
	require.Equal(t, `AGENCY  ASKED  FOUND  VAIN  VAIN_RATE
moj     3      3      0     0.0%
        0      0      0     -
all     3      3      0     0.0%
dialogue line, version 0f: first used 2026-11-28 08:00
counted through 2026-11-28 15:00, by days of Asia/Almaty
`, b.String())
	table.Through = time.Time{}
	b.Reset()
	require.NoError(t, printReport(&b, table))
	require.Contains(t, b.String(), "not everything is counted yet")
}
