package contacts

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/call"
	"okno/internal/news"
	"okno/internal/postgres"
)

// Where an account is opened: where it was, if that Asterisk is still there, so that a call which it has goes on; else where the fewest are. One that
// the others do not reach counts as empty: all accounts have to be at one then.
const servedAsterisk = `
SELECT a.name, a.sip_url FROM asterisks a WHERE ` + isServed + `
ORDER BY a.there DESC, EXISTS (SELECT FROM sip_accounts s WHERE s.name = $1 AND s.asterisk = a.name) DESC,
    CASE a.address WHEN '' THEN 0 ELSE (SELECT count(*) FROM sip_accounts s WHERE s.asterisk = a.name AND s.expires_at > now()) END, a.name
LIMIT 1`

const openAccount = `
INSERT INTO sip_accounts (name, asterisk, kind, number, secret, agent_id, expires_at)
VALUES ($1, $2, $3, $4, $5, nullif($6::bigint, 0), now() + make_interval(secs => $7))
ON CONFLICT (name) DO UPDATE SET asterisk = excluded.asterisk, kind = excluded.kind, number = excluded.number, secret = excluded.secret,
    agent_id = excluded.agent_id, created_at = now(), expires_at = excluded.expires_at`

// OpenAccount opens a SIP account with its secret for a time; an older one of the name no longer counts. [call.ErrNoVoice] when no
// voice node is there.
func (s *Store) OpenAccount(ctx context.Context, a call.Account, lasting time.Duration) (call.Account, error) {
	err := s.db.Do(ctx, func(tx *postgres.Tx) error {
		if err := tx.QueryRow(ctx, servedAsterisk, a.Name).Scan(&a.Asterisk, &a.URL); err != nil {
			return postgres.NoRows(err, call.ErrNoVoice)
		}
		tx.Hint(news.Orders)
		_, err := tx.Exec(ctx, openAccount, a.Name, a.Asterisk, a.Kind, a.Number, a.Secret, a.AgentID, lasting.Seconds())
		return err
	})
	if err != nil {
		return a, fmt.Errorf("open account %s: %w", a.Name, err)
	}
	return a, nil
}

// The row stays until the owner of the Asterisk has closed the account there.
const closeAccounts = `UPDATE sip_accounts SET expires_at = now() WHERE agent_id = $1 AND expires_at > now()`

// CloseAccounts ends the accounts of an agent's pages. A call that one of them has goes on to its end.
func (w Steps) CloseAccounts(ctx context.Context, agent int64) error {
	if _, err := w.tx.Exec(ctx, closeAccounts, agent); err != nil {
		return fmt.Errorf("close accounts of agent %d: %w", agent, err)
	}
	w.tx.Hint(news.Orders)
	return nil
}

const accounts = `
SELECT name, asterisk, kind, number, secret, coalesce(agent_id, 0), expires_at <= now() FROM sip_accounts WHERE asterisk = $1 ORDER BY name`

// SIPAccounts lists the accounts of an Asterisk: those that it is to have, and those that are to go.
func (s *Store) SIPAccounts(ctx context.Context, asterisk string) ([]call.Account, error) {
	rows, err := s.db.Query(ctx, accounts, asterisk)
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (a call.Account, err error) {
		err = row.Scan(&a.Name, &a.Asterisk, &a.Kind, &a.Number, &a.Secret, &a.AgentID, &a.Closed)
		return a, err
	})
}

const forgetAccount = `DELETE FROM sip_accounts WHERE name = $1 AND secret = $2 AND expires_at <= now()`

// ForgetAccount deletes an account that its Asterisk no longer has, unless it was opened anew.
func (s *Store) ForgetAccount(ctx context.Context, a call.Account) error {
	if _, err := s.db.Exec(ctx, forgetAccount, a.Name, a.Secret); err != nil {
		return fmt.Errorf("forget account %s: %w", a.Name, err)
	}
	return nil
}

const hasVoice = `SELECT EXISTS (SELECT FROM asterisks a WHERE ` + isServed + `)`

// HasVoice says whether a voice node serves calls.
func (s *Store) HasVoice(ctx context.Context) (served bool, err error) {
	err = s.db.QueryRow(ctx, hasVoice).Scan(&served)
	return served, err
}
