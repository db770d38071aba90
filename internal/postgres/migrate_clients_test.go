package postgres_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/client"
	"okno/internal/lockout"
	"okno/internal/otp"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

// A portal of before has its key, the purposes that it has used, and whoever guessed has the failures.
func TestAPortalOutlivesTheMigrationOfClients(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	migrateTo(t, url, 44)
	pgtest.Exec(t, url, `INSERT INTO clients (name, key_hash) VALUES ('portal', decode('`+hexHash("a key")+`', 'hex'))`)
	pgtest.Exec(t, url, `
		WITH c AS (INSERT INTO citizens (national_number, name) VALUES ('850101300015', 'A') RETURNING id)
		INSERT INTO challenges (public_id, client, purpose, number, citizen_id, mac, expires_at)
		SELECT 'old', 'portal', 'consent', '+77010000001', id, '', now() + interval '5 minutes' FROM c`)
	pgtest.Exec(t, url, `INSERT INTO passcode_failures (number, purpose, failures) VALUES ('+77010000001', 'sign-in', 3), ('+77010000001', 'consent', 4)`)
	db := pgtest.Open(t, url)
	_, err := db.Migrate(context.Background())
	require.NoError(t, err)

	c, k, err := db.ClientByKey(t.Context(), client.Hash("a key"))
	require.NoError(t, err)
	require.Equal(t, client.DefaultScopes, c.Scopes)
	require.NoError(t, client.Admit(c, k, client.Presented{}, time.Now()))
	purposes, err := db.Purposes(t.Context(), "portal")
	require.NoError(t, err)
	require.Len(t, purposes, 2)
	require.Equal(t, otp.SignIn("portal"), purposes[1])
	challenge, err := db.Challenge(t.Context(), "portal", "old")
	require.NoError(t, err)
	require.Equal(t, otp.Sent, challenge.State)
	pgtest.Do(t, db, func(w *store.Work) error {
		book, err := w.Attempts(t.Context(), lockout.OTP, lockout.Number("+77010000001"))
		require.Equal(t, 7, book.States[lockout.Number("+77010000001")].Failures)
		return err
	})
}

func hexHash(key string) string { return fmt.Sprintf("%x", client.Hash(key)) }
