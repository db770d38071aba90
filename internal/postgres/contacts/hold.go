package contacts

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/acd"
	"okno/internal/conversation"
	"okno/internal/news"
	"okno/internal/postgres"
	"okno/internal/postgres/conversations"
	"okno/internal/postgres/streams"
)

const connectContact = `
UPDATE contacts SET state = 'connected', connected_at = coalesce(connected_at, now())
WHERE interaction_id = $1 AND state = 'accepted' RETURNING id`

// Connected says that citizen and agent can hear each other. acd.ErrState when the contact was not being connected.
func (s *Store) Connected(ctx context.Context, interaction int64) error {
	return s.contactStep(ctx, "connect", interaction, connectContact)
}

const requeueContact = `
UPDATE contacts SET state = 'waiting', agent_id = NULL, accepted_at = NULL, priority = priority + 1
WHERE interaction_id = $1 AND state IN ('accepted', 'connected') RETURNING id`

// Requeue gives a citizen whose agent could not be reached, or was lost, back to the front of the queue. acd.ErrState.
func (s *Store) Requeue(ctx context.Context, interaction int64) error {
	return s.contactStep(ctx, "requeue", interaction, requeueContact)
}

// AgentNotReached requeues a citizen, and pauses the agent whose phone did not answer.
func (s *Store) AgentNotReached(ctx context.Context, interaction, agent int64) error {
	if err := s.Requeue(ctx, interaction); err != nil {
		return err
	}
	return s.do(ctx, func(w Steps) error { return w.setStatus(ctx, agent, acd.Paused, acd.NotResponding, "okno") })
}

// What a process was in the middle of when it died: an agent was being rung, or had just been joined.
const halfConnected = `
SELECT c.interaction_id, k.state = 'connected' FROM contacts c JOIN calls k ON k.interaction_id = c.interaction_id
WHERE c.state = 'accepted'`

// SettleContacts brings contacts that were being connected into agreement with their calls.
func (s *Store) SettleContacts(ctx context.Context) error {
	rows, err := s.db.Query(ctx, halfConnected)
	if err != nil {
		return fmt.Errorf("settle contacts: %w", err)
	}
	type half struct {
		Interaction int64
		Connected   bool
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[half])
	if err != nil {
		return fmt.Errorf("settle contacts: %w", err)
	}
	for _, h := range found {
		step := s.Requeue
		if h.Connected {
			step = s.Connected
		}
		if err := step(ctx, h.Interaction); err != nil && !errors.Is(err, acd.ErrState) {
			return err
		}
	}
	return nil
}

func (s *Store) contactStep(ctx context.Context, verb string, interaction int64, update string) error {
	err := s.do(ctx, func(w Steps) error {
		holder, err := scanContact(w.tx.QueryRow(ctx, liveContact, interaction))
		if err != nil {
			return err
		}
		if err := w.tx.QueryRow(ctx, update, interaction).Scan(&holder.ID); err != nil {
			return postgres.NoRows(err, acd.ErrState)
		}
		w.tx.Hint(news.Contacts)
		if err := w.emitContact(ctx, holder.ID); err != nil {
			return err
		}
		// The agent who no longer has it follows the own stream, not the contact's.
		return streams.Emit(w.tx, streams.Agent(holder.AgentID), "contact_"+verb, map[string]any{"contact": holder.ID})
	})
	if err != nil {
		return fmt.Errorf("%s interaction %d: %w", verb, interaction, err)
	}
	return nil
}

// Release ends the talk and begins the wrap-up of an interaction's contact. Nothing happens when it has ended already.
func (w Steps) Release(ctx context.Context, interaction int64) error {
	c, err := scanContact(w.tx.QueryRow(ctx, liveContact, interaction))
	if errors.Is(err, acd.ErrUnknown) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("find contact of interaction %d: %w", interaction, err)
	}
	if c.State != acd.Connected {
		return fmt.Errorf("release contact %d: %w", c.ID, acd.ErrState)
	}
	return w.release(ctx, c)
}

const lockContact = `SELECT ` + contactColumns + ` FROM contacts c WHERE c.id = $1 FOR UPDATE OF c`

// HeldContact gives a contact that an agent has, and keeps others from it until the work is done. acd.ErrUnknown,
// acd.ErrNotYours.
func (w Steps) HeldContact(ctx context.Context, agent, contact int64) (acd.Contact, error) {
	c, err := scanContact(w.tx.QueryRow(ctx, lockContact, contact))
	if err != nil {
		return c, fmt.Errorf("find contact %d: %w", contact, err)
	}
	if c.AgentID != agent {
		return c, acd.ErrNotYours
	}
	return c, nil
}

const fileContact = `
UPDATE contacts SET state = 'ended', ended_at = now(), outcome = 'handled', disposition = $2 WHERE id = $1 AND state = 'wrap_up'`

// FileDisposition ends a wrap-up with its outcome and a note. acd.ErrState outside a wrap-up, acd.ErrDisposition.
func (w Steps) FileDisposition(ctx context.Context, c acd.Contact, disposition, note string) error {
	if disposition == "" {
		return acd.ErrDisposition
	}
	tag, err := w.tx.Exec(ctx, fileContact, c.ID, disposition)
	if err != nil {
		return fmt.Errorf("file contact %d: %w", c.ID, err)
	}
	if tag.RowsAffected() == 0 {
		return acd.ErrState
	}
	entries, speaker := conversations.In(w.tx), streams.Agent(c.AgentID)
	if note != "" {
		if err := entries.AddEntry(ctx, conversation.Entry{Interaction: c.Interaction, Speaker: speaker, Kind: "note", Body: note}); err != nil {
			return err
		}
	}
	if err := entries.AddEntry(ctx, conversation.Entry{Interaction: c.Interaction, Speaker: speaker, Kind: "disposition", Body: disposition}); err != nil {
		return err
	}
	return w.freed(ctx, c)
}

const extendWrapUp = `
UPDATE contacts SET wrap_up_until = wrap_up_until + make_interval(secs => $2) WHERE id = $1 AND state = 'wrap_up'`

// ExtendWrapUp gives the agent as much time again.
func (w Steps) ExtendWrapUp(ctx context.Context, c acd.Contact) error {
	tag, err := w.tx.Exec(ctx, extendWrapUp, c.ID, acd.WrapUpTime.Seconds())
	if err != nil {
		return fmt.Errorf("extend wrap-up of contact %d: %w", c.ID, err)
	}
	if tag.RowsAffected() == 0 {
		return acd.ErrState
	}
	return w.emitContact(ctx, c.ID)
}

const overdueWrapUps = `
SELECT ` + contactColumns + ` FROM contacts c WHERE c.state = 'wrap_up' AND c.wrap_up_until <= now() FOR UPDATE OF c SKIP LOCKED`

// EndWrapUps ends wrap-ups that took too long, without a disposition: reports show how many there are.
func (s *Store) EndWrapUps(ctx context.Context) (n int, err error) {
	err = s.do(ctx, func(w Steps) error {
		rows, err := w.tx.Query(ctx, overdueWrapUps)
		if err != nil {
			return err
		}
		overdue, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (acd.Contact, error) { return scanContact(row) })
		if err != nil {
			return err
		}
		n = len(overdue)
		for _, c := range overdue {
			if _, err := w.tx.Exec(ctx, endContact, c.ID, "handled"); err != nil {
				return err
			}
			if err := w.freed(ctx, c); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("end wrap-ups: %w", err)
	}
	return n, nil
}

const agentFreed = `
UPDATE agents SET idle_since = now(), status = coalesce(next_status, status), next_status = NULL,
    status_at = CASE WHEN next_status IS NULL THEN status_at ELSE now() END
WHERE id = $1`

// freed tells that an agent has one contact less, and lets the status that waited for it take effect.
func (w Steps) freed(ctx context.Context, c acd.Contact) error {
	if _, err := w.tx.Exec(ctx, agentFreed, c.AgentID); err != nil {
		return fmt.Errorf("free agent %d: %w", c.AgentID, err)
	}
	w.tx.Hint(news.Contacts)
	if err := w.emitContact(ctx, c.ID); err != nil {
		return err
	}
	return w.emitAgent(ctx, c.AgentID)
}
