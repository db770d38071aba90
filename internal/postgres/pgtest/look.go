package pgtest

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// looker is a connection that waits for the next look at a database: a test that looks at each step would connect some thousand times. It
// lives as long as the test that made it.
type looker struct {
	*pgx.Conn
	over bool // its test has ended while another one looked
}

var lookers = struct {
	sync.Mutex
	idle map[string][]*looker // by URL
}{idle: map[string][]*looker{}}

// unprepared goes before the arguments of a look: the schema may change between two of them.
var unprepared = []any{pgx.QueryExecModeDescribeExec}

// look runs fn on a connection to a database, for a minute at most.
func look(t testing.TB, url string, fn func(context.Context, *pgx.Conn)) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	l := takeIdle(url)
	if l != nil && l.Ping(ctx) != nil { // the server has gone meanwhile
		_ = l.Close(ctx)
		l = nil
	}
	if l == nil {
		conn, err := pgx.Connect(ctx, url)
		require.NoError(t, err)
		l = &looker{Conn: conn}
		t.Cleanup(func() { l.end(url) })
	}
	defer l.giveBack(url)
	fn(ctx, l.Conn)
}

func takeIdle(url string) *looker {
	lookers.Lock()
	defer lookers.Unlock()
	all := lookers.idle[url]
	if len(all) == 0 {
		return nil
	}
	lookers.idle[url] = all[:len(all)-1]
	return all[len(all)-1]
}

func (l *looker) giveBack(url string) {
	lookers.Lock()
	defer lookers.Unlock()
	if l.over || l.IsClosed() {
		_ = l.Close(context.Background())
		return
	}
	lookers.idle[url] = append(lookers.idle[url], l)
}

// end closes the connection, or has it closed by whoever looks.
func (l *looker) end(url string) {
	lookers.Lock()
	defer lookers.Unlock()
	l.over = true
	if i := slices.Index(lookers.idle[url], l); i >= 0 {
		lookers.idle[url] = slices.Delete(lookers.idle[url], i, i+1)
		_ = l.Close(context.Background())
	}
	if len(lookers.idle[url]) == 0 {
		delete(lookers.idle, url)
	}
}
