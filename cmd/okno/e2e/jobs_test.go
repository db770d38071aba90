package e2e

import (
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
)

// A worker sweeps what is over when it begins to lead; the terminal and the metrics show it.
func TestJobs(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	pgtest.Exec(t, url, `INSERT INTO sms_nodes (name, told_at, standing) VALUES ('gone', now() - interval '1 year', '{}')`)
	o := newOkno(t, fmt.Sprintf("database_url: %q\nroles: [worker]\n", url))
	o.start(t)
	o.awaitReady(t, patience)
	left := func() int { return pgtest.Value[int](t, url, `SELECT count(*) FROM sms_nodes`) }
	eventually(t, patience, func() bool { return left() == 0 }, func() string { return o.run(t, "jobs") })
	eventually(t, patience, func() bool {
		return pgtest.Value[int](t, url, `SELECT count(*) FROM river_job WHERE kind = 'retention.sweep' AND state = 'completed'`) == 1
	},
		func() string { return o.run(t, "jobs") })
	require.Regexp(t, `default +retention.sweep +completed +1 `, o.run(t, "jobs"))

	answer, err := http.Get(o.inside + "/metrics")
	require.NoError(t, err)
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.Contains(t, string(said), `okno_jobs{kind="retention.sweep",queue="default",state="completed"} 1`)

	id := fmt.Sprint(pgtest.Value[int64](t, url, `SELECT id FROM river_job WHERE kind = 'retention.sweep'`))
	o.run(t, "jobs", "retry", id)
	eventually(t, patience, func() bool {
		return pgtest.Value[bool](t, url, `SELECT state = 'completed' AND attempt = 2 FROM river_job WHERE kind = 'retention.sweep'`)
	}, func() string { return o.run(t, "jobs") })
	require.Equal(t, "job:"+id, pgtest.Value[string](t, url, `SELECT subject FROM audit WHERE action = 'job.retry'`))
}
