package api_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
)

// passwords are what years of one-time passwords leave behind: 100,000 of each kind that the API looks at.
const passwords = `
WITH z AS (
    INSERT INTO citizens (national_number, name) SELECT lpad(n::text, 12, '0'), 'x' FROM generate_series(1, 100000) n RETURNING id, national_number
), b AS (
    INSERT INTO bindings (citizen_id, number, verified_at) SELECT id, '+7702' || right(national_number, 7), now() FROM z
), f AS (
    INSERT INTO passcode_failures (number, purpose, failures) SELECT '+7702' || right(national_number, 7), 'sign-in', 1 FROM z
), k AS (
    INSERT INTO clients (name, key_hash) SELECT 'c' || id, sha256(id::text::bytea) FROM z
), m AS (
    INSERT INTO mt_messages (lane, destination, text, expires_at) SELECT 'otp', '+7702' || right(national_number, 7), '', now() FROM z
)
INSERT INTO challenges (public_id, client, purpose, number, citizen_id, mac, state, created_at, expires_at)
SELECT 'x' || id, 'portal', 'sign-in', '+7702' || right(national_number, 7), id, '', 'expired', now() - interval '1 hour', now() - interval '1 hour' FROM z`

// A password that is sent, answered wrongly and rightly looks at no more rows when 100,000 of each kind have gone before.
func TestPlansOfTheAPIHoldAsTablesGrow(t *testing.T) {
	t.Parallel()
	p := newPortal(t)
	pgtest.Exec(t, p.url, `INSERT INTO bindings (citizen_id, number, verified_at)
		SELECT min(c.id), '+7701000000' || n, now() FROM citizens c, generate_series(2, 4) n GROUP BY n`)
	round := 1
	cost := func() int64 {
		before := pgtest.Reads(t, p.url, p.db)
		round++
		status, sent := p.ask(t, "POST", "/api/v1/challenges", key, fmt.Sprintf(`{"number": "+7701000000%d", "purpose": "sign-in"}`, round))
		require.Equal(t, http.StatusCreated, status, sent)
		for range 2 {
			p.ask(t, "POST", "/api/v1/challenges/"+sent["id"].(string)+"/verify", key, `{"code": "000000"}`)
		}
		return pgtest.Reads(t, p.url, p.db) - before
	}
	cost() // statements are planned while the tables are small
	small := cost()
	pgtest.Exec(t, p.url, passwords)
	pgtest.Exec(t, p.url, "ANALYZE")
	require.Less(t, cost(), small+200, "rows and index entries, with 100,000 of each kind there; %d without", small)
}
