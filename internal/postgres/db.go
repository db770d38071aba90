package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"okno/internal/cases"
	"okno/internal/message"
)

// DB is a pool of connections to the database, and every store method that owns its transaction.
type DB struct {
	pool      *pgxpool.Pool
	publish   func(topic string)
	numbering *cases.Numbering
}

// Options are what the stores need beside the database.
type Options struct {
	// Publish hints to other components, after a commit, that a topic of package news has changed. May be nil.
	Publish func(topic string)
	// Numbering makes the numbers of new cases.
	Numbering *cases.Numbering
}

// Open prepares a pool for the URL. It connects to nothing yet: an address that cannot be parsed is the only error.
func Open(url string, o Options) (*DB, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		// pgx names the password in some of its messages, so the cause stays inside.
		return nil, errors.New("database_url is not a Postgres URL")
	}
	config.ConnConfig.ConnectTimeout = 5 * time.Second
	config.MaxConnIdleTime = time.Minute
	if config.MaxConns < 16 {
		config.MaxConns = 16
	}
	for name, value := range map[string]string{
		// A statement that hangs longer than this holds locks that others wait for.
		"statement_timeout": "30s",
		// Planning would cost as much as doing. So each statement is planned once, and row by row over its indexes: a plan
		// made while a table was small, which reads all of it, would be kept when it is large.
		"plan_cache_mode":   "force_generic_plan",
		"enable_seqscan":    "off",
		"enable_bitmapscan": "off", // a queue read by it is sorted each time
		"enable_hashjoin":   "off",
		"enable_mergejoin":  "off",
		"enable_material":   "off",
		"jit":               "off", // what cannot be done so has the price of a very long statement
	} {
		if config.ConnConfig.RuntimeParams[name] == "" {
			config.ConnConfig.RuntimeParams[name] = value
		}
	}
	pool, err := pgxpool.NewWithConfig(context.Background(), config)
	if err != nil {
		return nil, fmt.Errorf("open database pool: %w", err)
	}
	if o.Publish == nil {
		o.Publish = func(string) {}
	}
	return &DB{pool: pool, publish: o.Publish, numbering: o.Numbering}, nil
}

// Close ends all connections.
func (db *DB) Close() { db.pool.Close() }

// Ready says whether the database answers.
func (db *DB) Ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	return db.pool.Ping(ctx)
}

// Work is one unit of work: a transaction with the steps that may be part of it.
type Work struct {
	tx        pgx.Tx
	touched   map[string]bool // topics to hint at after the commit
	numbering *cases.Numbering
}

// Do runs fn in one transaction, commits it if fn gives no error, and then hints at what it touched.
func (db *DB) Do(ctx context.Context, fn func(*Work) error) error {
	w := &Work{touched: map[string]bool{}, numbering: db.numbering}
	var done bool
	err := pgx.BeginFunc(ctx, db.pool, func(tx pgx.Tx) error {
		w.tx = tx
		err := fn(w)
		done = err == nil
		return err
	})
	switch {
	case err != nil && done:
		return fmt.Errorf("%w: %w", message.ErrUncertain, err)
	case err != nil:
		return err
	}
	for topic := range w.touched {
		db.publish(topic)
	}
	return nil
}

// touch notes that the work changes what others follow.
func (w *Work) touch(topic string) { w.touched[topic] = true }

// noRows turns pgx's "nothing found" into the domain's.
func noRows(err, domain error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return domain
	}
	return err
}
