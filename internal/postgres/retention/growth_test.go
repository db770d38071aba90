package retention_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
	store "okno/internal/postgres/retention"
	"okno/internal/retention"
)

// while is what a busy installation leaves in each table, $1 being its moment and $2 how much it is.
const while = `
WITH i AS (
    INSERT INTO interactions (channel, number_index, sealed_number, language, started_at, active_at, ended_at, outcome)
    SELECT 'sms', sha256((n % 5000)::text::bytea), repeat('x', 40)::bytea, 'ru', $1, $1, $1, 'self_service' FROM generate_series(1, $2) n
    RETURNING id, '+7702' || lpad((id % 5000)::text, 7, '0') AS number
), b AS (INSERT INTO data_keys (kind, owner_id, wrapped) SELECT 'i', id, repeat('x', 65)::bytea FROM i
), e AS (
    INSERT INTO entries (interaction_id, at, speaker, kind, sealed) SELECT id, $1, s, 'wrote', repeat('x', 128)::bytea FROM i, unnest('{citizen,okno,citizen,okno}'::text[]) s
), k AS (
    INSERT INTO contacts (interaction_id, queue, channel, language, reason, effect, state)
    SELECT id, 'q', 'sms', 'ru', '', 'x', 'ended' FROM i RETURNING id
), o AS (INSERT INTO offers (contact_id, agent_id, state, expires_at) SELECT k.id, (SELECT min(id) FROM agents), 'expired', $1 FROM k
), r AS (INSERT INTO streams (name, seq) SELECT 'contact:' || id, 2 FROM k
), v AS (INSERT INTO stream_events (stream, seq, at, kind, payload) SELECT 'contact:' || id, s, $1, 'entry', '{"a": 1}' FROM k, generate_series(1, 2) s
), mo AS (
    INSERT INTO mo_messages (link, bind, source, source_index, destination, fingerprint, received_at, processed_at, interaction_id)
    SELECT 'a', 'old', '', sha256(number::bytea), '1414', sha256(id::text::bytea), $1, $1, id FROM i
), m AS (
    INSERT INTO mt_messages (lane, destination, destination_index, interaction_id, created_at, expires_at) SELECT 'reply', '', sha256(number::bytea), id, $1, $1 FROM i RETURNING id
), s AS (
    INSERT INTO mt_segments (id, mt_id, part, state, link, message_id, message_key, expires_at, submitted_at, final_at)
    SELECT id * 256 + 1, id, 1, 'delivered', 'a', 'old' || id, 'old' || id, $1, $1, $1 FROM m
), c AS (INSERT INTO commands (id, agent_id, at, sealed) SELECT 'c' || id, (SELECT min(id) FROM agents), $1, 'x' FROM i
), l AS (INSERT INTO logins (token_hash, agent_id, expires_at) SELECT sha256(id::text::bytea), (SELECT min(id) FROM agents), $1 FROM i
), h AS (
    INSERT INTO challenges (public_id, client, purpose, number, number_index, citizen_id, mac, state, created_at, expires_at)
    SELECT 'c' || id, 'c', '', '', sha256(number::bytea), (SELECT min(id) FROM citizens), '', 'expired', $1, $1 FROM i
)
SELECT count(*) FROM i`

// let lets a while pass.
func let(t testing.TB, url string, at time.Time, n int) {
	t.Helper()
	pgtest.Exec(t, url, strings.NewReplacer("$1", "'"+at.Format(time.RFC3339Nano)+"'::timestamptz", "$2", strconv.Itoa(n)).Replace(while))
}

// reads is how many rows and index entries all statements so far have looked at.
const reads = `
SELECT (SELECT coalesce(sum(seq_tup_read + idx_tup_fetch), 0) FROM pg_stat_user_tables)::bigint +
       (SELECT coalesce(sum(idx_tup_read), 0) FROM pg_stat_user_indexes)::bigint`

func TestAPassReadsLittleOfWhatStays(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	pgtest.Exec(t, url, ground)
	pgtest.Exec(t, url, kept)
	for _, table := range store.Swept() {
		rule, _ := retention.Of(table)
		add(t, url, table, time.Now().Add(-rule.For-time.Minute), "old")
	}
	let(t, url, time.Now(), 20000)
	before := pgtest.Value[int64](t, url, reads)
	db := pgtest.Open(t, url)
	deleted, whole, err := db.SweepOld(t.Context(), time.Now(), time.Minute)
	require.NoError(t, err)
	require.True(t, whole)
	require.Len(t, deleted, len(store.Swept()))
	db.Close() // it tells then
	const others = `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`
	require.Eventually(t, func() bool { return pgtest.Value[int](t, url, others) == 0 }, 20*time.Second, 10*time.Millisecond)
	// Of the five tables that are read from their oldest id: a page of 500 rows, by its index, twice.
	require.Less(t, pgtest.Value[int64](t, url, reads)-before, int64(12000), "rows and index entries read, with 20,000 of each kind there")
}

// grow writes a while of rows, lets what is over go, and vacuums as autovacuum would, step by step. It gives the size of the
// tables that are written, with their indexes, after each step.
func grow(t testing.TB, steps, rows int) (names []string, sizes []map[string]int64) {
	url := pgtest.URL(t)
	db := pgtest.Open(t, url)
	pgtest.Exec(t, url, ground)
	names = []string{"interactions", "data_keys", "entries", "contacts", "offers", "streams", "stream_events", "mo_messages", "mt_messages", "mt_segments", "commands", "logins", "challenges"}
	start := time.Now().Add(-time.Duration(steps) * month)
	for step := range steps {
		now := start.Add(time.Duration(step) * month)
		let(t, url, now, rows)
		_, _, err := db.SweepOld(t.Context(), now, time.Minute)
		require.NoError(t, err)
		size := map[string]int64{}
		for _, name := range names {
			pgtest.Exec(t, url, "VACUUM "+name)
			size[name] = pgtest.Value[int64](t, url, "SELECT pg_total_relation_size('"+name+"')")
		}
		sizes = append(sizes, size)
	}
	return names, sizes
}

const month = 30 * 24 * time.Hour

// The longest window is a year. After it nothing grows any more, but for a page here and there: without deletion each table would
// more than double. It runs alone: what other tests of the cluster hold open keeps vacuum from giving pages back.
func TestDeletionAloneDoesNotBloat(t *testing.T) {
	names, sizes := grow(t, 40, 300)
	for _, name := range names {
		year, later := sizes[16][name], sizes[39][name] // a page that vacuum has emptied is used again after the next one or two
		require.LessOrEqual(t, float64(later), 1.5*float64(year), "%s grows from %d to %d bytes in two years more", name, year, later)
	}
}

// BenchmarkBloat prints the sizes of three years: go test -bench Bloat -benchtime 1x ./internal/postgres/retention
func BenchmarkBloat(b *testing.B) {
	for b.Loop() {
		names, sizes := grow(b, 40, 3000)
		out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
		fmt.Fprint(out, "MB after months\t")
		months := []int{1, 4, 7, 13, 14, 20, 26, 32, 40}
		for _, m := range months {
			fmt.Fprintf(out, "%d\t", m)
		}
		fmt.Fprintln(out)
		for _, name := range names {
			fmt.Fprint(out, name, "\t")
			for _, m := range months {
				fmt.Fprintf(out, "%.1f\t", float64(sizes[m-1][name])/1e6)
			}
			fmt.Fprintln(out)
		}
		require.NoError(b, out.Flush())
	}
}
