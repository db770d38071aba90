package contacts

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"okno/internal/acd"
	"okno/internal/desk"
	"okno/internal/fault"
	"okno/internal/login"
	"okno/internal/postgres/audit"
	"okno/internal/postgres/streams"
)

const people = `
SELECT ` + agentColumns + `, a.connected_until > now(), a.locked_at IS NOT NULL,
    EXISTS (SELECT FROM invitations WHERE agent_id = a.id AND used_at IS NULL AND expires_at > now()), a.password_hash <> '',
    a.skills, a.capacity, coalesce((SELECT max(seen_at) FROM logins WHERE agent_id = a.id), '0001-01-01'::timestamptz)
FROM agents a ORDER BY a.name, a.id`

// People lists all agents by name.
func (s *Store) People(ctx context.Context) ([]desk.Person, error) {
	rows, err := s.db.Query(ctx, people)
	if err != nil {
		return nil, fmt.Errorf("list agents: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (c desk.Person, err error) {
		c.Agent, err = scanAgent(row, &c.Connected, &c.Locked, &c.Invited, &c.Password, &c.Skills, &c.Capacity, &c.SeenAt)
		return c, err
	})
}

const addAgent = `
INSERT INTO agents (login, name, role, password_hash, languages, endpoint) VALUES ($1, $2, $3, '', $4, '') ON CONFLICT (login) DO NOTHING RETURNING id`

// AddAgent adds an agent, who has no password yet. The error names the field: a login that is taken, a queue that is none.
func (w Steps) AddAgent(ctx context.Context, name string, p acd.Profile, by string) (id int64, err error) {
	err = w.tx.QueryRow(ctx, addAgent, name, p.Name, p.Role, p.Languages).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, &fault.Error{Kind: fault.Conflict, Field: "login", Text: "somebody has this login"}
	}
	if err != nil {
		return 0, fmt.Errorf("add agent %s: %w", name, err)
	}
	if err := w.checkQueues(ctx, p.Queues); err != nil {
		return 0, err
	}
	if err := w.serve(ctx, id, p.Queues); err != nil {
		return 0, err
	}
	return id, audit.Record(ctx, w.tx, by, "agent.save", streams.Agent(id), profileDetail(p))
}

func profileDetail(p acd.Profile) map[string]any {
	return map[string]any{"role": p.Role, "queues": p.Queues, "languages": p.Languages}
}

const unknownQueue = `SELECT q FROM unnest($1::text[]) q WHERE NOT EXISTS (SELECT FROM queues WHERE name = q) LIMIT 1`

// checkQueues names a queue that is none.
func (w Steps) checkQueues(ctx context.Context, queues []string) error {
	var queue string
	err := w.tx.QueryRow(ctx, unknownQueue, queues).Scan(&queue)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil
	case err != nil:
		return fmt.Errorf("look for queues: %w", err)
	}
	return &fault.Error{Kind: fault.Invalid, Field: "queues", Text: "there is no queue " + queue}
}

const (
	changeProfile = `UPDATE agents SET name = coalesce(nullif($2, ''), name), role = $3, languages = $4, version = version + 1 WHERE id = $1`
	leaveQueues   = `DELETE FROM agent_queues WHERE agent_id = $1 AND queue <> ALL ($2)`
)

// setProfile makes an agent what a profile says; without a name the agent keeps the own.
func (w Steps) setProfile(ctx context.Context, agent int64, p acd.Profile) error {
	if _, err := w.tx.Exec(ctx, changeProfile, agent, p.Name, p.Role, p.Languages); err != nil {
		return fmt.Errorf("change agent %d: %w", agent, err)
	}
	if _, err := w.tx.Exec(ctx, leaveQueues, agent, append([]string{}, p.Queues...)); err != nil {
		return fmt.Errorf("change agent %d: %w", agent, err)
	}
	return w.serve(ctx, agent, p.Queues)
}

const lockProfile = `SELECT ` + agentColumns + ` FROM agents a WHERE a.id = $1 FOR UPDATE OF a`

// ChangeProfile replaces one profile by another. ended: the agent's logins have ended, because the role is another.
// [fault.Conflict] when the agent was changed meanwhile, login.ErrFederal for the role of whoever logs in by single sign-on.
func (w Steps) ChangeProfile(ctx context.Context, agent int64, was, to acd.Profile, by string) (ended bool, err error) {
	if ended = to.Role != was.Role; ended { // first, by the order of locks
		if err := w.EndLogins(ctx, agent, by); err != nil {
			return false, err
		}
	}
	a, err := scanAgent(w.tx.QueryRow(ctx, lockProfile, agent))
	if err != nil {
		return false, err
	}
	is := acd.Profile{Name: a.Name, Role: a.Role, Languages: slices.Sorted(slices.Values(a.Languages)), Queues: a.Queues}
	if is.Name != was.Name || is.Role != was.Role || !slices.Equal(is.Languages, was.Languages) || !slices.Equal(is.Queues, was.Queues) {
		return false, &fault.Error{Kind: fault.Conflict, Text: "somebody else has changed this account meanwhile"}
	}
	if a.Federal && to.Role != is.Role {
		return false, login.ErrFederal
	}
	if err := w.checkQueues(ctx, to.Queues); err != nil {
		return false, err
	}
	if err := w.setProfile(ctx, agent, to); err != nil {
		return false, err
	}
	detail := profileDetail(to)
	detail["was"] = profileDetail(is)
	if err := audit.Record(ctx, w.tx, by, "agent.save", streams.Agent(agent), detail); err != nil {
		return false, err
	}
	return ended, w.emitAgent(ctx, agent)
}
