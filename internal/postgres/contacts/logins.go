package contacts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/login"
	"okno/internal/postgres"
	"okno/internal/postgres/audit"
	"okno/internal/postgres/streams"
)

// live is a login l that counts, of the agent a. The number in it is [login.Idle]; TestALoginThatIsIdleEnds holds them together.
const live = `l.ended_at IS NULL AND l.expires_at > now() AND l.seen_at > now() - interval '2 hours'
AND l.epoch = a.epoch AND a.locked_at IS NULL`

const addLogin = `
INSERT INTO logins (token_hash, agent_id, epoch, expires_at, address, browser, factor_at, sso_session)
VALUES ($1, $2, $3, $4, $5, $6, CASE WHEN $7 THEN now() END, nullif($8, '')) RETURNING public_id, created_at`

// AddLogin keeps a login by the hash of its token, and tells the agent's pages.
func (s *Store) AddLogin(ctx context.Context, l login.New) error {
	return s.do(ctx, func(w Steps) error {
		var id string
		var at time.Time
		if err := w.tx.QueryRow(ctx, addLogin, l.TokenHash, l.Agent, l.Epoch, l.Expires, l.Address, l.Browser, l.Proved, l.Session).Scan(&id, &at); err != nil {
			return fmt.Errorf("add login: %w", err)
		}
		told := map[string]any{"id": id, "at": at, "address": l.Address, "browser": l.Browser}
		if err := streams.Emit(w.tx, streams.Agent(l.Agent), "login", told); err != nil {
			return err
		}
		return audit.Record(ctx, w.tx, streams.Agent(l.Agent), "agent.login", streams.Agent(l.Agent), map[string]any{"login": id})
	})
}

const agentOfLogin = `
SELECT ` + agentColumns + `, l.seen_at < now() - make_interval(secs => $2), l.factor_at FROM logins l JOIN agents a ON a.id = l.agent_id
WHERE l.token_hash = $1 AND ` + live

// AgentOfLogin gives whose login a token is, and notes a sign of life. acd.ErrNoAgent.
func (s *Store) AgentOfLogin(ctx context.Context, tokenHash []byte) (acd.Agent, error) {
	a, stale, err := scanLogin(s.db.QueryRow(ctx, agentOfLogin, tokenHash, login.Touch.Seconds()))
	if err == nil && stale {
		err = s.TouchLogins(ctx, [][]byte{tokenHash})
	}
	if err != nil && !errors.Is(err, acd.ErrNoAgent) {
		return a, fmt.Errorf("find login: %w", err)
	}
	return a, err
}

// AgentOfCommand is [Store.AgentOfLogin] in a unit of work, without the sign of life.
func (w Steps) AgentOfCommand(ctx context.Context, tokenHash []byte) (acd.Agent, error) {
	a, _, err := scanLogin(w.tx.QueryRow(ctx, agentOfLogin, tokenHash, login.Touch.Seconds()))
	return a, err
}

// scanLogin reads whose login it is, how strongly it is proved, and whether its sign of life is old.
func scanLogin(row pgx.Row) (a acd.Agent, stale bool, err error) {
	var factorAt *time.Time
	a, err = scanAgent(row, &stale, &factorAt)
	if factorAt != nil {
		a.Proof = access.Proof{Strength: access.SecondFactor, At: *factorAt}
	}
	return a, stale, err
}

// Another node may note a sign of life of the same login: its row is left to it.
const touchLogins = `
UPDATE logins SET seen_at = now() WHERE token_hash IN (
    SELECT token_hash FROM logins WHERE token_hash = ANY ($1) AND ended_at IS NULL
      AND seen_at BETWEEN now() - interval '2 hours' AND now() - make_interval(secs => $2)
    FOR UPDATE SKIP LOCKED)`

// TouchLogins notes a sign of life of logins that have not ended, unless one was noted within [login.Touch].
func (s *Store) TouchLogins(ctx context.Context, tokenHashes [][]byte) error {
	if _, err := s.db.Exec(ctx, touchLogins, tokenHashes, login.Touch.Seconds()); err != nil {
		return fmt.Errorf("touch logins: %w", err)
	}
	return nil
}

const endedOf = `
SELECT t.hash FROM unnest($1::bytea[]) t (hash)
WHERE NOT EXISTS (SELECT FROM logins l JOIN agents a ON a.id = l.agent_id WHERE l.token_hash = t.hash AND ` + live + `)`

// EndedOf gives those of some logins that no longer count.
func (s *Store) EndedOf(ctx context.Context, tokenHashes [][]byte) ([][]byte, error) {
	rows, err := s.db.Query(ctx, endedOf, tokenHashes)
	if err != nil {
		return nil, fmt.Errorf("look for ended logins: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[[]byte])
}

const overdueLogins = `
SELECT token_hash FROM logins
WHERE ended_at IS NULL AND (seen_at < now() - interval '2 hours' OR expires_at < now()) ORDER BY seen_at LIMIT $1`

// OverdueLogins gives logins that are past a limit and that nobody has ended yet, some at most.
func (s *Store) OverdueLogins(ctx context.Context, most int) ([][]byte, error) {
	rows, err := s.db.Query(ctx, overdueLogins, most)
	if err != nil {
		return nil, fmt.Errorf("look for overdue logins: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[[]byte])
}

const hasLogin = `SELECT EXISTS (SELECT FROM logins l JOIN agents a ON a.id = l.agent_id WHERE l.agent_id = $1 AND ` + live + `)`

// HasLogin says whether an agent is logged in anywhere.
func (s *Store) HasLogin(ctx context.Context, agent int64) (has bool, err error) {
	if err := s.db.QueryRow(ctx, hasLogin, agent).Scan(&has); err != nil {
		return false, fmt.Errorf("look for logins: %w", err)
	}
	return has, nil
}

const loginsOf = `
SELECT l.public_id::text, l.created_at, l.seen_at, l.expires_at, l.address, l.browser, l.token_hash = $2
FROM logins l JOIN agents a ON a.id = l.agent_id WHERE l.agent_id = $1 AND ` + live + ` ORDER BY l.created_at DESC`

// LoginsOf lists an agent's logins, the newest first. current is the hash of the token that asks, or nil.
func (s *Store) LoginsOf(ctx context.Context, agent int64, current []byte) ([]login.Login, error) {
	if current == nil {
		current = []byte{}
	}
	rows, err := s.db.Query(ctx, loginsOf, agent, current)
	if err != nil {
		return nil, fmt.Errorf("list logins: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (l login.Login, err error) {
		err = row.Scan(&l.ID, &l.At, &l.SeenAt, &l.Expires, &l.Address, &l.Browser, &l.Current)
		return l, err
	})
}

const endLogin = `
UPDATE logins l SET ended_at = now() WHERE token_hash = $1 AND ended_at IS NULL
RETURNING agent_id, EXISTS (SELECT FROM logins o JOIN agents a ON a.id = o.agent_id WHERE o.agent_id = l.agent_id
    AND o.token_hash <> l.token_hash AND o.ended_at IS NULL AND o.expires_at > now() AND o.seen_at > now() - interval '2 hours'
    AND o.epoch = a.epoch)`

// EndLogin ends a login, and gives whose it was, and whether the agent has another one. acd.ErrNoAgent when it has ended before.
func (w Steps) EndLogin(ctx context.Context, tokenHash []byte, by string) (agent int64, another bool, err error) {
	if err := w.tx.QueryRow(ctx, endLogin, tokenHash).Scan(&agent, &another); err != nil {
		return 0, false, fmt.Errorf("end login: %w", postgres.NoRows(err, acd.ErrNoAgent))
	}
	if by == "" {
		by = streams.Agent(agent)
	}
	return agent, another, audit.Record(ctx, w.tx, by, "agent.logout", streams.Agent(agent), nil)
}

const tokenOf = `SELECT token_hash FROM logins WHERE agent_id = $1 AND public_id::text = $2 AND ended_at IS NULL`

// LoginToken gives the hash of the token of an agent's login. login.ErrUnknown.
func (w Steps) LoginToken(ctx context.Context, agent int64, id string) (hash []byte, err error) {
	if err := w.tx.QueryRow(ctx, tokenOf, agent, id).Scan(&hash); err != nil {
		return nil, fmt.Errorf("find login: %w", postgres.NoRows(err, login.ErrUnknown))
	}
	return hash, nil
}

const endLogins = `UPDATE logins SET ended_at = now() WHERE agent_id = $1 AND ended_at IS NULL`

// The lease ends long ago, so that the dispatcher gives back at once what the agent has.
const raiseEpoch = `
UPDATE agents a SET epoch = epoch + 1, version = version + 1, connected_until = now() - interval '1 hour'
FROM (SELECT id, connected_until FROM agents WHERE id = $1 FOR NO KEY UPDATE) b WHERE a.id = b.id RETURNING b.connected_until`

// EndLogins ends all logins of an agent, and those that are being added: the agent goes off duty, the SIP accounts are closed, and the
// contacts go back.
func (w Steps) EndLogins(ctx context.Context, agent int64, by string) error {
	if _, err := w.tx.Exec(ctx, endLogins, agent); err != nil {
		return fmt.Errorf("end logins of agent %d: %w", agent, err)
	}
	if err := w.lease(ctx, agent, raiseEpoch, agent); err != nil {
		return fmt.Errorf("end logins of agent %d: %w", agent, err)
	}
	if err := w.SetStatus(ctx, agent, acd.Offline, "", by); err != nil {
		return err
	}
	if err := w.CloseAccounts(ctx, agent); err != nil {
		return err
	}
	return audit.Record(ctx, w.tx, by, "agent.logins_ended", streams.Agent(agent), nil)
}

const agentID = `SELECT id FROM agents WHERE login = $1`

// AgentID gives the id of the agent with a login. acd.ErrNoAgent.
func (w Steps) AgentID(ctx context.Context, name string) (id int64, err error) {
	err = w.tx.QueryRow(ctx, agentID, name).Scan(&id)
	return id, postgres.NoRows(err, acd.ErrNoAgent)
}

func (w Steps) endLoginsOf(ctx context.Context, name, by string) error {
	id, err := w.AgentID(ctx, name)
	if err != nil {
		return err
	}
	return w.EndLogins(ctx, id, by)
}

const lockAgent = `UPDATE agents SET locked_at = CASE WHEN $2 THEN coalesce(locked_at, now()) END WHERE id = $1`

// LockAgent locks an agent out, or lets one in again. Either ends all logins.
func (w Steps) LockAgent(ctx context.Context, agent int64, locked bool, by string) error {
	if err := w.EndLogins(ctx, agent, by); err != nil {
		return err
	}
	if _, err := w.tx.Exec(ctx, lockAgent, agent, locked); err != nil {
		return fmt.Errorf("lock agent %d: %w", agent, err)
	}
	action := "agent.unlock"
	if locked {
		action = "agent.lock"
	}
	return audit.Record(ctx, w.tx, by, action, streams.Agent(agent), nil)
}
