package retention_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
	store "okno/internal/postgres/retention"
	"okno/internal/retention"
)

const tables = `SELECT array_agg(c.relname::text ORDER BY 1) FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace`

func TestEveryTableHasARule(t *testing.T) {
	t.Parallel()
	there := pgtest.Value[[]string](t, pgtest.URL(t), tables)
	for _, table := range there {
		_, ok := retention.Of(table)
		require.True(t, ok, "how long do the rows of %s stay? Write its rule into retention.Rules", table)
	}
	var timed []string
	for _, r := range retention.Rules {
		require.Contains(t, there, r.Table, "a rule for a table that is not there")
		if r.For > 0 {
			timed = append(timed, r.Table)
		}
	}
	require.ElementsMatch(t, timed, store.Swept(), "each rule with a time has one statement")
}

// ground is what rows refer to.
const ground = `
WITH a AS (INSERT INTO agents (login, name, role, password_hash, languages) VALUES ('a', 'a', 'agent', '', '{ru}'), ('b', 'b', 'agent', '', '{ru}')),
     z AS (INSERT INTO citizens (national_number, name) VALUES ('900101300017', 'z')),
     q AS (INSERT INTO queues (name, title) VALUES ('q', '{}')),
     c AS (INSERT INTO clients (name) VALUES ('c')),
     g AS (INSERT INTO smpp_accounts (system_id, name, password_hash, lane, senders, submit_window, rate, binds) VALUES ('g', 'g', '', 'notice', '{x}', 1, 0, 1)),
     k AS (INSERT INTO cases (number, kind, state, subject) VALUES ('000000000', 'appeal', 'registered', '')),
     f AS (INSERT INTO evaluation_forms (name) VALUES ('f')),
     v AS (INSERT INTO evaluation_form_versions (form, version, title, questions) VALUES ('f', 1, '{}', '[]')),
     d AS (INSERT INTO dialogues (version, name, source) VALUES ('v', 'd', '{}')),
     s AS (INSERT INTO subscribers (number, notices_stopped_at) VALUES ('+77010000000', now() - interval '9 years')),
     j AS (INSERT INTO audit (actor, action, subject, at) VALUES ('x', 'x', 'x', now() - interval '9 years')),
     l AS (INSERT INTO leases (name, holder, expires_at) VALUES ('l', 'x', now() - interval '9 years')),
     r AS (INSERT INTO streams (name, seq) VALUES ('agent:1', 7))
SELECT 1`

// rows adds one row of each table, or as many as there are channels of it: each over since a moment $1; $2 makes keys distinct.
var rows = map[string]string{
	"interactions": `
WITH i AS (
    INSERT INTO interactions (channel, number, language, started_at, active_at, ended_at)
    SELECT c, '', 'ru', $1, $1, CASE WHEN c = 'voice' THEN $1 END FROM unnest('{voice,sms}'::text[]) c WHERE c = 'voice' OR $2 <> 'open'
    RETURNING id, channel
), b AS (INSERT INTO data_keys (kind, owner_id, wrapped) SELECT 'i', id, '' FROM i
), e AS (INSERT INTO entries (interaction_id, at, speaker, kind, body) SELECT id, $1, 'okno', 'said', 'x' FROM i
), l AS (INSERT INTO interaction_cases SELECT id, 1 FROM i
), s AS (INSERT INTO sessions (interaction_id, version, state) SELECT id, 'v', '{}' FROM i
), c AS (INSERT INTO calls (interaction_id, asterisk, state, ended_at) SELECT id, 'a', 'ended', $1 FROM i WHERE channel = 'voice'
), g AS (INSERT INTO legs (id, call_id, role, outbound, state) SELECT 'leg' || id, id, 'citizen', false, 'ended' FROM i
), n AS (INSERT INTO call_orders (id, call_id, kind, by, expires_at) SELECT 'order' || id, id, 'say', 'okno', $1 FROM i
), k AS (
    INSERT INTO contacts (interaction_id, queue, channel, language, reason, effect, state)
    SELECT id, 'q', channel, 'ru', '', 'x', 'ended' FROM i RETURNING id, interaction_id
), o AS (INSERT INTO offers (contact_id, agent_id, state, expires_at) SELECT k.id, a.id, 'expired', $1 FROM k, agents a
), d AS (INSERT INTO drafts (contact_id, agent_id, field, interaction_id, sealed) SELECT k.id, a.id, 'note', k.interaction_id, 'x' FROM k, agents a
), v AS (
    INSERT INTO evaluations (contact_id, interaction_id, agent_id, by_agent, form, version)
    SELECT k.id, k.interaction_id, min(a.id), max(a.id), 'f', 1 FROM k, agents a GROUP BY k.id, k.interaction_id
), r AS (INSERT INTO streams (name, seq) SELECT 'contact:' || id, 1 FROM k)
SELECT count(*) FROM i`,
	"recordings": `
WITH r AS (INSERT INTO recordings (interaction_id, contact_id, asterisk, name, state, expires_at) VALUES (1, 1, 'a', $2, 'lost', $1) RETURNING id
), t AS (INSERT INTO transcripts (recording_id) SELECT id FROM r RETURNING recording_id)
INSERT INTO transcript_corrections (recording_id, line, number, by_agent, sealed) SELECT recording_id, 0, 1, (SELECT min(id) FROM agents), '' FROM t`,
	"mo_messages": `
INSERT INTO mo_messages (link, bind, source, source_index, destination, fingerprint, received_at, processed_at) VALUES ('a', 'b', '', 'x', '', '', $1, $1)`,
	"mo_parts": `
INSERT INTO mo_parts (link, source_index, source, destination, reference, total, part, sealed, coding, bind, received_at, mo_id)
SELECT 'a', $2::text::bytea, '', '', 1, 2, 1, '', 0, 'b', $1, min(id) FROM mo_messages`,
	"mt_messages": `
WITH m AS (INSERT INTO mt_messages (lane, destination, destination_index, created_at, expires_at) VALUES ('notice', '', 'x', $1, $1) RETURNING id
), s AS (INSERT INTO mt_segments (id, mt_id, part, state, expires_at) SELECT id * 256 + p, id, p, 'delivered', $1 FROM m, generate_series(1, 2) p)
INSERT INTO smpp_submits (system_id, mt_id, lane, sender, destination_index, sealed, receipt, due_at, expires_at, submitted_at)
SELECT 'g', id, 'notice', 'x', 'x', '', 'none', $1, $1, $1 FROM m`,
	"notifications":      `INSERT INTO notifications (client, segments, created_at) VALUES ('c', 1, $1)`,
	"notification_lists": `INSERT INTO notification_lists (client, recipients, estimate, created_at) VALUES ('c', 1, '{}', $1)`,
	"notification_days":  `INSERT INTO notification_days (day, client, sent) VALUES ($1, 'c', length($2))`,
	"mt_receipts": `
INSERT INTO mt_receipts (link, keys, destination, destination_index, state, failure, received_at) VALUES ('a', '{x}', '', 'x', 'delivered', '', $1)`,
	"ussd_requests":  `INSERT INTO ussd_requests (number_index, bind, fingerprint, received_at, sealed, last) VALUES ($2::text::bytea, 'b', '', $1, '', true)`,
	"sms_quarantine": `INSERT INTO sms_quarantine (link, raw, status, reason, received_at) VALUES ('a', '', 0, '', $1)`,
	"sms_binds": `
INSERT INTO sms_binds (id, slot, link, began_at, alive_at, ended_at, confirmed_until)
SELECT $2 || e, $2 || e, 'a', $1, $1, CASE WHEN e = 'ended' THEN $1::timestamptz END, $1 FROM unnest('{ended,dead}'::text[]) e`,
	"sms_nodes":     `INSERT INTO sms_nodes (name, told_at, standing) VALUES ($2, $1, '{}')`,
	"stream_events": `INSERT INTO stream_events (stream, seq, at, kind, payload) SELECT 'agent:1', count(*) + 1, $1, 'x', '{}' FROM stream_events`,
	"commands":      `INSERT INTO commands (id, agent_id, at, result) SELECT $2, min(id), $1, '{}' FROM agents`,
	"case_batches":  `INSERT INTO case_batches (agent_id, at, due_at, to_state, numbers, "from") SELECT min(id), $1, $1, $2, '{}', '{}' FROM agents`,
	"memos":         `INSERT INTO memos (from_agent, to_agent, at, sealed) SELECT min(id), max(id), $1, $2::text::bytea FROM agents`,
	"agent_times": `
INSERT INTO agent_times (agent_id, since, until, doing, desk, load, capacity, queues) SELECT min(id), $1, $1, 'available', true, 0, 100, '{}' FROM agents`,
	"invitations": `INSERT INTO invitations (token_hash, agent_id, expires_at) SELECT $2::text::bytea, min(id), $1 FROM agents`,
	"taken_once":  `INSERT INTO taken_once (hash, expires_at) VALUES ($2::text::bytea, $1)`,
	"logins":      `INSERT INTO logins (token_hash, agent_id, expires_at) SELECT $2::text::bytea, min(id), $1 FROM agents`,
	"challenges": `
INSERT INTO challenges (public_id, client, purpose, number, number_index, citizen_id, mac, state, created_at, expires_at)
SELECT $2, 'c', '', '', 'x', min(id), '', 'expired', $1, $1 FROM citizens`,
	"callback_requests": `INSERT INTO callback_requests (asterisk, request, asked_at, taken_at) VALUES ('a', $2, $1, $1)`,
	"sip_accounts":      `INSERT INTO sip_accounts (name, asterisk, kind, secret, expires_at) VALUES ($2, 'a', 'citizen', 'x', $1)`,
	"lockouts":          `INSERT INTO lockouts (way, subject, failures, since) VALUES ('otp', $2, 1, $1)`,
	"episodes":          `INSERT INTO episodes (kind, subject, began_at, last_at, times) VALUES ('x', $2, $1, $1, 1)`,
	"otp_days":          `INSERT INTO otp_days (day, scope, shard, sent) VALUES ($1, $2, 1, 1)`,
	"otp_hours":         `INSERT INTO otp_hours (hour, client, prefix, route, sent, delivered, undelivered, verified) VALUES ($1, $2, '', '', 1, 1, 0, 1)`,
	"otp_blocks":        `INSERT INTO otp_blocks (client, prefix, reason, until) VALUES ('c', '', '', $1)`,
	"bindings":          `INSERT INTO bindings (citizen_id, number, verified_at, ended_at) SELECT min(id), '+7701000000', $1, $1 FROM citizens`,
	"guesses":           `INSERT INTO guesses (way, kind, subject, failures, last_at) VALUES ('desk', 'account', $2::text::bytea, 1, $1)`,
	"known_ways":        `INSERT INTO known_ways (way, account, mark, last_at) VALUES ('desk', $2::text::bytea, '', $1)`,
	"service_asks":      `INSERT INTO service_asks (at, interaction_id, channel, language) VALUES ($1, 1, $2, 'ru')`,
	"exchange_events": `
WITH a AS (INSERT INTO agencies (code, name) VALUES ('x', '{}') ON CONFLICT (code) DO UPDATE SET name = '{}' RETURNING code)
INSERT INTO exchange_events (agency, key, digest, case_number, sequence, state, happened_at, received_at, outcome, explanation)
SELECT code, $2, '', '', 1, '', $1, $1, 'applied', '' FROM a`,
	"client_requests":    `INSERT INTO client_requests (client, key, digest, case_id, at) SELECT min(name), $2, '', 1, $1 FROM clients`,
	"webhook_deliveries": `INSERT INTO webhook_deliveries (client, about, event, message, created_at) VALUES ('c', $2, '', '', $1)`,
	"exchange_questions": `
WITH a AS (INSERT INTO agencies (code, name) VALUES ('x', '{}') ON CONFLICT (code) DO UPDATE SET name = '{}' RETURNING code)
INSERT INTO exchange_questions (kind, agency, interaction_id, effect, asked_at, until) SELECT 'case.asked', code, 1, $2, $1, $1 FROM a`,
	"fees": `
WITH a AS (INSERT INTO agencies (code, name) VALUES ('x', '{}') ON CONFLICT (code) DO UPDATE SET name = '{}' RETURNING code)
INSERT INTO fees (interaction_id, agency, sealed, told_at) SELECT length($2), code, '', $1 FROM a`,
	"exchange_deliveries": `
WITH a AS (INSERT INTO agencies (code, name) VALUES ('x', '{}') ON CONFLICT (code) DO UPDATE SET name = '{}' RETURNING code)
INSERT INTO exchange_deliveries (agency, case_id, event, sealed, created_at) SELECT code, length($2), '', '', $1 FROM a`,
	"report_hours":   `INSERT INTO report_hours (source, hour, service, channel, open, counts) VALUES ('questions', $1, '031', $2, false, '{}')`,
	"service_days":   `INSERT INTO service_days (day, service, channel, language, times) VALUES ($1, '031', $2, 'ru', 1)`,
	"retention_days": `INSERT INTO retention_days (day, kind, keeps) VALUES ($1, $2, '1 day')`,
	"write_probes":   `INSERT INTO write_probes (node, at) VALUES ($2, $1)`,
}

// kept are rows that are old and not over.
const kept = `
WITH mo AS (INSERT INTO mo_messages (link, bind, source, source_index, destination, fingerprint, received_at) VALUES ('a', 'b', '', 'x', '', '', 'epoch')
), p AS (
    INSERT INTO mo_parts (link, source_index, source, destination, reference, total, part, sealed, coding, bind, received_at)
    VALUES ('a', 'kept', 'kept', '', 1, 2, 1, '', 0, 'b', 'epoch')
), m AS (INSERT INTO mt_messages (lane, destination, destination_index, created_at, expires_at) VALUES ('notice', '', 'x', 'epoch', 'epoch') RETURNING id
), s AS (INSERT INTO mt_segments (id, mt_id, part, expires_at) SELECT id * 256 + 1, id, 1, 'epoch' FROM m
), b AS (
    INSERT INTO sms_binds (id, slot, link, began_at, alive_at, confirmed_until) VALUES ('kept', 'kept', 'a', 'epoch', now(), now())
), n AS (INSERT INTO bindings (citizen_id, number, verified_at) SELECT min(id), '+7701000001', 'epoch' FROM citizens
), t AS (INSERT INTO agent_times (agent_id, since, doing, desk, load, capacity, queues) SELECT min(id), 'epoch', 'available', true, 0, 100, '{}' FROM agents
), i AS (
    INSERT INTO interactions (channel, number, language, started_at, active_at, ended_at)
    VALUES ('sms', 'kept', 'ru', now() - interval '3 years', now(), NULL), ('voice', 'kept', 'ru', now() - interval '3 years', now() - interval '3 years', now())
)
SELECT 1`

func counts(t *testing.T, url string) map[string]int {
	t.Helper()
	counted := map[string]int{}
	for _, table := range pgtest.Value[[]string](t, url, tables) {
		counted[table] = pgtest.Value[int](t, url, "SELECT count(*) FROM "+table)
	}
	return counted
}

func add(t *testing.T, url, table string, at time.Time, key string) {
	t.Helper()
	statement := strings.NewReplacer("$1", "'"+at.Format(time.RFC3339Nano)+"'::timestamptz", "$2", "'"+key+"'").Replace(rows[table])
	pgtest.Exec(t, url, statement)
}

func TestWhatIsOverGoesAndEverythingElseStays(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	db := pgtest.Open(t, url)
	now := time.Now()
	pgtest.Exec(t, url, ground)
	pgtest.Exec(t, url, kept)
	tables := slices.SortedFunc(maps.Keys(rows), func(a, b string) int { return slices.Index(store.Swept(), a) - slices.Index(store.Swept(), b) })
	require.ElementsMatch(t, store.Swept(), tables, "each rule with a time is tested")
	for _, table := range tables {
		rule, _ := retention.Of(table)
		add(t, url, table, now.Add(-rule.For+time.Minute), "young") // one open conversation a number
	}
	want := counts(t, url)
	pgtest.Exec(t, url, `UPDATE interactions SET number = id::text`)
	for _, table := range tables {
		rule, _ := retention.Of(table)
		add(t, url, table, now.Add(-rule.For-time.Minute), "old")
	}
	more := counts(t, url)
	for _, r := range retention.Rules {
		if r.Stays == "" {
			require.Greater(t, more[r.Table], want[r.Table], "%s has rows that are over", r.Table)
		}
	}
	deleted, whole, err := db.SweepOld(t.Context(), now, time.Minute)
	require.NoError(t, err)
	require.True(t, whole)
	left := counts(t, url)
	delete(left, "retention_days") // it has what was deleted
	delete(want, "retention_days")
	require.Equal(t, want, left)
	for _, table := range tables {
		require.Positive(t, deleted[table], table)
	}
	deleted, whole, err = db.SweepOld(t.Context(), now, time.Minute)
	require.NoError(t, err)
	require.True(t, whole)
	require.Empty(t, deleted)
}

func TestARowInUseIsLeftForTheNextPass(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	db := pgtest.Open(t, url)
	pgtest.Exec(t, url, ground)
	for i := range 3 {
		add(t, url, "commands", time.Now().Add(-9*retention.Rules[0].For), fmt.Sprint(i))
	}
	pgtest.HoldRow(t, url, `SELECT FROM commands WHERE id = '1' FOR UPDATE`, func() {
		deleted, whole, err := db.SweepOld(t.Context(), time.Now(), time.Minute)
		require.NoError(t, err)
		require.True(t, whole)
		require.Equal(t, map[string]int{"commands": 2}, deleted)
	})
	deleted, whole, err := db.SweepOld(t.Context(), time.Now(), time.Minute)
	require.NoError(t, err)
	require.True(t, whole)
	require.Equal(t, map[string]int{"commands": 1}, deleted)
}

func TestAPassEndsWithItsBudget(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	db := pgtest.Open(t, url)
	add(t, url, "sms_nodes", time.Now().Add(-retention.Rules[0].For), "old")
	deleted, whole, err := db.SweepOld(t.Context(), time.Now(), 0)
	require.NoError(t, err)
	require.False(t, whole)
	require.Empty(t, deleted)
}
