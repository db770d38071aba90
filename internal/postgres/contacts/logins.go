package contacts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"okno/internal/acd"
	"okno/internal/postgres"
	"okno/internal/postgres/audit"
	"okno/internal/postgres/streams"
)

const addLogin = `INSERT INTO logins (token_hash, agent_id, expires_at) VALUES ($1, $2, $3)`

// AddLogin keeps a login by the hash of its token.
func (s *Store) AddLogin(ctx context.Context, tokenHash []byte, agent int64, expires time.Time) error {
	return s.do(ctx, func(w Steps) error {
		if _, err := w.tx.Exec(ctx, addLogin, tokenHash, agent, expires); err != nil {
			return fmt.Errorf("add login: %w", err)
		}
		return audit.Record(ctx, w.tx, streams.Agent(agent), "agent.login", streams.Agent(agent), nil)
	})
}

const agentOfLogin = `
SELECT ` + agentColumns + `, l.expires_at FROM logins l JOIN agents a ON a.id = l.agent_id
WHERE l.token_hash = $1 AND l.ended_at IS NULL AND l.expires_at > now()`

// AgentOfLogin gives whose login a token is, and until when. acd.ErrNoAgent.
func (s *Store) AgentOfLogin(ctx context.Context, tokenHash []byte) (acd.Agent, time.Time, error) {
	var expires time.Time
	a, err := scanAgent(s.db.QueryRow(ctx, agentOfLogin, tokenHash), &expires)
	if err != nil && !errors.Is(err, acd.ErrNoAgent) {
		return a, expires, fmt.Errorf("find login: %w", err)
	}
	return a, expires, err
}

// AgentOfCommand is [Store.AgentOfLogin] in a unit of work.
func (w Steps) AgentOfCommand(ctx context.Context, tokenHash []byte) (acd.Agent, error) {
	var expires time.Time
	return scanAgent(w.tx.QueryRow(ctx, agentOfLogin, tokenHash), &expires)
}

const endLogin = `
UPDATE logins l SET ended_at = now() WHERE token_hash = $1 AND ended_at IS NULL
RETURNING agent_id, EXISTS (SELECT FROM logins o WHERE o.agent_id = l.agent_id AND o.token_hash <> l.token_hash
                            AND o.ended_at IS NULL AND o.expires_at > now())`

// EndLogin ends a login, and gives whose it was, and whether the agent has another one. acd.ErrNoAgent when it has ended before.
func (w Steps) EndLogin(ctx context.Context, tokenHash []byte) (agent int64, another bool, err error) {
	if err := w.tx.QueryRow(ctx, endLogin, tokenHash).Scan(&agent, &another); err != nil {
		return 0, false, fmt.Errorf("end login: %w", postgres.NoRows(err, acd.ErrNoAgent))
	}
	return agent, another, audit.Record(ctx, w.tx, streams.Agent(agent), "agent.logout", streams.Agent(agent), nil)
}
