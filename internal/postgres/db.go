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

// DB is a pool of connections to the database, and every store method that owns its transaction.
type DB struct {
	pool *pgxpool.Pool
}

// Open prepares a pool for the URL. It connects to nothing yet: an address that cannot be parsed is the only error.
func Open(url string) (*DB, error) {
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
	// A statement that hangs longer than this holds locks that others wait for.
	if config.ConnConfig.RuntimeParams["statement_timeout"] == "" {
		config.ConnConfig.RuntimeParams["statement_timeout"] = "30s"
	}
	pool, err := pgxpool.NewWithConfig(context.Background(), config)
	if err != nil {
		return nil, fmt.Errorf("open database pool: %w", err)
	}
	return &DB{pool: pool}, nil
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
	tx pgx.Tx
}

// Do runs fn in one transaction, and commits it if fn gives no error.
func (db *DB) Do(ctx context.Context, fn func(*Work) error) error {
	return pgx.BeginFunc(ctx, db.pool, func(tx pgx.Tx) error { return fn(&Work{tx: tx}) })
}

// isUnique says whether the error is a violation of the named unique index or constraint.
func isUnique(err error, constraint string) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "23505" && pg.ConstraintName == constraint
}
