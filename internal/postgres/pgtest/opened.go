package pgtest

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"okno/internal/postgres/datakeys"
	"okno/internal/seal"
)

// Opened is [Value] for a query that reads what is sealed: the plain columns interactions.number, entries.body, sessions.state,
// contacts.context, cases.contact and subject, case_moves.why and told have what the keys of tests open. The tables are copies then, of that
// moment.
func Opened[T any](t testing.TB, url, query string, args ...any) T {
	t.Helper()
	return OpenedBy[T](t, url, Keys, query, args...)
}

// OpenedBy is [Opened] with other keys.
func OpenedBy[T any](t testing.TB, url string, ring *seal.Ring, query string, args ...any) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, url)
	require.NoError(t, err)
	defer conn.Close(ctx)
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead})
	require.NoError(t, err)
	openAll(t, ctx, tx, ring)
	var value T
	require.NoError(t, tx.QueryRow(ctx, query, args...).Scan(&value), query)
	require.NoError(t, tx.Rollback(ctx))
	return value
}

// openAll makes opened copies of the sealed tables, which hide those behind them for this transaction.
func openAll(t testing.TB, ctx context.Context, tx pgx.Tx, ring *seal.Ring) {
	t.Helper()
	for _, table := range []string{"interactions", "entries", "sessions", "contacts", "cases", "case_moves"} {
		_, err := tx.Exec(ctx, "CREATE TEMP TABLE "+table+" ON COMMIT DROP AS SELECT * FROM public."+table)
		require.NoError(t, err)
	}
	_, err := tx.Exec(ctx, `UPDATE interactions SET number = '' WHERE sealed_number IS NULL AND number IS NULL`)
	require.NoError(t, err)
	for _, sealed := range []struct {
		read, write string
		place       func(owner int64, a, b string) string
	}{
		{`SELECT ctid::text, id, '', '', sealed_number, (SELECT wrapped FROM data_keys WHERE kind = 'i' AND owner_id = id) FROM interactions WHERE sealed_number IS NOT NULL`,
			`UPDATE interactions SET number = $2 WHERE ctid = $1::text::tid`,
			func(id int64, _, _ string) string { return datakeys.NumberOf(id) }},
		{`SELECT ctid::text, interaction_id, speaker, kind, sealed, (SELECT wrapped FROM data_keys WHERE kind = 'i' AND owner_id = interaction_id) FROM entries WHERE sealed IS NOT NULL`,
			`UPDATE entries SET body = $2 WHERE ctid = $1::text::tid`, datakeys.EntryOf},
		{`SELECT ctid::text, interaction_id, '', '', sealed, (SELECT wrapped FROM data_keys WHERE kind = 'i' AND owner_id = interaction_id) FROM sessions WHERE sealed IS NOT NULL`,
			`UPDATE sessions SET state = $2::text::jsonb WHERE ctid = $1::text::tid`,
			func(id int64, _, _ string) string { return datakeys.SessionOf(id) }},
		{`SELECT ctid::text, interaction_id, '', '', sealed_context, (SELECT wrapped FROM data_keys WHERE kind = 'i' AND owner_id = interaction_id) FROM contacts WHERE sealed_context IS NOT NULL`,
			`UPDATE contacts SET context = $2::text::jsonb WHERE ctid = $1::text::tid`,
			func(id int64, _, _ string) string { return datakeys.ContextOf(id) }},
		{`SELECT ctid::text, id, '', '', sealed, (SELECT wrapped FROM data_keys WHERE kind = 'c' AND owner_id = id) FROM cases WHERE sealed IS NOT NULL`,
			`UPDATE cases SET contact = coalesce($2::text::json ->> 'contact', ''), subject = $2::text::json ->> 'subject' WHERE ctid = $1::text::tid`,
			func(id int64, _, _ string) string { return datakeys.CaseOf(id) }},
		{`SELECT ctid::text, case_id, '', '', sealed, (SELECT wrapped FROM data_keys WHERE kind = 'c' AND owner_id = case_id) FROM case_moves WHERE sealed IS NOT NULL`,
			`UPDATE case_moves SET why = coalesce($2::text::json ->> 'why', ''), told = coalesce($2::text::json ->> 'told', '') WHERE ctid = $1::text::tid`,
			func(id int64, _, _ string) string { return datakeys.MovesOf(id) }},
	} {
		var at, a, b string
		var owner int64
		var value, wrapped []byte
		rows, err := tx.Query(ctx, sealed.read)
		require.NoError(t, err)
		writes := &pgx.Batch{}
		opener := datakeys.NewOpener(ring)
		_, err = pgx.ForEachRow(rows, []any{&at, &owner, &a, &b, &value, &wrapped}, func() error {
			plain, err := opener.Open(wrapped, sealed.place(owner, a, b), value)
			if err == nil && plain != nil {
				writes.Queue(sealed.write, at, string(plain))
			}
			return err
		})
		require.NoError(t, err)
		require.NoError(t, tx.SendBatch(ctx, writes).Close())
	}
}

// Seal seals the rows that a test has put there in the open, as an older version would have.
func Seal(t testing.TB, url string) {
	t.Helper()
	db := OpenPublishing(t, url, nil)
	require.NoError(t, db.SealPlain(context.Background()))
}
