package e2e

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
	"okno/internal/sample"
)

// octets are binary columns in a dump: among so many digits any code is found.
var octets = regexp.MustCompile(`'\\x[0-9a-f]*'`)

// leavesNothing wants no name, no number, no code and no word of a citizen of this run in anything that it leaves behind: the database, what
// Postgres, Okno and Asterisk have logged. A message that still waits may have its number.
func (w *world) leavesNothing(t *testing.T) {
	eventually(t, time.Minute, func() bool {
		return pgtest.Value[int](t, w.database, `SELECT (SELECT count(*) FROM mt_segments WHERE state = 'queued' AND due_at < expires_at)::int + (SELECT count(*) FROM mo_messages WHERE processed_at IS NULL)::int`) == 0
	}, func() string {
		return "messages still wait: " + pgtest.Value[string](t, w.database, `
			SELECT coalesce(string_agg(m.lane || ' due ' || s.due_at || ' expires ' || s.expires_at || ' attempts ' || s.attempts || ' to ' || left(m.destination, 5), E'\n'), 'from citizens')
			FROM mt_segments s JOIN mt_messages m ON m.id = s.mt_id WHERE s.state = 'queued'`)
	})
	places := map[string]string{"the database": octets.ReplaceAllString(pgtest.Dump(t, w.database), "")}
	logs := []string{w.log, filepath.Join(filepath.Dir(pgtest.Value[string](t, w.database, `SHOW data_directory`)), "postgres.log")}
	require.NoError(t, filepath.WalkDir(w.asterisk.Config.Run, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() && slices.Contains([]string{".log", ".csv", ""}, filepath.Ext(path)) {
			logs = append(logs, path)
		}
		return err
	}))
	for _, path := range logs {
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		places[path] = string(content)
	}
	require.Greater(t, len(places["the database"]), 10_000)
	require.NotEmpty(t, places[w.log])

	sought := map[string]string{}
	region, err := sample.Read()
	require.NoError(t, err)
	for _, c := range region.Citizens {
		sought[c.Name], sought[c.NationalNumber] = "a name", "a national number"
		for _, number := range c.Numbers {
			sought[strings.TrimPrefix(number, "+7")] = "a telephone number"
		}
	}
	for _, submit := range w.operator.Submits() {
		sought[strings.TrimPrefix(strings.TrimPrefix(submit.Destination, "+"), "7")] = "a telephone number"
	}
	for _, number := range []string{"+77020000002", "+77010000002"} {
		for _, written := range w.operator.Written(number) {
			if code := sixDigits.FindString(written); code != "" {
				sought[code] = "a code"
			}
		}
	}
	sought["украли паспорт"] = "words"
	for _, number := range pgtest.Value[[]string](t, w.database, `SELECT coalesce(array_agg(destination), '{}') FROM mt_messages WHERE destination <> ''`) {
		delete(sought, strings.TrimPrefix(number, "+7")) // of a password that is not sent: it waits until it has expired
	}
	require.Greater(t, len(sought), 20)
	for place, content := range places {
		for secret, what := range sought {
			if i := strings.Index(content, secret); i >= 0 {
				t.Errorf("%s in %s: …%s…", what, place, content[max(0, i-100):min(len(content), i+len(secret)+100)])
			}
		}
	}
}
