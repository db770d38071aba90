package contacts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"

	"okno/internal/acd"
	"okno/internal/fault"
	"okno/internal/login"
	"okno/internal/news"
	"okno/internal/postgres"
	"okno/internal/postgres/audit"
	"okno/internal/postgres/streams"
)

const agentColumns = `
a.id, a.login, a.name, a.role, a.languages, ARRAY(SELECT queue FROM agent_queues WHERE agent_id = a.id ORDER BY queue),
a.endpoint, a.status, a.status_reason, a.status_at, coalesce(a.next_status, ''), ` + pauseLimit + `, ` + enrolled + `, ` + federal

func scanAgent(row pgx.Row, more ...any) (acd.Agent, error) {
	var a acd.Agent
	var seconds int
	err := row.Scan(append([]any{&a.ID, &a.Login, &a.Name, &a.Role, &a.Languages, &a.Queues, &a.Endpoint, &a.Status, &a.StatusReason,
		&a.StatusAt, &a.NextStatus, &seconds, &a.Enrolled, &a.Federal}, more...)...)
	a.PauseLimit = time.Duration(seconds) * time.Second
	return a, postgres.NoRows(err, acd.ErrNoAgent)
}

const saveAgent = `
INSERT INTO agents (login, name, role, password_hash, languages, endpoint) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (login) DO UPDATE SET name = excluded.name, role = excluded.role, password_hash = excluded.password_hash,
    languages = excluded.languages, endpoint = excluded.endpoint, version = agents.version + 1
RETURNING id`

const serveQueue = `INSERT INTO agent_queues (agent_id, queue) VALUES ($1, $2) ON CONFLICT DO NOTHING`

// SaveAgent adds or renews an agent by the login, and gives the id. The logins of one that is renewed end: password and role may be others.
func (w Steps) SaveAgent(ctx context.Context, a acd.Agent, passwordHash string) (int64, error) {
	var id int64
	if err := w.endLoginsOf(ctx, a.Login, "cli"); err != nil && !errors.Is(err, acd.ErrNoAgent) {
		return 0, fmt.Errorf("save agent %s: %w", a.Login, err)
	}
	if err := w.tx.QueryRow(ctx, saveAgent, a.Login, a.Name, a.Role, passwordHash, a.Languages, a.Endpoint).Scan(&id); err != nil {
		return 0, fmt.Errorf("save agent %s: %w", a.Login, err)
	}
	for _, queue := range a.Queues {
		if _, err := w.tx.Exec(ctx, serveQueue, id, queue); err != nil {
			return 0, fmt.Errorf("let agent %s serve %s: %w", a.Login, queue, err)
		}
	}
	w.noteTime(id, asItStands)
	return id, audit.Record(ctx, w.tx, "cli", "agent.save", "agent:"+a.Login, nil)
}

const setPassword = `UPDATE agents SET password_hash = $2 WHERE login = $1`

// SetPassword gives an agent a new password's hash, and ends the agent's logins. acd.ErrNoAgent, login.ErrFederal.
func (w Steps) SetPassword(ctx context.Context, login, passwordHash string) error {
	id, err := w.AgentID(ctx, login)
	if err == nil {
		err = w.EndLogins(ctx, id, "cli")
	}
	if err == nil {
		err = w.localOnly(ctx, id)
	}
	if err != nil {
		return fmt.Errorf("set password of %s: %w", login, err)
	}
	if _, err := w.tx.Exec(ctx, setPassword, login, passwordHash); err != nil {
		return fmt.Errorf("set password of %s: %w", login, err)
	}
	return audit.Record(ctx, w.tx, "cli", "agent.password", "agent:"+login, nil)
}

const agentByID = `SELECT ` + agentColumns + ` FROM agents a WHERE a.id = $1`

// Agent gives an agent. acd.ErrNoAgent.
func (w Steps) Agent(ctx context.Context, id int64) (acd.Agent, error) {
	return scanAgent(w.tx.QueryRow(ctx, agentByID, id))
}

// JournalDirection keeps that a leader set the status of an agent.
func (w Steps) JournalDirection(ctx context.Context, leader, agent int64, detail map[string]any) error {
	return audit.Record(ctx, w.tx, streams.Agent(leader), "agent.direct", streams.Agent(agent), detail)
}

const claimAgent = `
UPDATE agents SET version = version + 1, offered_at = now() WHERE id = $1 AND version = $2 AND status = 'available' AND connected_until > now()`

// ClaimAgents gives those of the agents of offers who no longer stand as the decision saw them, and makes every other decision look again at
// the others. The offers are in the order of their agents.
func (w Steps) ClaimAgents(ctx context.Context, offers []acd.Offer) (changed []int64, err error) {
	var batch pgx.Batch
	for _, o := range offers {
		batch.Queue(claimAgent, o.Agent, o.AgentVersion).Exec(func(tag pgconn.CommandTag) error {
			if tag.RowsAffected() == 0 {
				changed = append(changed, o.Agent)
			}
			return nil
		})
	}
	if err := w.tx.SendBatch(ctx, &batch).Close(); err != nil {
		return nil, fmt.Errorf("claim agents: %w", err)
	}
	return changed, nil
}

const setSkills = `UPDATE agents SET skills = $2, version = version + 1 WHERE id = $1`

// SetSkills gives an agent levels of skills, in the place of all others.
func (w Steps) SetSkills(ctx context.Context, agent int64, levels map[string]int, by string) error {
	if err := w.setSkills(ctx, agent, levels); err != nil {
		return err
	}
	return audit.Record(ctx, w.tx, by, "agent.skills", streams.Agent(agent), map[string]any{"skills": levels})
}

func (w Steps) setSkills(ctx context.Context, agent int64, levels map[string]int) error {
	if _, err := w.tx.Exec(ctx, setSkills, agent, levels); err != nil {
		return fmt.Errorf("set skills of agent %d: %w", agent, err)
	}
	w.tx.Hint(news.Contacts)
	return nil
}

const setCapacity = `UPDATE agents SET capacity = $2, version = version + 1 WHERE id = $1`

// SetCapacity says how many points of contacts an agent has at a time. What is in hand stays.
func (w Steps) SetCapacity(ctx context.Context, agent int64, points int, by string) error {
	if err := w.setCapacity(ctx, agent, points); err != nil {
		return err
	}
	return audit.Record(ctx, w.tx, by, "agent.capacity", streams.Agent(agent), map[string]any{"capacity": points})
}

func (w Steps) setCapacity(ctx context.Context, agent int64, points int) error {
	if _, err := w.tx.Exec(ctx, setCapacity, agent, points); err != nil {
		return fmt.Errorf("set capacity of agent %d: %w", agent, err)
	}
	w.tx.Hint(news.Contacts)
	w.noteTime(agent, asItStands)
	return nil
}

const skillsOf = `SELECT skills FROM agents WHERE id = $1`

// Skills gives the levels of an agent's skills.
func (w Steps) Skills(ctx context.Context, agent int64) (levels map[string]int, err error) {
	if err := w.tx.QueryRow(ctx, skillsOf, agent).Scan(&levels); err != nil {
		return nil, fmt.Errorf("read skills of agent %d: %w", agent, postgres.NoRows(err, acd.ErrNoAgent))
	}
	return levels, nil
}

const setStatus = `
UPDATE agents SET status = $2, status_reason = $3, status_by = $4, status_at = now(), next_status = NULL, version = version + 1,
    idle_since = CASE WHEN $2 = 'available' AND status <> 'available' THEN now() ELSE idle_since END
WHERE id = $1`

// SetStatus is what an agent, or somebody in the agent's place, chose.
func (w Steps) SetStatus(ctx context.Context, agent int64, s acd.Status, reason, by string) error {
	if _, err := w.tx.Exec(ctx, setStatus, agent, s, reason, by); err != nil {
		return fmt.Errorf("set status of agent %d: %w", agent, err)
	}
	w.tx.Hint(news.Contacts)
	w.noteTime(agent, asItStands)
	return w.emitAgent(ctx, agent)
}

const setNextStatus = `UPDATE agents SET next_status = nullif($2, ''), version = version + 1 WHERE id = $1`

// SetNextStatus is the status that takes effect when the contact in hand has ended; "" for none.
func (w Steps) SetNextStatus(ctx context.Context, agent int64, s acd.Status) error {
	if _, err := w.tx.Exec(ctx, setNextStatus, agent, s); err != nil {
		return fmt.Errorf("set next status of agent %d: %w", agent, err)
	}
	return w.emitAgent(ctx, agent)
}

const agentFreed = `
UPDATE agents SET idle_since = now(), version = version + 1, status = coalesce(next_status, status), next_status = NULL,
    status_reason = CASE coalesce(next_status, '') WHEN '' THEN status_reason WHEN 'paused' THEN 'break' ELSE '' END,
    status_at = CASE WHEN next_status IS NULL THEN status_at ELSE now() END
WHERE id = $1`

// FreeAgent notes that an agent has one contact less, and lets the status that waited for it take effect.
func (w Steps) FreeAgent(ctx context.Context, agent int64) error {
	if _, err := w.tx.Exec(ctx, agentFreed, agent); err != nil {
		return fmt.Errorf("free agent %d: %w", agent, err)
	}
	w.tx.Hint(news.Contacts)
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

const renewDesk = `
UPDATE agents SET connected_until = now() + make_interval(secs => $2), connected_node = $3 WHERE id = $1 AND connected_until > now()`

const connectDesk = `
UPDATE agents a SET connected_until = now() + make_interval(secs => $2), connected_node = $3, version = version + 1
FROM (SELECT id, connected_until FROM agents WHERE id = $1 FOR NO KEY UPDATE) b WHERE a.id = b.id RETURNING b.connected_until`

// ConnectDesk renews the lease that an agent's page is connected to a node. It never changes the status.
func (s *Store) ConnectDesk(ctx context.Context, agent int64, lasting time.Duration, node string) error {
	renewed, err := s.db.Exec(ctx, renewDesk, agent, lasting.Seconds(), node)
	if err == nil && renewed.RowsAffected() > 0 {
		return nil // nobody goes by how long a lease still lasts
	}
	if err == nil {
		err = s.do(ctx, func(w Steps) error { return w.lease(ctx, agent, connectDesk, agent, lasting.Seconds(), node) })
	}
	if err != nil {
		return fmt.Errorf("connect desk of agent %d: %w", agent, err)
	}
	s.db.Hint(news.Contacts)
	return nil
}

// An agent whose row something else is about to change is left to [Store.ConnectDesk]: one statement for many waits for nobody.
const renewDesks = `
WITH due AS (
    SELECT a.id, d.page FROM unnest($1::bigint[], $2::text[]) d (agent, page) JOIN agents a ON a.id = d.agent
    WHERE a.connected_until > now() FOR NO KEY UPDATE OF a SKIP LOCKED)
UPDATE agents a SET connected_until = now() + make_interval(secs => $3), connected_node = due.page
FROM due WHERE a.id = due.id RETURNING a.id`

// RenewDesks renews the leases of agents, each held by a page, and gives the agents whose lease it has renewed: not those whose lease has ended, nor
// those whose row is locked.
func (s *Store) RenewDesks(ctx context.Context, agents []int64, pages []string, lasting time.Duration) (renewed []int64, err error) {
	rows, err := s.db.Query(ctx, renewDesks, agents, pages, lasting.Seconds())
	if err == nil {
		renewed, err = pgx.CollectRows(rows, pgx.RowTo[int64])
	}
	if err != nil {
		return nil, fmt.Errorf("renew desks: %w", err)
	}
	return renewed, nil
}

// lease changes the lease of an agent's desk by a statement that gives when it would have ended before.
func (w Steps) lease(ctx context.Context, agent int64, statement string, args ...any) error {
	var leased pgtype.Timestamptz // of an agent who never had a desk it is before all time
	err := w.tx.QueryRow(ctx, statement, args...).Scan(&leased)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err == nil {
		w.noteTime(agent, leased)
	}
	return err
}

const disconnectDesk = `
UPDATE agents a SET connected_until = now(), version = version + 1
FROM (SELECT id, connected_until FROM agents WHERE id = $1 FOR NO KEY UPDATE) b
WHERE a.id = b.id AND a.connected_node = $2 RETURNING b.connected_until`

// DisconnectDesk ends the lease, if this page still has it: nothing more is offered. What the agent has stays for [acd.Reconnect].
func (s *Store) DisconnectDesk(ctx context.Context, agent int64, node string) error {
	if err := s.do(ctx, func(w Steps) error { return w.lease(ctx, agent, disconnectDesk, agent, node) }); err != nil {
		return fmt.Errorf("disconnect desk of agent %d: %w", agent, err)
	}
	return nil
}

const agentByLogin = `SELECT ` + agentColumns + `, a.password_hash, a.epoch, a.locked_at IS NOT NULL FROM agents a WHERE a.login = $1`

// AgentByLogin gives an agent with what is needed to check a password. acd.ErrNoAgent.
func (s *Store) AgentByLogin(ctx context.Context, name string) (acd.Agent, login.Credentials, error) {
	var c login.Credentials
	a, err := scanAgent(s.db.QueryRow(ctx, agentByLogin, name), &c.PasswordHash, &c.Epoch, &c.Locked)
	if fault.KindOf(err) == fault.Invalid { // a zero byte is in no login
		err = acd.ErrNoAgent
	}
	if err != nil && !errors.Is(err, acd.ErrNoAgent) {
		return a, c, fmt.Errorf("find agent: %w", err)
	}
	c.Federal = a.Federal
	return a, c, err
}

// Agent gives an agent as it is now. acd.ErrNoAgent.
func (s *Store) Agent(ctx context.Context, id int64) (acd.Agent, error) {
	return scanAgent(s.db.QueryRow(ctx, agentByID, id))
}
