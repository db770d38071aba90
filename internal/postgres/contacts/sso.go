package contacts

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/acd"
	"okno/internal/login"
	"okno/internal/postgres"
	"okno/internal/postgres/audit"
	"okno/internal/postgres/streams"
)

// bySSO is who does, in the journal, what the provider's word brings about.
const bySSO = "sso"

const takeOnce = `INSERT INTO taken_once (hash, expires_at) VALUES (sha256($1), now() + make_interval(secs => $2)) ON CONFLICT DO NOTHING`

// takeOnce notes that something was taken, for as long as it would count; what was taken before gives the error.
func (w Steps) takeOnce(ctx context.Context, what string, lasting time.Duration, before error) error {
	tag, err := w.tx.Exec(ctx, takeOnce, []byte(what), lasting.Seconds())
	if err != nil {
		return fmt.Errorf("take once: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return fmt.Errorf("%w (taken before)", before)
	}
	return nil
}

// Two first logins of one person at the same time: the second waits, and finds the account.
const lockIdentity = `SELECT pg_advisory_xact_lock(hashtextextended($1 || ' ' || $2, 75))`

const agentByIdentity = `
SELECT ` + agentColumns + `, a.epoch, a.locked_at IS NOT NULL FROM sso_accounts i JOIN agents a ON a.id = i.agent_id
WHERE i.issuer = $1 AND i.subject = $2`

// SettleIdentity gives the account of an identity as its groups now have it: a first login adds the account, another role ends the
// account's logins, and so does a grant that is nil: no group opens a desk any more. state counts once, for lasting.
// login.ErrRefused for a state that was taken before, login.ErrNoGroup.
func (s *Store) SettleIdentity(ctx context.Context, who login.Identity, grant *login.Grant, state string, lasting time.Duration) (
	a acd.Agent, c login.Credentials, err error) {
	err = s.do(ctx, func(w Steps) error {
		if err := w.takeOnce(ctx, state, lasting, login.ErrRefused); err != nil {
			return err
		}
		if _, err := w.tx.Exec(ctx, lockIdentity, who.Issuer, who.Subject); err != nil {
			return fmt.Errorf("lock identity: %w", err)
		}
		a, c, err = w.agentByIdentity(ctx, who)
		known := err == nil
		switch {
		case err != nil && !errors.Is(err, acd.ErrNoAgent):
			return err
		case grant == nil && known:
			return w.EndLogins(ctx, a.ID, bySSO)
		case grant == nil:
			return nil
		case !known:
			err = w.addIdentity(ctx, who, *grant)
		default:
			err = w.followGroups(ctx, a, who, *grant)
		}
		if err != nil {
			return err
		}
		a, c, err = w.agentByIdentity(ctx, who)
		return err
	})
	if err == nil && grant == nil {
		err = login.ErrNoGroup
	}
	return a, c, err
}

func (w Steps) agentByIdentity(ctx context.Context, who login.Identity) (a acd.Agent, c login.Credentials, err error) {
	a, err = scanAgent(w.tx.QueryRow(ctx, agentByIdentity, who.Issuer, who.Subject), &c.Epoch, &c.Locked)
	c.Federal = true
	return a, c, err
}

const addFederal = `
INSERT INTO agents (login, name, role, password_hash, languages, endpoint) VALUES ($1, $2, $3, '', $4, '')
ON CONFLICT (login) DO NOTHING RETURNING id`

const addIdentity = `INSERT INTO sso_accounts (issuer, subject, agent_id) VALUES ($1, $2, $3)`

// addIdentity adds an account. A login that somebody else has is not taken over: the new one gets a mark of its own.
func (w Steps) addIdentity(ctx context.Context, who login.Identity, grant login.Grant) error {
	name := who.Name
	if name == "" {
		name = who.Wish()
	}
	mark := sha256.Sum256([]byte(who.Issuer + " " + who.Subject))
	var id int64
	for _, wish := range []string{who.Wish(), who.Wish() + "-" + hex.EncodeToString(mark[:4])} {
		err := w.tx.QueryRow(ctx, addFederal, wish, name, grant.Role, grant.Languages).Scan(&id)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return fmt.Errorf("add agent of single sign-on: %w", err)
		}
		if err == nil {
			break
		}
	}
	if id == 0 {
		return fmt.Errorf("add agent of single sign-on: both logins are taken")
	}
	if _, err := w.tx.Exec(ctx, addIdentity, who.Issuer, who.Subject, id); err != nil {
		return fmt.Errorf("add identity: %w", err)
	}
	if err := w.serve(ctx, id, grant.Queues); err != nil {
		return err
	}
	return audit.Record(ctx, w.tx, bySSO, "agent.save", streams.Agent(id), map[string]any{"role": grant.Role, "queues": grant.Queues})
}

func (w Steps) followGroups(ctx context.Context, a acd.Agent, who login.Identity, grant login.Grant) error {
	same := a.Role == grant.Role && slices.Equal(a.Queues, grant.Queues)
	if same && slices.Equal(a.Languages, grant.Languages) && (who.Name == "" || who.Name == a.Name) {
		return nil
	}
	if a.Role != grant.Role {
		if err := w.EndLogins(ctx, a.ID, bySSO); err != nil {
			return err
		}
	}
	profile := acd.Profile{Name: who.Name, Role: grant.Role, Languages: grant.Languages, Queues: grant.Queues}
	if err := w.setProfile(ctx, a.ID, profile); err != nil || same {
		return err
	}
	return audit.Record(ctx, w.tx, bySSO, "agent.save", streams.Agent(a.ID), map[string]any{"role": grant.Role, "was": a.Role, "queues": grant.Queues})
}

// A queue of the configuration that does not exist is left out: nobody is kept from logging in by it.
const serveQueues = `
INSERT INTO agent_queues (agent_id, queue) SELECT $1, name FROM queues WHERE name = ANY ($2) ON CONFLICT DO NOTHING`

func (w Steps) serve(ctx context.Context, agent int64, queues []string) error {
	if _, err := w.tx.Exec(ctx, serveQueues, agent, append([]string{}, queues...)); err != nil {
		return fmt.Errorf("let agent %d serve queues: %w", agent, err)
	}
	w.noteTime(agent, asItStands)
	return nil
}

const loggedOutBySubject = `SELECT agent_id FROM sso_accounts WHERE issuer = $1 AND subject = $2`

const loggedOutBySession = `
SELECT DISTINCT l.agent_id FROM logins l JOIN sso_accounts i ON i.agent_id = l.agent_id
WHERE i.issuer = $1 AND l.sso_session = $2 AND l.ended_at IS NULL`

// EndIdentity ends all logins of whom the provider has logged out, named by the subject or else by the session, and gives the agent; 0 for
// nobody. id counts once, for lasting. login.ErrRefused for an id that was taken before.
func (s *Store) EndIdentity(ctx context.Context, who login.Identity, id string, lasting time.Duration) (agent int64, err error) {
	err = s.do(ctx, func(w Steps) error {
		if err := w.takeOnce(ctx, who.Issuer+" logout "+id, lasting, login.ErrRefused); err != nil {
			return err
		}
		query, name := loggedOutBySubject, who.Subject
		if name == "" {
			query, name = loggedOutBySession, who.Session
		}
		err := postgres.NoRows(w.tx.QueryRow(ctx, query, who.Issuer, name).Scan(&agent), acd.ErrNoAgent)
		if errors.Is(err, acd.ErrNoAgent) {
			return nil
		} else if err != nil {
			return fmt.Errorf("find whom the provider logs out: %w", err)
		}
		return w.EndLogins(ctx, agent, bySSO)
	})
	return agent, err
}

const isFederal = `SELECT EXISTS (SELECT FROM sso_accounts WHERE agent_id = $1)`

// localOnly is nil for an account that may have a password. login.ErrFederal.
func (w Steps) localOnly(ctx context.Context, agent int64) error {
	var is bool
	if err := w.tx.QueryRow(ctx, isFederal, agent).Scan(&is); err != nil {
		return fmt.Errorf("look for single sign-on: %w", err)
	}
	if is {
		return login.ErrFederal
	}
	return nil
}

const linkIdentity = `
INSERT INTO sso_accounts (issuer, subject, agent_id) VALUES ($1, $2, $3)
ON CONFLICT (agent_id) DO UPDATE SET issuer = excluded.issuer, subject = excluded.subject`

const unlinkIdentity = `DELETE FROM sso_accounts WHERE agent_id = $1`

// LinkIdentity lets an agent who was added before log in by single sign-on, and by no password any more; an empty subject takes that back.
// Either ends all logins.
func (w Steps) LinkIdentity(ctx context.Context, agent int64, issuer, subject, by string) error {
	if err := w.ForgetPassword(ctx, agent, by); err != nil {
		return err
	}
	var err error
	if subject == "" {
		_, err = w.tx.Exec(ctx, unlinkIdentity, agent)
	} else {
		_, err = w.tx.Exec(ctx, linkIdentity, issuer, subject, agent)
	}
	if err != nil {
		return fmt.Errorf("link identity of agent %d: %w", agent, err)
	}
	return audit.Record(ctx, w.tx, by, "agent.sso", streams.Agent(agent), map[string]any{"linked": subject != ""})
}
