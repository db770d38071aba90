package ivr_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
)

// records is where Asterisk writes its own.
func (w *world) records() string {
	return filepath.Join(w.asterisk.Config.Run, "log", "cdr-csv", "Master.csv")
}

// billed is what Asterisk's own records have of citizens' channels: from the first record of each to its last.
func (w *world) billed(t *testing.T) map[string][2]time.Time {
	t.Helper()
	const src, context, start, end = 1, 3, 9, 11 // of a line
	content, err := os.Open(w.records())
	require.NoError(t, err)
	defer content.Close()
	records := csv.NewReader(content)
	records.FieldsPerRecord = -1
	lines, err := records.ReadAll()
	require.NoError(t, err)
	found := map[string][2]time.Time{}
	for _, line := range lines {
		if line[context] != "line" { // the context: a phone that Okno rings
			continue
		}
		from, err := time.ParseInLocation(time.DateTime, line[start], time.UTC)
		require.NoError(t, err, line)
		to, err := time.ParseInLocation(time.DateTime, line[end], time.UTC)
		require.NoError(t, err, line)
		if seen, ok := found[line[src]]; ok {
			if seen[0].Before(from) {
				from = seen[0]
			}
			if seen[1].After(to) {
				to = seen[1]
			}
		}
		found[line[src]] = [2]time.Time{from, to}
	}
	return found
}

// Okno's ledger of interactions and Asterisk's records of calls have the same calls, and of each the same time to a second: those that a
// process before began, too.
func TestTheLedgerIsThatOfAsterisk(t *testing.T) {
	t.Parallel()
	w := buildWorldOn(t, pgtest.URL(t), map[string]string{
		"cdr.conf": "enable = yes\nunanswered = yes\n\n[csv]\nusegmtime = yes\nloguniqueid = yes\n", "modules.conf": "load = cdr_csv.so\n",
	})
	require.NoError(t, os.MkdirAll(filepath.Dir(w.records()), 0o755)) // Asterisk makes none
	w.start(t)
	t.Cleanup(func() { w.stop() })

	menu := w.phones.Call(t, "+77010000101", "1414")
	menu.Hears(t, w.clip(t, "menu").Until(2*time.Second), 0, 10*time.Second)
	menu.HangUp(t)
	goodbye := w.phones.Call(t, "+77010000102", "1414")
	goodbye.Key(t, "3")
	goodbye.Ends(t, 20*time.Second)
	w.ends(t)
	waits, _, _ := w.queued(t, "+77010000103")
	waits.HangUp(t)
	w.ends(t)
	citizen, operator, _, id := w.talks(t, "+77010000104")
	w.requireTalk(t, citizen, operator)
	w.holds(t, id, true)
	w.stop()
	w.start(t)
	w.holds(t, id, false)
	w.requireTalk(t, citizen, operator)
	citizen.HangUp(t)
	operator.Ends(t, 10*time.Second)
	w.ends(t)

	type interaction struct {
		number   string
		from, to time.Time
	}
	var ledger []interaction
	for _, number := range []string{"+77010000101", "+77010000102", "+77010000103", "+77010000104"} {
		of := func(column string) time.Time {
			return pgtest.Value[time.Time](t, w.URL, fmt.Sprintf(`SELECT %s FROM interactions ORDER BY id OFFSET %d LIMIT 1`, column, len(ledger)))
		}
		ledger = append(ledger, interaction{number, of("started_at"), of("ended_at")})
	}
	require.Equal(t, len(ledger), pgtest.Value[int](t, w.URL, `SELECT count(*) FROM interactions WHERE outcome <> ''`))
	billed := w.billed(t)
	require.Len(t, billed, len(ledger))
	for _, i := range ledger {
		times, ok := billed[i.number]
		require.True(t, ok, "Asterisk has no call of %s: %v", i.number, billed)
		const second = float64(1500 * time.Millisecond) // Asterisk's records have whole seconds
		require.InDelta(t, times[0].UnixNano(), i.from.UnixNano(), second, "%s begins", i.number)
		require.InDelta(t, times[1].UnixNano(), i.to.UnixNano(), second, "%s ends", i.number)
	}
}
