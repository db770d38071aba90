package postgres_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/conversation"
	"okno/internal/message"
	"okno/internal/postgres/pgtest"
)

// What an older version kept of messages in the open is sealed while it waits and erased once it does not; what waits is handled and sent, and
// a redelivery of what was handled is known.
func TestWhatOlderVersionsKeptOfMessagesIsSealed(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	migrateTo(t, url, 67)
	pgtest.Exec(t, url, `
WITH m AS (
    INSERT INTO mt_messages (lane, destination, text, expires_at) VALUES
        ('reply', '+77010000001', 'ждёт отправки', now() + interval '1 day'), ('reply', '+77010000001', 'уже ушло', now() + interval '1 day') RETURNING id, text
), s AS (
    INSERT INTO mt_segments (id, mt_id, part, state, expires_at)
    SELECT id * 256 + 1, id, 1, CASE WHEN text = 'уже ушло' THEN 'delivered' ELSE 'queued' END, now() + interval '1 day' FROM m
), q AS (
    INSERT INTO mt_queue (lane, due_at, id, expires_at) SELECT 'reply', now(), id * 256 + 1, now() + interval '1 day' FROM m WHERE text = 'ждёт отправки'
), mo AS (
    INSERT INTO mo_messages (link, bind, source, destination, text, fingerprint, processed_at, interaction_id, failure) VALUES
        ('a', 'b', '+77010000001', '1414', 'ждёт ответа', 'f1', NULL, NULL, NULL), ('a', 'b', '+77010000002', '1414', 'с ответом', 'f2', now(), 7, NULL),
        ('a', 'b', '+77010000003', '1414', 'не разобрано', 'f3', now(), NULL, 'a defect')
), p AS (
    INSERT INTO mo_parts (link, source, destination, reference, total, part, text, coding, bind) VALUES ('a', '+77010000004', '1414', 7, 2, 1, 'начало ', 0, 'b')
), r AS (INSERT INTO mt_receipts (link, keys, destination, state, failure, received_at) VALUES ('a', '{k}', '+77010000001', 'delivered', '', now())
), u AS (INSERT INTO sms_quarantine (link, raw, status, reason, received_at) VALUES ('a', 'от +77010000005', 1, 'x', now())
), l AS (INSERT INTO lockouts (way, subject, failures, since) VALUES ('otp', 'number:+77010000001', 3, now())
), c AS (
    INSERT INTO challenges (public_id, client, purpose, number, citizen_id, mac, state, expires_at, subjects)
    VALUES ('c', 'portal', 'sign-in', '+77010000001', NULL, '', 'expired', now(), '{number:+77010000001,nobody:+77010000001}')
), a AS (INSERT INTO agency_accounts (system_id, name, password_hash, lane, senders, submit_window, rate, binds) VALUES ('g', 'g', '', 'notice', '{G}', 1, 0, 1) RETURNING system_id
)
INSERT INTO agency_submits (system_id, lane, sender, destination, addresses, receipt, due_at, expires_at, submitted_at, reference, total, part, coding, payload)
SELECT system_id, 'notice', 'G', '+77010000001', '{"Dest": {"Number": "77010000001"}}', 'all', now(), now() + interval '1 day', now(), 1, 2, 1, 0, 'часть' FROM a`)

	db := pgtest.Open(t, url)
	_, err := db.Migrate(context.Background())
	require.NoError(t, err)
	dump := pgtest.Dump(t, url)
	for _, text := range []string{"отправки", "ушло", "ответа", "с ответом", "не разобрано", "начало", "часть"} {
		require.NotContains(t, dump, text)
	}
	require.Equal(t, []string{"ждёт отправки", ""}, pgtest.Texts(t, url, "true"))
	const plain = `SELECT (SELECT count(*) FROM mt_messages WHERE destination <> '') + (SELECT count(*) FROM mo_messages WHERE source <> '') +
		(SELECT count(*) FROM mo_parts WHERE source <> '') + (SELECT count(*) FROM mt_receipts WHERE destination <> '') +
		(SELECT count(*) FROM lockouts WHERE subject LIKE '%+7%') + (SELECT count(*) FROM challenges WHERE challenges::text LIKE '%+7%')`
	require.Equal(t, 3, pgtest.Value[int](t, url, plain), "of what waits: a message in, one out, and a part")

	var heard []string
	hear := func(_ context.Context, _ conversation.Work, mo message.MO) (int64, error) {
		heard = append(heard, mo.Source+" "+mo.Text)
		return 1, nil
	}
	second := message.Arrival{Link: "a", Bind: "b", Source: "+77010000004", Destination: "1414", ReceivedAt: time.Now(),
		Part: message.Part{Reference: 7, Total: 2, Number: 2, Payload: []byte("и конец")}}
	again := message.Arrival{Link: "a", Bind: "b", Source: "+77010000002", Destination: "1414", Text: "с ответом", Fingerprint: []byte("f2"), Identified: true, ReceivedAt: time.Now()}
	pgtest.Commit(t, db, message.Ledger{Arrivals: []message.Arrival{second, again}, Limit: message.Limit{Messages: 9, Within: time.Minute, Parts: 9}})
	for found := 1; found > 0; {
		found, err = db.ProcessMOs(t.Context(), time.Now(), 10, hear)
		require.NoError(t, err)
	}
	require.ElementsMatch(t, []string{"+77010000001 ждёт ответа", "+77010000004 начало и конец"}, heard)
}
