package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// DB is the database: a hot pool for what is done row by row, and a report pool for lists, searches and reports.
type DB struct {
	hot, report *pgxpool.Pool
	publish     func(topic string)

	url    string
	tracer pgx.QueryTracer
}

// Options are what the database needs beside its URL.
type Options struct {
	// Publish hints to other components, after a commit, that a topic of package news has changed. May be nil.
	Publish func(topic string)
	// ReportURL is where reports are read, which may be a read replica. Default: the database itself.
	ReportURL string
	// Tracer sees every statement. For tests; may be nil.
	Tracer pgx.QueryTracer
}

// hotSettings plan each statement once, and row by row over its indexes. Planning would cost as much as doing; and a plan
// made while a table was small, which reads all of it, would be kept when it is large.
var hotSettings = map[string]string{
	"statement_timeout": "30s", // a statement that hangs longer holds locks that others wait for
	"plan_cache_mode":   "force_generic_plan",
	"enable_seqscan":    "off",
	"enable_bitmapscan": "off", // a queue read by it is sorted each time
	"enable_hashjoin":   "off",
	"enable_mergejoin":  "off",
	"enable_material":   "off",
	"jit":               "off", // what cannot be done so has the price of a very long statement
}

// reportSettings leave the planner free.
var reportSettings = map[string]string{
	"statement_timeout": "15s",
	"plan_cache_mode":   "force_custom_plan", // a list is filtered in many ways, and each wants its own plan
}

// backgroundSettings leave the planner free.
var backgroundSettings = map[string]string{"statement_timeout": "30s"}

// Open prepares the pools for the URL. It connects to nothing yet: an address that cannot be parsed is the only error.
func Open(url string, o Options) (*DB, error) {
	hot, err := pool("database_url", url, 16, hotSettings, o.Tracer)
	if err != nil {
		return nil, err
	}
	name := "database_report_url"
	if o.ReportURL == "" {
		name, o.ReportURL = "database_url", url
	}
	report, err := pool(name, o.ReportURL, 4, reportSettings, o.Tracer)
	if err != nil {
		hot.Close()
		return nil, err
	}
	if o.Publish == nil {
		o.Publish = func(string) {}
	}
	return &DB{hot: hot, report: report, publish: o.Publish, url: url, tracer: o.Tracer}, nil
}

// pool opens at least a number of connections with settings, unless the URL says otherwise. name is the URL's in the
// configuration.
func pool(name, url string, connections int32, settings map[string]string, tracer pgx.QueryTracer) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		// pgx names the password in some of its messages, so the cause stays inside.
		return nil, errors.New(name + " is not a Postgres URL")
	}
	config.ConnConfig.Tracer = tracer
	config.ConnConfig.ConnectTimeout = 5 * time.Second
	config.MaxConnIdleTime = time.Minute
	config.MaxConns = max(config.MaxConns, connections)
	for name, value := range settings {
		if config.ConnConfig.RuntimeParams[name] == "" {
			config.ConnConfig.RuntimeParams[name] = value
		}
	}
	p, err := pgxpool.NewWithConfig(context.Background(), config)
	if err != nil {
		return nil, fmt.Errorf("open database pool: %w", err)
	}
	return p, nil
}

// Close ends all connections.
func (db *DB) Close() {
	db.hot.Close()
	db.report.Close()
}

// Background opens a pool of its own for bookkeeping beside the hot path, so that neither waits for the other's connections. The
// planner is free. Who opens it closes it.
func (db *DB) Background(connections int32) (*pgxpool.Pool, error) {
	return pool("database_url", db.url, connections, backgroundSettings, db.tracer)
}

// Ready says whether the database answers.
func (db *DB) Ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	return db.hot.Ping(ctx)
}

const probeWrite = `INSERT INTO write_probes (node) VALUES ($1) ON CONFLICT (node) DO UPDATE SET at = now()`

// Writable says whether the database takes writes of a node: one whose disk is full, or that is a replica, answers and takes none.
func (db *DB) Writable(ctx context.Context, node string) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	if _, err := db.hot.Exec(ctx, probeWrite, node); err != nil {
		return fmt.Errorf("no writes: %w", err)
	}
	return nil
}

// Hint publishes a topic at once, for a single statement that needed no transaction.
func (db *DB) Hint(topic string) { db.publish(topic) }

// Exec runs one statement on the hot pool, as a transaction of its own.
func (db *DB) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	tag, err := db.hot.Exec(ctx, sql, args...)
	return tag, explain(err)
}

// Query runs one statement on the hot pool, as a transaction of its own.
func (db *DB) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	rows, err := db.hot.Query(ctx, sql, args...)
	return rows, explain(err)
}

// QueryRow runs one statement on the hot pool, as a transaction of its own.
func (db *DB) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	return explainedRow{db.hot.QueryRow(ctx, sql, args...)}
}

type explainedRow struct{ pgx.Row }

func (r explainedRow) Scan(values ...any) error { return explain(r.Row.Scan(values...)) }
