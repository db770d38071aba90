package contacts

import (
	"context"
	"fmt"
	"time"

	"okno/internal/acd"
	"okno/internal/login"
	"okno/internal/postgres"
	"okno/internal/postgres/audit"
	"okno/internal/postgres/streams"
)

// The logins have been ended before in this unit of work, so the epoch is one more than the one that was checked.
const changePassword = `UPDATE agents SET password_hash = $2 WHERE id = $1 AND epoch = $3 + 1`

// ChangePassword gives an agent the password's hash that the agent chose, and ends the agent's logins. login.ErrUnknown when the credentials
// are no longer those of the epoch.
func (w Steps) ChangePassword(ctx context.Context, agent, epoch int64, passwordHash string) error {
	by := streams.Agent(agent)
	if err := w.EndLogins(ctx, agent, by); err != nil {
		return err
	}
	tag, err := w.tx.Exec(ctx, changePassword, agent, passwordHash, epoch)
	if err != nil {
		return fmt.Errorf("change password of agent %d: %w", agent, err)
	}
	if tag.RowsAffected() == 0 {
		return login.ErrUnknown
	}
	return audit.Record(ctx, w.tx, by, "agent.password", by, nil)
}

const supersedeInvitations = `UPDATE invitations SET used_at = now() WHERE agent_id = $1 AND used_at IS NULL`

const addInvitation = `INSERT INTO invitations (token_hash, agent_id, expires_at) VALUES ($1, $2, now() + make_interval(secs => $3))`

// Invite keeps a link by which an agent sets a password, by the hash of what the link holds. An older link no longer counts.
// login.ErrFederal.
func (w Steps) Invite(ctx context.Context, agent int64, tokenHash []byte, lasting time.Duration, by string) error {
	if err := w.localOnly(ctx, agent); err != nil {
		return err
	}
	if _, err := w.tx.Exec(ctx, supersedeInvitations, agent); err != nil {
		return fmt.Errorf("invite agent %d: %w", agent, err)
	}
	if _, err := w.tx.Exec(ctx, addInvitation, tokenHash, agent, lasting.Seconds()); err != nil {
		return fmt.Errorf("invite agent %d: %w", agent, err)
	}
	return audit.Record(ctx, w.tx, by, "agent.invite", streams.Agent(agent), nil)
}

const forgetPassword = `UPDATE agents SET password_hash = '' WHERE id = $1`

// ForgetPassword lets no password open an agent's desk any more, and ends the agent's logins.
func (w Steps) ForgetPassword(ctx context.Context, agent int64, by string) error {
	if err := w.EndLogins(ctx, agent, by); err != nil {
		return err
	}
	if _, err := w.tx.Exec(ctx, forgetPassword, agent); err != nil {
		return fmt.Errorf("forget password of agent %d: %w", agent, err)
	}
	return audit.Record(ctx, w.tx, by, "agent.reset", streams.Agent(agent), nil)
}

const invitedAgent = `
SELECT ` + agentColumns + ` FROM invitations i JOIN agents a ON a.id = i.agent_id
WHERE i.token_hash = $1 AND i.used_at IS NULL AND i.expires_at > now()`

// InvitedAgent gives whom a link invites. acd.ErrNoAgent when it does not count, or no longer.
func (s *Store) InvitedAgent(ctx context.Context, tokenHash []byte) (acd.Agent, error) {
	return scanAgent(s.db.QueryRow(ctx, invitedAgent, tokenHash))
}

const takeInvitation = `
UPDATE invitations SET used_at = now() WHERE token_hash = $1 AND used_at IS NULL AND expires_at > now() RETURNING agent_id`

const setPasswordOf = `UPDATE agents SET password_hash = $2 WHERE id = $1`

// TakeInvitation sets the password of whom a link invites, once, and ends the agent's logins. acd.ErrNoAgent when it does not count, or no
// longer.
func (w Steps) TakeInvitation(ctx context.Context, tokenHash []byte, passwordHash string) error {
	var agent int64
	if err := w.tx.QueryRow(ctx, takeInvitation, tokenHash).Scan(&agent); err != nil {
		return fmt.Errorf("take invitation: %w", postgres.NoRows(err, acd.ErrNoAgent))
	}
	by := streams.Agent(agent)
	if err := w.EndLogins(ctx, agent, by); err != nil {
		return err
	}
	if _, err := w.tx.Exec(ctx, setPasswordOf, agent, passwordHash); err != nil {
		return fmt.Errorf("take invitation: %w", err)
	}
	return audit.Record(ctx, w.tx, by, "agent.password", by, map[string]any{"invited": true})
}
