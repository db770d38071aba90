package contacts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/acd"
	"okno/internal/news"
	"okno/internal/postgres"
	"okno/internal/postgres/audit"
	"okno/internal/postgres/streams"
)

const agentColumns = `
a.id, a.login, a.name, a.role, a.languages, ARRAY(SELECT queue FROM agent_queues WHERE agent_id = a.id ORDER BY queue),
a.endpoint, a.status, a.status_reason, a.status_at, coalesce(a.next_status, '')`

func scanAgent(row pgx.Row, more ...any) (acd.Agent, error) {
	var a acd.Agent
	err := row.Scan(append([]any{&a.ID, &a.Login, &a.Name, &a.Role, &a.Languages, &a.Queues, &a.Endpoint, &a.Status, &a.StatusReason,
		&a.StatusAt, &a.NextStatus}, more...)...)
	return a, postgres.NoRows(err, acd.ErrNoAgent)
}

const saveAgent = `
INSERT INTO agents (login, name, role, password_hash, languages, endpoint) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (login) DO UPDATE SET name = excluded.name, role = excluded.role, password_hash = excluded.password_hash,
    languages = excluded.languages, endpoint = excluded.endpoint
RETURNING id`

const serveQueue = `INSERT INTO agent_queues (agent_id, queue) VALUES ($1, $2) ON CONFLICT DO NOTHING`

// SaveAgent adds or renews an agent by the login, and gives the id.
func (w Steps) SaveAgent(ctx context.Context, a acd.Agent, passwordHash string) (int64, error) {
	var id int64
	if err := w.tx.QueryRow(ctx, saveAgent, a.Login, a.Name, a.Role, passwordHash, a.Languages, a.Endpoint).Scan(&id); err != nil {
		return 0, fmt.Errorf("save agent %s: %w", a.Login, err)
	}
	for _, queue := range a.Queues {
		if _, err := w.tx.Exec(ctx, serveQueue, id, queue); err != nil {
			return 0, fmt.Errorf("let agent %s serve %s: %w", a.Login, queue, err)
		}
	}
	return id, audit.Record(ctx, w.tx, "cli", "agent.save", "agent:"+a.Login, nil)
}

const setPassword = `UPDATE agents SET password_hash = $2 WHERE login = $1`

// SetPassword gives an agent a new password's hash. acd.ErrNoAgent.
func (w Steps) SetPassword(ctx context.Context, login, passwordHash string) error {
	tag, err := w.tx.Exec(ctx, setPassword, login, passwordHash)
	if err != nil {
		return fmt.Errorf("set password of %s: %w", login, err)
	}
	if tag.RowsAffected() == 0 {
		return acd.ErrNoAgent
	}
	return audit.Record(ctx, w.tx, "cli", "agent.password", "agent:"+login, nil)
}

const saveQueue = `INSERT INTO queues (name, title) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET title = excluded.title`

// SaveQueue adds or renews a queue; title is by language.
func (w Steps) SaveQueue(ctx context.Context, name string, title map[string]string) error {
	if _, err := w.tx.Exec(ctx, saveQueue, name, title); err != nil {
		return fmt.Errorf("save queue %s: %w", name, err)
	}
	return nil
}

const agentByLogin = `SELECT ` + agentColumns + `, a.password_hash FROM agents a WHERE a.login = $1`

// AgentByLogin gives an agent and the password's hash. acd.ErrNoAgent.
func (s *Store) AgentByLogin(ctx context.Context, login string) (acd.Agent, string, error) {
	var hash string
	a, err := scanAgent(s.db.QueryRow(ctx, agentByLogin, login), &hash)
	if err != nil && !errors.Is(err, acd.ErrNoAgent) {
		return a, "", fmt.Errorf("find agent: %w", err)
	}
	return a, hash, err
}

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

const endLogin = `UPDATE logins SET ended_at = now() WHERE token_hash = $1 AND ended_at IS NULL`

// EndLogin ends a login.
func (s *Store) EndLogin(ctx context.Context, tokenHash []byte) error {
	if _, err := s.db.Exec(ctx, endLogin, tokenHash); err != nil {
		return fmt.Errorf("end login: %w", err)
	}
	return nil
}

const agentByID = `SELECT ` + agentColumns + ` FROM agents a WHERE a.id = $1`

// Agent gives an agent as it is now. acd.ErrNoAgent.
func (s *Store) Agent(ctx context.Context, id int64) (acd.Agent, error) {
	return scanAgent(s.db.QueryRow(ctx, agentByID, id))
}

// SetStatus is what an agent, or a supervisor in the agent's place, chose.
func (w Steps) SetStatus(ctx context.Context, agent int64, s acd.Status, reason, by string) error {
	return w.setStatus(ctx, agent, s, reason, by)
}

const setStatus = `
UPDATE agents SET status = $2, status_reason = $3, status_by = $4, status_at = now(), next_status = NULL,
    idle_since = CASE WHEN $2 = 'available' AND status <> 'available' THEN now() ELSE idle_since END
WHERE id = $1`

func (w Steps) setStatus(ctx context.Context, agent int64, s acd.Status, reason, by string) error {
	if _, err := w.tx.Exec(ctx, setStatus, agent, s, reason, by); err != nil {
		return fmt.Errorf("set status of agent %d: %w", agent, err)
	}
	w.tx.Hint(news.Contacts)
	return w.emitAgent(ctx, agent)
}

const setNextStatus = `UPDATE agents SET next_status = nullif($2, '') WHERE id = $1`

// SetNextStatus is the status that takes effect when the contact in hand has ended; "" for none.
func (w Steps) SetNextStatus(ctx context.Context, agent int64, s acd.Status) error {
	if _, err := w.tx.Exec(ctx, setNextStatus, agent, s); err != nil {
		return fmt.Errorf("set next status of agent %d: %w", agent, err)
	}
	return w.emitAgent(ctx, agent)
}

func (w Steps) emitAgent(ctx context.Context, id int64) error {
	a, err := scanAgent(w.tx.QueryRow(ctx, agentByID, id))
	if err != nil {
		return fmt.Errorf("read agent %d: %w", id, err)
	}
	return streams.Emit(w.tx, streams.Agent(id), "agent", map[string]any{
		"status": a.Status, "reason": a.StatusReason, "since": a.StatusAt, "next_status": a.NextStatus})
}

const connectDesk = `UPDATE agents SET connected_until = now() + make_interval(secs => $2), connected_node = $3 WHERE id = $1`

// ConnectDesk renews the lease that an agent's page is connected to a node. It never changes the status.
func (s *Store) ConnectDesk(ctx context.Context, agent int64, lease time.Duration, node string) error {
	if _, err := s.db.Exec(ctx, connectDesk, agent, lease.Seconds(), node); err != nil {
		return fmt.Errorf("connect desk of agent %d: %w", agent, err)
	}
	s.db.Hint(news.Contacts)
	return nil
}

const disconnectDesk = `UPDATE agents SET connected_until = now() WHERE id = $1 AND connected_node = $2`

// DisconnectDesk ends the lease, if this node still has it.
func (s *Store) DisconnectDesk(ctx context.Context, agent int64, node string) error {
	if _, err := s.db.Exec(ctx, disconnectDesk, agent, node); err != nil {
		return fmt.Errorf("disconnect desk of agent %d: %w", agent, err)
	}
	return nil
}

const queueWaiting = `
SELECT q.name, count(c.id) FROM queues q LEFT JOIN contacts c ON c.queue = q.name AND c.state IN ('waiting', 'offered') GROUP BY q.name`

// QueueWaiting counts who waits in each queue.
func (s *Store) QueueWaiting(ctx context.Context) (map[string]int, error) {
	rows, err := s.db.Query(ctx, queueWaiting)
	if err != nil {
		return nil, fmt.Errorf("count queues: %w", err)
	}
	waiting := map[string]int{}
	var name string
	var n int
	_, err = pgx.ForEachRow(rows, []any{&name, &n}, func() error {
		waiting[name] = n
		return nil
	})
	return waiting, err
}
