// Package pgtest gives a test its own database: a clone of a migrated template on a real Postgres.
package pgtest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"okno/internal/cases"
	"okno/internal/postgres"
	"okno/internal/postgres/store"
	"okno/internal/seal"
	"okno/migrations"
)

// Env names the variable that holds the URL of a superuser's database on a Postgres server for tests. scripts/test starts
// such a server and sets it.
const Env = "OKNO_TEST_DATABASE_URL"

// New gives a database of the test's own, migrated and empty, and drops it when the test ends.
func New(t testing.TB) *store.Store {
	t.Helper()
	return Open(t, URL(t))
}

// Open opens a database of [URL], as a node of its own. The test fails if a transaction breaks [postgres.LockOrder].
func Open(t testing.TB, url string) *store.Store { return OpenPublishing(t, url, nil) }

// Keys are those of all databases of tests.
var Keys = must(seal.NewRing(OldKey))

func must(r *seal.Ring, err error) *seal.Ring {
	if err != nil {
		panic(err)
	}
	return r
}

// OpenPublishing is Open for a node whose hints go somewhere.
func OpenPublishing(t testing.TB, url string, publish func(topic string)) *store.Store {
	t.Helper()
	options := postgres.Options{Publish: publish, Tracer: newLockOrder(t)}
	db, err := store.Open(url, store.Options{Options: options, Numbering: cases.NewNumbering([]byte("test")), Keys: Keys})
	require.NoError(t, err)
	t.Cleanup(db.Close)
	return db
}

// Away is a store whose database is not there.
func Away(t testing.TB) *store.Store {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	require.NoError(t, listener.Close())
	away, err := store.Open("postgres://okno@"+address+"/okno", store.Options{Keys: Keys})
	require.NoError(t, err)
	t.Cleanup(away.Close)
	return away
}

// URL is like New, for what opens the database by itself.
func URL(t testing.TB) string {
	t.Helper()
	server := os.Getenv(Env)
	require.NotEmpty(t, server, "%s is not set: run the tests by scripts/test, or start Postgres with scripts/sandbox", Env)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	admin, err := pgx.Connect(ctx, server)
	require.NoError(t, err)
	defer admin.Close(ctx)

	template := templateName(t)
	// Packages are tested by processes side by side: one of them makes the template. CREATE DATABASE also wants the
	// template to be free of connections, so cloning takes turns as well.
	_, err = admin.Exec(ctx, "SELECT pg_advisory_lock(141414)")
	require.NoError(t, err)
	var exists bool
	require.NoError(t, admin.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", template).Scan(&exists))
	if !exists {
		makeTemplate(t, ctx, admin, server, template)
	}
	name := "okno_test_" + randomHex()
	_, err = admin.Exec(ctx, fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s", name, template))
	require.NoError(t, err)
	_, err = admin.Exec(ctx, "SELECT pg_advisory_unlock(141414)")
	require.NoError(t, err)

	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		admin, err := pgx.Connect(ctx, server)
		if err != nil {
			return // the server is gone, and the database with it
		}
		defer admin.Close(ctx)
		_, _ = admin.Exec(ctx, fmt.Sprintf("DROP DATABASE %s WITH (FORCE)", name))
	})
	return withDatabase(t, server, name)
}

func makeTemplate(t testing.TB, ctx context.Context, admin *pgx.Conn, server, template string) {
	t.Helper()
	half := template + "_half" // renamed when whole, so that a broken run leaves no half template
	_, err := admin.Exec(ctx, fmt.Sprintf("DROP DATABASE IF EXISTS %s WITH (FORCE)", half))
	require.NoError(t, err)
	_, err = admin.Exec(ctx, "CREATE DATABASE "+half)
	require.NoError(t, err)
	db, err := postgres.Open(withDatabase(t, server, half), postgres.Options{})
	require.NoError(t, err)
	_, err = db.Migrate(ctx)
	db.Close()
	require.NoError(t, err)
	_, err = admin.Exec(ctx, fmt.Sprintf("ALTER DATABASE %s RENAME TO %s", half, template))
	require.NoError(t, err)
}

// templateName depends on the migrations, so that a changed schema gets a new template.
func templateName(t testing.TB) string {
	t.Helper()
	hash := sha256.New()
	require.NoError(t, fs.WalkDir(migrations.Files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(migrations.Files, path)
		hash.Write([]byte(path))
		hash.Write(content)
		return err
	}))
	return "okno_template_" + hex.EncodeToString(hash.Sum(nil)[:6])
}

func withDatabase(t testing.TB, server, name string) string {
	t.Helper()
	u, err := url.Parse(server)
	require.NoError(t, err)
	u.Path = "/" + name
	return u.String()
}

func randomHex() string {
	var b [6]byte
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// Value gives the one value that a query finds, for a test that looks behind the stores.
func Value[T any](t testing.TB, url, query string, args ...any) T {
	t.Helper()
	var value T
	look(t, url, func(ctx context.Context, conn *pgx.Conn) {
		require.NoError(t, conn.QueryRow(ctx, query, slices.Concat(unprepared, args)...).Scan(&value), query)
	})
	return value
}

// Exec runs a statement, for a test that does what no store would.
func Exec(t testing.TB, url, statement string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, url)
	require.NoError(t, err)
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, statement)
	require.NoError(t, err, statement)
}

// HoldRow runs fn while another transaction has locked what a statement locks.
func HoldRow(t testing.TB, url, statement string, fn func()) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, url)
	require.NoError(t, err)
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, "BEGIN; "+statement)
	require.NoError(t, err, statement)
	fn()
	_, err = conn.Exec(ctx, "ROLLBACK")
	require.NoError(t, err)
}
