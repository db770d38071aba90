package contacts

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/acd"
	"okno/internal/contact"
)

const copyContact = `
INSERT INTO contacts (interaction_id, queue, channel, language, reason, sealed_context, effect, priority, helps)
SELECT interaction_id, coalesce(nullif($2, ''), queue), channel, language, reason, sealed_context, $3, priority + 1, nullif($4::bigint, 0)
FROM contacts WHERE id = $1 ON CONFLICT (interaction_id, effect) DO UPDATE SET effect = excluded.effect RETURNING id`

// CopyContact adds a contact to the interaction of another, with its story, in front of a queue ("": the other's). It is added once for each
// effect. helps is the contact that it helps, or 0.
func (w Steps) CopyContact(ctx context.Context, of int64, queue, effect string, helps int64) (contact.Contact, error) {
	var id int64
	if err := w.tx.QueryRow(ctx, copyContact, of, queue, effect, helps).Scan(&id); err != nil {
		return contact.Contact{}, fmt.Errorf("copy contact %d: %w", of, err)
	}
	return w.LockContact(ctx, id)
}

const promoteContact = `UPDATE contacts SET helps = NULL, version = version + 1 WHERE id = $1 RETURNING agent_id`

// PromoteContact makes a contact that helped the one in whose hands the citizen is.
func (w Steps) PromoteContact(ctx context.Context, id int64) error {
	var agent int64
	if err := w.tx.QueryRow(ctx, promoteContact, id).Scan(&agent); err != nil {
		return fmt.Errorf("promote contact %d: %w", id, err)
	}
	c, err := w.LockContact(ctx, id)
	if err != nil {
		return err
	}
	return w.emitContact(c, agent)
}

const passOn = `
UPDATE contacts SET passed_at = now(), passed_to = $2, passed_queue = nullif($3, ''), passed_asked = $4 WHERE id = $1`

// PassOn notes where an agent's talk is passed on to.
func (w Steps) PassOn(ctx context.Context, id int64, to contact.Passage) error {
	if _, err := w.tx.Exec(ctx, passOn, id, to.To, to.Queue, to.Asked); err != nil {
		return fmt.Errorf("pass on contact %d: %w", id, err)
	}
	return nil
}

// AdmitsTransfer says whether a queue takes a contact of a language from another agent. [contact.ErrNowhere] of a queue that is none.
func (w Steps) AdmitsTransfer(ctx context.Context, queue, language string) (contact.Admission, error) {
	rules, now, err := w.rules(ctx, queue)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", contact.ErrNowhere
	}
	if err != nil {
		return "", err
	}
	s := acd.Standing{Now: now}
	err = w.tx.QueryRow(ctx, `SELECT `+dutyAndWaiting, queue, language, rules.Pause.Seconds(), rules.GiveUp.Seconds()).Scan(&s.OnDuty, &s.Waiting)
	if err != nil {
		return "", fmt.Errorf("look at queue %s: %w", queue, err)
	}
	return rules.Admit(s), nil
}

const freeAgents = `
FROM agents a WHERE a.status = 'available' AND a.connected_until > now() AND a.capacity >=
    (SELECT cost FROM channels WHERE name = 'voice') +
    coalesce((` + costOfHeld + ` AND h.id <> $1), 0)`

const claimFreeAgent = `UPDATE agents SET version = version + 1 WHERE id = $2 AND EXISTS (SELECT ` + freeAgents + ` AND a.id = $2)`

// ClaimFreeAgent says whether an agent could take a call now, beside a contact that is offered already, and makes every other decision look
// again.
func (w Steps) ClaimFreeAgent(ctx context.Context, agent, beside int64) (bool, error) {
	tag, err := w.tx.Exec(ctx, claimFreeAgent, beside, agent)
	if err != nil {
		return false, fmt.Errorf("claim agent %d: %w", agent, err)
	}
	return tag.RowsAffected() > 0, nil
}

const colleagues = `SELECT a.id, a.name ` + freeAgents + ` AND a.id <> $2 AND a.role <> 'auditor' ORDER BY a.name LIMIT 200`

// Colleagues lists the agents who could take a call now, but for one.
func (s *Store) Colleagues(ctx context.Context, but int64) ([]acd.Agent, error) {
	rows, err := s.db.Query(ctx, colleagues, 0, but)
	if err != nil {
		return nil, fmt.Errorf("list colleagues: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (a acd.Agent, err error) { return a, row.Scan(&a.ID, &a.Name) })
}
