package pgtest

import (
	"context"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"okno/internal/cases"
	"okno/internal/postgres"
	"okno/internal/postgres/store"
)

// Statements are those that a node has run: a test compares what two ways through the store do.
type Statements struct {
	mu  sync.Mutex
	all []string
}

// OpenRecording opens a database of [URL] as a node whose statements are kept.
func OpenRecording(t testing.TB, url string) (*store.Store, *Statements) {
	t.Helper()
	s := &Statements{}
	db, err := store.Open(url, store.Options{Options: postgres.Options{Tracer: s}, Numbering: cases.NewNumbering([]byte("test")), Keys: Keys})
	require.NoError(t, err)
	t.Cleanup(db.Close)
	return db, s
}

// Take gives the statements since the last Take.
func (s *Statements) Take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer func() { s.all = nil }()
	return s.all
}

func (s *Statements) add(sql string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, sql)
}

// TraceQueryStart sees a statement before it runs.
func (s *Statements) TraceQueryStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceQueryStartData) context.Context {
	s.add(d.SQL)
	return ctx
}

// TraceQueryEnd is there for the interface.
func (s *Statements) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// TraceBatchStart sees the statements of a batch before they run.
func (s *Statements) TraceBatchStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceBatchStartData) context.Context {
	for _, q := range d.Batch.QueuedQueries {
		s.add(q.SQL)
	}
	return ctx
}

// TraceBatchQuery is there for the interface.
func (s *Statements) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}

// TraceBatchEnd is there for the interface.
func (s *Statements) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}
