package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/cases"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/message"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

// What a day leaves behind: conversations, messages and segments that are over.
const day = `
WITH i AS (
    INSERT INTO interactions (channel, number_index, sealed_number, language, ended_at, outcome)
    SELECT 'sms', sha256((n % 5000)::text::bytea), 'x', 'ru', now(), 'self_service' FROM generate_series(1, 20000) n
    RETURNING id, '+7702' || lpad((id % 5000)::text, 7, '0') AS number
), b AS (INSERT INTO data_keys (kind, owner_id, wrapped) SELECT 'i', id, 'x' FROM i
), e AS (
    INSERT INTO entries (interaction_id, speaker, kind, sealed) SELECT id, s, 'wrote', 'x' FROM i, unnest('{citizen,okno}'::text[]) s
), mo AS (
    INSERT INTO mo_messages (link, bind, source, source_index, destination, fingerprint, received_at, processed_at, interaction_id)
    SELECT 'a', 'old', '', sha256(number::bytea), '1414', sha256(id::text::bytea), now(), now(), id FROM i
), m AS (
    INSERT INTO mt_messages (lane, destination, destination_index, interaction_id, expires_at)
    SELECT 'reply', '', sha256(number::bytea), id, now() + interval '1 day' FROM i RETURNING id
), s AS (
    INSERT INTO mt_segments (id, mt_id, part, state, link, message_id, message_key, expires_at, submitted_at, final_at)
    SELECT id * 256 + 1, id, 1, 'delivered', 'a', 'old' || id, 'old' || id, now() + interval '1 day', now(), now() FROM m
), c AS (
    INSERT INTO cases (number, kind, state, contact_index, sealed)
    SELECT lpad(n::text, 9, '0'), 'appeal', 'registered', sha256((n % 5000)::text::bytea), 'x' FROM generate_series(1, 20000) n RETURNING id
), l AS (
    INSERT INTO case_links (case_id, other_id, kind, by)
    SELECT id, other, CASE WHEN id % 2 = 0 THEN 'duplicate' ELSE 'related' END, 'x' FROM (SELECT id, lag(id) OVER (ORDER BY id) AS other FROM c) p WHERE other IS NOT NULL
), f AS (
    INSERT INTO case_attachments (case_id, file, sealed, media_type, size, hash, by) SELECT id, 'file' || id, 'x', 'image/png', 1, 'x', 'x' FROM c
)
SELECT count(*) FROM i`

// Notices that wait.
const backlog = `
WITH m AS (
    INSERT INTO mt_messages (lane, destination, destination_index, sealed, expires_at)
    SELECT 'notice', '+7703' || lpad(n::text, 7, '0'), sha256(n::text::bytea), 'x', now() + interval '1 day' FROM generate_series(1, 20000) n RETURNING id
), s AS (
    INSERT INTO mt_segments (id, mt_id, part, expires_at) SELECT id * 256 + 1, id, 1, now() + interval '1 day' FROM m
)
INSERT INTO mt_queue (lane, due_at, id, expires_at) SELECT 'notice', now(), id * 256 + 1, now() + interval '1 day' FROM m`

// reads is how many rows and index entries all statements so far have looked at.
const reads = `
SELECT (SELECT coalesce(sum(seq_tup_read + idx_tup_fetch), 0) FROM pg_stat_user_tables)::bigint +
       (SELECT coalesce(sum(idx_tup_read), 0) FROM pg_stat_user_indexes)::bigint`

// Statements are planned when a new installation's tables are empty, and the plans are kept; or when an ANALYZE has told of a
// quiet day, or of a backlog of notices. Whatever comes after, they look at no more than they need.
func TestPlansHoldAsTablesGrow(t *testing.T) {
	t.Parallel()
	for name, then := range map[string][]string{
		"planned for empty tables": {day, backlog},
		"planned for a quiet day":  {day, "ANALYZE", backlog},
		"planned for a backlog":    {day, backlog, "ANALYZE"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plansHold(t, then)
		})
	}
}

func plansHold(t *testing.T, then []string) {
	url := pgtest.URL(t)
	db := pgtest.Open(t, url+"&pool_max_conns=1")
	for round, statement := range then {
		traffic(t, db, url, 100+round) // so that each is planned as things stand
		pgtest.Exec(t, url, statement)
	}
	traffic(t, db, url, 1)
	before := settledReads(t, url, nil)
	for round := range 5 {
		traffic(t, db, url, 2+round)
	}
	after := settledReads(t, url, db)
	require.Less(t, after-before, int64(3000), "rows and index entries read by five messages' way, with 20,000 of each kind there")
}

// settledReads waits for the counts of the node's connection, which it has told when it has ended.
func settledReads(t *testing.T, url string, node *store.Store) int64 {
	t.Helper()
	if node != nil {
		node.Close()
		const others = `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`
		require.Eventually(t, func() bool { return pgtest.Value[int](t, url, others) == 0 }, 20*time.Second, 10*time.Millisecond)
	}
	return pgtest.Value[int64](t, url, reads)
}

// traffic is a message's way in and its reply's way out, with all the upkeep.
func traffic(t *testing.T, db *store.Store, url string, round int) {
	t.Helper()
	ctx := context.Background()
	number := fmt.Sprintf("+7701000%04d", round)
	hear := func(ctx context.Context, w conversation.Work, mo message.MO) (int64, error) {
		if mo.Text == "later" {
			if _, together := w.(*store.Work); !together {
				return 0, cases.ErrUnknown
			}
		}
		id, _, found, err := w.OpenOn(ctx, dialogue.SMS, mo.Source)
		if err == nil && !found {
			id, err = w.OpenInteraction(ctx, conversation.Interaction{Channel: dialogue.SMS, Number: mo.Source, Language: dialogue.Russian, Verification: "none"})
			if err == nil {
				err = w.AddSession(ctx, id, conversation.Session{State: dialogue.State{Version: "v", Language: dialogue.Russian}})
			}
		}
		if err != nil {
			return 0, err
		}
		if err := w.AddEntries(ctx, id, conversation.Entry{Speaker: conversation.Citizen, Kind: "wrote", Body: mo.Text}); err != nil {
			return 0, err
		}
		if err := w.EnqueueMT(ctx, message.MT{Lane: message.Reply, Destination: mo.Source, Text: "x", Segments: 1, Interaction: id,
			ExpiresAt: time.Now().Add(time.Hour)}); err != nil {
			return 0, err
		}
		if mo.Text == "bye" {
			return id, w.EndInteraction(ctx, id, conversation.SelfService)
		}
		return id, nil
	}
	for _, text := range []string{"at once", "later", "bye"} {
		_, err := db.CommitSMS(ctx, message.Ledger{Limit: message.Limit{Messages: 20, Within: time.Minute, Parts: 64},
			Arrivals: []message.Arrival{{Link: "a", Bind: "b", Source: number, Destination: "1414", Text: text,
				Fingerprint: fmt.Append(nil, round, text), ReceivedAt: time.Now()}}}, pgtest.JoinPlain, hear)
		require.NoError(t, err)
		_, err = db.ProcessMOs(ctx, time.Now(), 100, hear)
		require.NoError(t, err)
	}
	claim := message.Claim{Link: "a", Slot: "s", Routes: []message.Route{{To: message.Shares}}, Prefixes: []string{"", "+7705"},
		Limit: 3, Notices: 1, Awaited: true, Now: time.Now(), LeaseEnd: time.Now().Add(time.Minute)}
	claimed, err := db.ClaimSegments(ctx, claim)
	require.NoError(t, err)
	require.Len(t, claimed, 3)
	for i, s := range claimed {
		key := fmt.Sprint(round, " ", i)
		pgtest.Commit(t, db, message.Ledger{Receipts: []message.Receipt{{Link: "a", Keys: []string{key, "0" + key}, Destination: s.Destination,
			State: message.Delivered, At: time.Now()}}}) // too early
		pgtest.Commit(t, db, message.Ledger{Outcomes: []message.Outcome{{Segment: s.ID, Claim: s.Claim, Attempt: s.Attempt, State: message.Accepted,
			MessageID: key, MessageKey: key, DueAt: time.Now(), At: time.Now()}}})
		require.Equal(t, "delivered", pgtest.Value[string](t, url, `SELECT state FROM mt_segments WHERE id = $1`, s.ID))
	}
	_, err = db.SweepSMS(ctx, message.Sweep{Now: time.Now(), IncompleteSince: time.Now().Add(-time.Minute)}, pgtest.JoinPlain)
	require.NoError(t, err)
	_, err = db.Awaited(ctx, message.Awaited{Link: "a", Slots: []string{"s"}, From: time.Now().Add(-time.Minute), Before: time.Now()})
	require.NoError(t, err)
	_, err = db.ClaimQueries(ctx, message.ClaimQueries{Link: "a", Before: time.Now(), Since: time.Now().Add(-time.Hour), Limit: 10, Now: time.Now()})
	require.NoError(t, err)
	require.NoError(t, db.Do(ctx, func(w *store.Work) error { return w.SetNotices(ctx, number, round%2 == 0) }))
	_, _, err = db.TraceSMS(ctx, number, 20, "test")
	require.NoError(t, err)
}
