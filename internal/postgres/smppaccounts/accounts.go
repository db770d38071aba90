package smppaccounts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/guess"
	"okno/internal/postgres"
	"okno/internal/postgres/audit"
	"okno/internal/postgres/guesses"
	"okno/internal/smppaccount"
)

const saveAccount = `
INSERT INTO smpp_accounts (system_id, name, password_hash, lane, senders, submit_window, rate, binds, destinations) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (system_id) DO UPDATE SET name = excluded.name, password_hash = excluded.password_hash, lane = excluded.lane,
    senders = excluded.senders, submit_window = excluded.submit_window, rate = excluded.rate, binds = excluded.binds, destinations = excluded.destinations`

// SaveAccount adds or renews an agency's account.
func (w Steps) SaveAccount(ctx context.Context, a smppaccount.Account, passwordHash string) error {
	if err := a.Check(); err != nil {
		return err
	}
	_, err := w.tx.Exec(ctx, saveAccount, a.SystemID, a.Name, passwordHash, a.Lane, a.Senders, a.Window, a.Rate, a.Binds, append([]string{}, a.Destinations...))
	if err != nil {
		return fmt.Errorf("save agency account %s: %w", a.SystemID, err)
	}
	return audit.Record(ctx, w.tx, "cli", "agency.save", "agency:"+a.SystemID, map[string]any{"lane": a.Lane, "senders": a.Senders,
		"window": a.Window, "rate": a.Rate, "binds": a.Binds, "destinations": a.Destinations})
}

const suspendAccount = `UPDATE smpp_accounts SET suspended_at = CASE WHEN $2 THEN coalesce(suspended_at, now()) END WHERE system_id = $1`

// SuspendAccount keeps an agency out, or lets it in again. smppaccount.ErrUnknown.
func (w Steps) SuspendAccount(ctx context.Context, systemID string, suspended bool) error {
	tag, err := w.tx.Exec(ctx, suspendAccount, systemID, suspended)
	if err != nil {
		return fmt.Errorf("suspend agency account %s: %w", systemID, err)
	}
	if tag.RowsAffected() == 0 {
		return smppaccount.ErrUnknown
	}
	action := "agency.resume"
	if suspended {
		action = "agency.suspend"
	}
	return audit.Record(ctx, w.tx, "cli", action, "agency:"+systemID, nil)
}

const accountColumns = `system_id, name, lane, senders, submit_window, rate, binds, suspended_at IS NOT NULL, destinations`

func scanAccount(row pgx.CollectableRow) (a smppaccount.Account, err error) {
	return a, row.Scan(&a.SystemID, &a.Name, &a.Lane, &a.Senders, &a.Window, &a.Rate, &a.Binds, &a.Suspended, &a.Destinations)
}

const accounts = `SELECT ` + accountColumns + ` FROM smpp_accounts ORDER BY system_id`

// Accounts gives all agencies' accounts.
func (s *Store) Accounts(ctx context.Context) ([]smppaccount.Account, error) {
	rows, err := s.db.Query(ctx, accounts)
	if err != nil {
		return nil, fmt.Errorf("read agency accounts: %w", err)
	}
	return pgx.CollectRows(rows, scanAccount)
}

const account = `SELECT ` + accountColumns + `, password_hash FROM smpp_accounts WHERE system_id = $1`

// Account gives an agency's account with its password's hash. smppaccount.ErrUnknown.
func (s *Store) Account(ctx context.Context, systemID string) (a smppaccount.Account, passwordHash string, err error) {
	err = s.db.QueryRow(ctx, account, systemID).Scan(&a.SystemID, &a.Name, &a.Lane, &a.Senders, &a.Window, &a.Rate, &a.Binds,
		&a.Suspended, &a.Destinations, &passwordHash)
	if err = postgres.NoRows(err, smppaccount.ErrUnknown); err != nil && !errors.Is(err, smppaccount.ErrUnknown) {
		return a, "", fmt.Errorf("find agency account: %w", err)
	}
	return a, passwordHash, err
}

// NoteBind journals that an agency has bound, or that its bind was refused: the first refusal of an episode, per address and
// account. systemID is an account's, or "": a name that is nobody's is of anybody's choice, and kept nowhere.
func (s *Store) NoteBind(ctx context.Context, systemID, from, refusal string) error {
	return s.do(ctx, func(w Steps) error {
		action, detail := "agency.bind", map[string]any{"from": from}
		if systemID == "" {
			systemID = "unknown"
		}
		if refusal != "" {
			first, err := guesses.Refused(ctx, w.tx, guess.Gateway, from+" "+systemID+" "+refusal, time.Now())
			if err != nil || !first {
				return err
			}
			action, detail["refusal"] = "agency.refuse", refusal
		}
		return audit.Record(ctx, w.tx, "agency:"+systemID, action, "agency:"+systemID, detail)
	})
}
