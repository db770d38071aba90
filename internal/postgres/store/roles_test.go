package store_test

import (
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/deploy"
	"okno/internal/audit"
	"okno/internal/cases"
	"okno/internal/fault"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

// Roles are the server's, and one test at a time makes them.
var roles sync.Mutex

// as gives the URL of a database for a role.
func as(t *testing.T, address, role string) string {
	t.Helper()
	u, err := url.Parse(address)
	require.NoError(t, err)
	u.User = url.User(role)
	return u.String()
}

// denied wants Postgres to refuse a statement for want of rights.
func denied(t *testing.T, db *store.Store, statement string) {
	t.Helper()
	_, err := db.Exec(t.Context(), statement)
	require.ErrorContains(t, err, "42501", statement)
	require.NotEqual(t, fault.Invalid, fault.KindOf(err))
}

func TestEachRoleHasTheLeastThatItNeeds(t *testing.T) {
	t.Parallel()
	roles.Lock()
	defer roles.Unlock()
	address := pgtest.URL(t)
	owner := pgtest.Open(t, address)
	for range 2 { // running it again changes nothing
		_, err := owner.Exec(t.Context(), deploy.Roles)
		require.NoError(t, err)
	}
	open := func(role string) *store.Store { return pgtest.Open(t, as(t, address, role)) }

	serve := open("okno_serve")
	ran, err := serve.Migrate(t.Context())
	require.NoError(t, err, "a node starts where the schema is new enough")
	require.Empty(t, ran)
	require.NoError(t, serve.Writable(t.Context(), "n"))
	pgtest.Do(t, serve, func(w *store.Work) error {
		_, err := w.OpenCase(t.Context(), cases.Opening{Kind: cases.Inquiry, Subject: "s", By: "test"})
		return err
	})
	sealed, err := serve.SealAudit(t.Context(), 10, audit.NewChain([]byte("a key")).Next)
	require.NoError(t, err)
	require.Equal(t, 1, sealed)
	_, _ = serve.Exec(t.Context(), `GRANT ALL ON audit TO okno_serve`) // grants nothing, and warns
	for _, statement := range []string{
		`UPDATE audit SET actor = 'nobody'`, `UPDATE audit SET at = now()`, `UPDATE audit SET detail = '{}'`, `DELETE FROM audit`, `TRUNCATE audit`,
		`ALTER TABLE audit ADD x int`, `DROP TABLE audit`, `ALTER TABLE audit DISABLE TRIGGER ALL`, `CREATE TABLE x (x int)`, `TRUNCATE cases`,
		`UPDATE goose_db_version SET is_applied = false`, `CREATE ROLE okno_other`, `SET ROLE okno_migrate`,
		`COPY cases TO PROGRAM 'true'`,
	} {
		denied(t, serve, statement)
	}

	report := open("okno_report")
	_, err = report.JobCounts(t.Context())
	require.NoError(t, err)
	_, err = report.PasswordReport(t.Context(), time.Now().Add(-time.Hour), "")
	require.NoError(t, err)
	for _, statement := range []string{
		`UPDATE cases SET subject = 'x'`, `DELETE FROM cases`, `INSERT INTO queues (name, title) VALUES ('x', '{}')`, `SELECT actor FROM audit`,
		`SELECT password_hash FROM agents`, `SELECT password_hash FROM smpp_accounts`, `SELECT mac FROM challenges`, `SELECT sealed FROM challenges`,
		`SELECT hash FROM client_keys`, `SELECT wrapped FROM data_keys`, `SELECT national_index FROM citizens`, `SELECT token_hash FROM logins`, `SELECT secret FROM sip_accounts`,
		`SET ROLE okno_serve`,
		`SELECT sealed FROM mt_messages`, `SELECT destination_index FROM mt_messages`, `SELECT sealed FROM second_factors`, `SELECT secret_hash FROM recovery_codes`, `SELECT token_hash FROM invitations`,
	} {
		denied(t, report, statement)
	}

	auditor := open("okno_audit")
	length, _, err := audit.Verify(t.Context(), auditor, audit.NewChain([]byte("a key")), nil, nil)
	require.NoError(t, err)
	require.EqualValues(t, 1, length)
	for _, statement := range []string{`UPDATE audit SET hash = ''`, `INSERT INTO audit (actor, action, subject) VALUES ('', '', '')`, `DELETE FROM audit`,
		`SELECT name FROM citizens`, `SELECT sealed FROM mt_messages`, `SELECT login FROM agents`} {
		denied(t, auditor, statement)
	}

	migrate := open("okno_migrate")
	_, err = migrate.Exec(t.Context(), `ALTER TABLE audit ADD x int`)
	require.NoError(t, err)
	_, err = migrate.Exec(t.Context(), `CREATE TABLE fresh (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, x int)`)
	require.NoError(t, err)
	_, err = serve.Exec(t.Context(), `INSERT INTO fresh (x) VALUES (1)`)
	require.NoError(t, err, "a table of a later migration")
	denied(t, report, `SELECT x FROM fresh`)
	denied(t, migrate, `CREATE ROLE okno_other`)
}
