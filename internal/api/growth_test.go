package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
)

// passwords are what years of one-time passwords leave behind: 100,000 of each kind that the API looks at.
const passwords = `
WITH z AS (
    INSERT INTO citizens (national_number, name) SELECT lpad(n::text, 12, '0'), 'x' FROM generate_series(1, 100000) n RETURNING id, national_number
), b AS (
    INSERT INTO bindings (citizen_id, number_index, sealed_number, verified_at) SELECT id, sha256(national_number::bytea), '', now() FROM z
), f AS (
    INSERT INTO lockouts (way, subject, failures) SELECT 'otp', 'number:+7702' || right(national_number, 7), 1 FROM z
), k AS (
    INSERT INTO client_keys (client, hash, expires_at) SELECT 'portal', sha256(id::text::bytea), now() FROM z
), d AS (
    INSERT INTO otp_days (day, scope, shard, sent) SELECT now() - id * interval '1 minute', 'all', 1, 1 FROM z
), h AS (
    INSERT INTO otp_blocks (client, prefix, reason, until) SELECT 'portal', '+7701', 'x', now() - id * interval '1 minute' FROM z
), o AS (
    INSERT INTO otp_purposes (client, name, definition) SELECT 'portal', 'p' || id, '{}' FROM z
), e AS (
    INSERT INTO episodes (kind, subject, began_at, last_at, times) SELECT 'client.refuse', 'address:' || id, now(), now(), 1 FROM z
), m AS (
    INSERT INTO mt_messages (lane, destination, destination_index, challenge_id, expires_at) SELECT 'otp', '', sha256(national_number::bytea), id, now() FROM z
)
INSERT INTO challenges (public_id, client, purpose, number_index, number, prefix, citizen_id, mac, state, created_at, expires_at)
SELECT 'x' || id, 'portal', 'sign-in', sha256(national_number::bytea), '', '+7702', id, '', 'expired', now() - interval '1 day', now() - interval '1 day' FROM z`

// A password that is sent, answered wrongly and rightly looks at no more rows when 100,000 of each kind have gone before.
func TestPlansOfTheAPIHoldAsTablesGrow(t *testing.T) { // by itself: see [pgtest.Reads]
	p := newPortal(t)
	pgtest.Exec(t, p.url, `INSERT INTO bindings (citizen_id, number, verified_at)
		SELECT min(c.id), '+7701000000' || n, now() FROM citizens c, generate_series(2, 4) n GROUP BY n`)
	pgtest.Seal(t, p.url)
	round := 1
	cost := func() int64 {
		before := pgtest.Reads(t, p.url, p.db)
		round++
		status, sent := p.ask(t, "POST", "/api/v1/challenges", key, fmt.Sprintf(`{"number": "+7701000000%d", "purpose": "sign-in"}`, round))
		require.Equal(t, http.StatusCreated, status, sent)
		path := "/api/v1/challenges/" + sent["id"].(string)
		for range 2 {
			p.ask(t, "POST", path+"/verify", key, `{"code": "000000"}`)
		}
		p.ask(t, "GET", path, key, "")
		p.ask(t, "GET", path, "a guess", "")
		p.now = p.now.Add(time.Minute)
		p.ask(t, "POST", path+"/resend", key, "")
		p.ask(t, "DELETE", path, key, "")
		_, err := p.db.EraseCodes(t.Context(), p.now.Add(-time.Hour), p.now)
		require.NoError(t, err)
		require.NoError(t, p.db.CountPasswords(t.Context(), p.now))
		_, err = p.db.WatchedPasswords(t.Context(), p.now)
		require.NoError(t, err)
		return pgtest.Reads(t, p.url, p.db) - before
	}
	cost() // statements are planned while the tables are small
	small := cost()
	pgtest.Exec(t, p.url, passwords)
	pgtest.Exec(t, p.url, "ANALYZE")
	require.Less(t, cost(), small+200, "rows and index entries, with 100,000 of each kind there; %d without", small)
}

// lists are what a client pages through, of the client itself and of another: cases, appointments, what it was told, and a list of notices.
const lists = `
WITH c AS (
    INSERT INTO cases (number, kind, state, contact_index, client, updated_at)
    SELECT lpad(n::text, 9, '0'), CASE WHEN n % 100 = 0 THEN 'appointment' ELSE 'appeal' END, 'accepted', sha256(n::text::bytea),
           CASE WHEN n % 2 = 0 THEN 'booking' ELSE 'portal' END, now() + n * interval '1 second' FROM generate_series($1::int, $2::int) n RETURNING id, kind
), a AS (
    INSERT INTO appointments (case_id, office, counter_id, place, service, starts_at, ends_at, state)
    SELECT id, 'centre', (SELECT min(id) FROM office_counters), 1, '031', now() + id * interval '1 hour', now() + (id + 1) * interval '1 hour', 'kept'
    FROM c WHERE kind = 'appointment'
), d AS (
    INSERT INTO webhook_deliveries (client, about, event, message, state) SELECT CASE WHEN n % 2 = 0 THEN 'booking' ELSE 'portal' END, 'case:' || n,
        'case.moved', '{}', CASE WHEN n % 10 = 0 THEN 'waiting' ELSE 'delivered' END FROM generate_series($1::int, $2::int) n
), l AS (
    INSERT INTO notification_lists (client, recipients, estimate, started_at, expires_at, state) SELECT 'booking', 1, '{}', now(), now(), 'running' RETURNING id
)
INSERT INTO notifications (client, list_id, nth, segments, state) SELECT 'booking', l.id, n, 1, 'delivered' FROM l, generate_series($1::int, $2::int) n`

// A page costs the same with 20,000 of each kind there, from the beginning and from the middle.
func TestPagesOfTheAPIHoldAsTablesGrow(t *testing.T) { // by itself: see [pgtest.Reads]
	p := newBookingPortal(t)
	p.db = pgtest.Open(t, p.url+"&pool_max_conns=1") // what one connection looked at is counted at once
	p.handler = p.node(t, p.db)
	pgtest.Exec(t, p.url, `UPDATE clients SET scopes = '{cases,appointments,webhooks,notices}' WHERE name = 'booking'`)
	fill := func(from, to int) {
		pgtest.Exec(t, p.url, strings.NewReplacer("$1", fmt.Sprint(from), "$2", fmt.Sprint(to)).Replace(lists))
	}
	cost := func() int64 {
		list := pgtest.Value[string](t, p.url, `SELECT public_id::text FROM notification_lists ORDER BY id DESC LIMIT 1`)
		before := pgtest.Reads(t, p.url, p.db)
		for _, path := range []string{"cases?", "appointments?", "webhook/deliveries?", "webhook/deliveries?state=waiting&", "notification-lists/" + list + "/messages?"} {
			cursor := ""
			for range 3 {
				status, answer := p.ask(t, "GET", "/api/v1/"+path+"limit=2&cursor="+cursor, bookingKey, "")
				require.Equal(t, http.StatusOK, status, "%s: %v", path, answer)
				cursor, _ = answer["next"].(string)
				require.NotEmpty(t, cursor, path)
			}
		}
		status, answer := p.books(t, p.handler, bookingKey, "/find", "", "{"+session+"}")
		require.Equal(t, http.StatusOK, status, answer)
		return pgtest.Reads(t, p.url, p.db) - before
	}
	fill(100, 2100)
	cost() // statements are planned
	small := cost()
	fill(2101, 22_100)
	require.Less(t, cost(), small+200, "planned for small tables; %d without", small)
	pgtest.Exec(t, p.url, "ANALYZE")
	require.Less(t, cost(), small+200, "planned anew; %d without", small)
}
