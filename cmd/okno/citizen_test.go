package main

import (
	"archive/zip"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
	"okno/internal/privacy"
)

// In the terminal a citizen is exported, erased, and erased again after a backup was restored.
func TestACitizenIsExportedAndErasedInTheTerminal(t *testing.T) {
	url := pgtest.URL(t)
	folder := t.TempDir()
	file, list, out := filepath.Join(folder, "okno.yaml"), filepath.Join(folder, "erasures"), filepath.Join(folder, "out.zip")
	const secret = "a secret that is long enough"
	write := func(more string) {
		require.NoError(t, os.WriteFile(file, []byte(fmt.Sprintf("database_url: %q\nsecret: %q\n%s", url, secret, more)), 0o600))
	}
	okno := func(arguments ...string) int { return run(append(arguments, "--config", file)) }
	db, err := openDatabase(config{DatabaseURL: url, Secret: secret}, nil)
	require.NoError(t, err)
	t.Cleanup(db.Close)
	l := pgtest.Live(t, db, url)
	pgtest.Exec(t, url, `UPDATE contacts SET state = 'ended'; UPDATE interactions SET ended_at = now()`)
	who := fmt.Sprintf("#%d", l.Citizen)

	write("")
	require.Equal(t, exitFailure, okno("citizen", "export", pgtest.HerNational, "--out", out), "without a reason")
	require.NoFileExists(t, out)
	require.Zero(t, okno("citizen", "export", pgtest.HerNational, "--reason", "request 17", "--out", out))
	archive, err := zip.OpenReader(out)
	require.NoError(t, err)
	require.Len(t, archive.File, 2)
	require.NoError(t, archive.Close())
	require.Equal(t, exitFailure, okno("citizen", "export", who, "--reason", "request 17", "--out", out), "nothing is overwritten")

	require.Equal(t, exitFailure, okno("citizen", "erase", who, "--reason", "request 18"), "without a list outside the database")
	write(fmt.Sprintf("privacy: {erasures: %q}\n", list))
	require.Zero(t, okno("citizen", "erase", who, "--reason", "request 18"))
	require.Zero(t, pgtest.Value[int](t, url, `SELECT count(*) FROM citizens`))
	pgtest.HidesHer(t, pgtest.Dump(t, url))
	erasures, err := privacy.NewList(list, subkey(secret, "erasures")).Read()
	require.NoError(t, err)
	require.Len(t, erasures, 1)

	pgtest.Exec(t, url, fmt.Sprintf(`INSERT INTO citizens (id, national_index, sealed, created_at) OVERRIDING SYSTEM VALUE
		VALUES (%d, 'x', 'x', '%s')`, l.Citizen, erasures[0].Since.Format("2006-01-02T15:04:05.999999Z07:00")))
	require.Zero(t, okno("citizen", "erase", "--replay"))
	require.Zero(t, pgtest.Value[int](t, url, `SELECT count(*) FROM citizens`))

	write("privacy: {logs: loudly}\n")
	require.Equal(t, exitFailure, okno("citizen", "erase", "--replay"))
}

// The report fails until somebody has looked.
func TestTheReportOfRetentionInTheTerminal(t *testing.T) {
	url := pgtest.URL(t)
	arguments := []string{"retention", "report", "--database-url", url, "--secret", "a secret that is long enough"}
	require.Equal(t, exitFailure, run(arguments))
	db := pgtest.Open(t, url)
	_, err := db.ProveRetention(t.Context(), time.Now())
	require.NoError(t, err)
	require.Zero(t, run(arguments))
}
