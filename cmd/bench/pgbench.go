package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"okno/internal/postgres/store"
	"okno/internal/sandbox"
)

// beside is a Postgres that syncs every commit, on which pgbench runs beside Okno.
type beside struct {
	folder   string
	postgres *sandbox.Postgres
	db       *store.Store
	scale    int // of pgbench's tables: 100,000 rows each
}

// open starts Postgres, with the tables of Okno; keys are those of the configurations.
func (p *beside) open(ctx context.Context, o store.Options) (err error) {
	p.postgres, err = sandbox.StartPostgres(ctx, sandbox.PostgresConfig{Bin: sandbox.FromEnvironment().PostgresBin,
		Data: filepath.Join(p.folder, "postgres"), Run: filepath.Join(p.folder, "run")})
	if err != nil {
		return err
	}
	if o.Keys, err = benchKeys(); err != nil {
		return err
	}
	if p.db, err = store.Open(p.postgres.URL(), o); err != nil {
		return err
	}
	_, err = p.db.Migrate(ctx)
	return err
}

// close ends what open has started, even in part.
func (p *beside) close() error {
	if p.db != nil {
		p.db.Close()
	}
	if p.postgres != nil {
		return p.postgres.Stop()
	}
	return nil
}

// tool runs a program of Postgres on its database.
func (p *beside) tool(ctx context.Context, name string, args ...string) ([]byte, error) {
	return exec.CommandContext(ctx, filepath.Join(sandbox.FromEnvironment().PostgresBin, name), append(args, p.postgres.URL())...).CombinedOutput()
}

// fillBeside makes the tables of pgbench, of so many rows.
func (p *beside) fillBeside(ctx context.Context, rows int) error {
	p.scale = max(rows/100_000, 1)
	if out, err := p.tool(ctx, "pgbench", "-i", "-q", "-s", strconv.Itoa(p.scale)); err != nil {
		return fmt.Errorf("pgbench -i: %w: %s", err, out)
	}
	return nil
}

var tps = regexp.MustCompile(`tps = ([0-9.]+)`)

// pgbench gives how many of a script's transactions are done a second.
func (p *beside) pgbench(ctx context.Context, script string, during time.Duration, more ...string) (float64, error) {
	file := filepath.Join(p.folder, "script.sql")
	if err := os.WriteFile(file, []byte(script), 0o600); err != nil {
		return 0, err
	}
	args := append([]string{"-n", "-M", "prepared", "-c", strconv.Itoa(clients), "-j", "2", "-T", strconv.Itoa(int(during.Seconds())), "-s", strconv.Itoa(p.scale), "-f", file}, more...)
	out, err := p.tool(ctx, "pgbench", args...)
	found := tps.FindSubmatch(out)
	if err != nil || found == nil {
		return 0, fmt.Errorf("pgbench: %w: %s", err, out)
	}
	return strconv.ParseFloat(string(found[1]), 64)
}

// pgbenchAt gives how long a script's transaction takes pgbench, at a rate, once it has settled. Its log has the microseconds of each
// in the third column, from when it was due, and when it ended in the fifth and sixth: seconds and microseconds.
func (p *beside) pgbenchAt(ctx context.Context, script string, rate int, during time.Duration) (latency, error) {
	logs := filepath.Join(p.folder, fmt.Sprint("latency-", rate))
	if _, err := p.pgbench(ctx, script, warmingUp+during, "-R", strconv.Itoa(rate), "-l", "--log-prefix="+logs); err != nil {
		return latency{}, err
	}
	files, err := filepath.Glob(logs + ".*")
	if err != nil {
		return latency{}, err
	}
	type done struct{ ended, took time.Duration }
	var all []done
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return latency{}, err
		}
		for line := range strings.Lines(string(content)) {
			var us, s, more int64
			if _, err := fmt.Sscanf(line, "%d %d %d %d %d %d", new(int), new(int), &us, new(int), &s, &more); err != nil {
				return latency{}, fmt.Errorf("pgbench's log: %w", err)
			}
			all = append(all, done{time.Duration(s)*time.Second + time.Duration(more)*time.Microsecond, time.Duration(us) * time.Microsecond})
		}
	}
	slices.SortFunc(all, func(a, b done) int { return cmp.Compare(a.ended, b.ended) })
	var took []time.Duration
	for _, one := range all {
		if one.ended-one.took >= all[0].ended+warmingUp {
			took = append(took, one.took)
		}
	}
	return latencyOf(took)
}
