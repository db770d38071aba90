package api_test

import (
	"fmt"
	"net/http"
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
func TestPlansOfTheAPIHoldAsTablesGrow(t *testing.T) {
	t.Parallel()
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
