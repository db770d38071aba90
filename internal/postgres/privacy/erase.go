package privacy

import (
	"context"
	"errors"
	"fmt"
	"time"

	"okno/internal/citizen"
	"okno/internal/lockout"
	"okno/internal/postgres/audit"
	attempts "okno/internal/postgres/lockout"
	"okno/internal/privacy"
)

// Whoever speaks or waits: what comes next belongs to the same interaction.
const inConversation = `
SELECT EXISTS (SELECT FROM calls WHERE interaction_id = ANY ($1) AND ended_at IS NULL)
    OR EXISTS (SELECT FROM contacts WHERE interaction_id = ANY ($1) AND state <> 'ended')`

const waitingFor = `
SELECT count(*) FROM mt_messages m WHERE m.destination_index = ANY ($2) AND (m.destination_index = ANY ($3) OR m.interaction_id = ANY ($1))`

// EraseCitizen forgets a citizen: the data keys of the citizen, of the interactions and the cases are destroyed, and what they sealed is
// deleted. What stays says that something happened, and to whom no more. note is called with the erasure before it is committed, perhaps
// more than once: it keeps the erasure outside the database. [citizen.ErrUnknown], also of one who was erased before; [privacy.ErrLive];
// the errors of note.
func (s *Store) EraseCitizen(ctx context.Context, id int64, by, reason string, note func(privacy.Erasure) error) (erased privacy.Erased, err error) {
	err = s.do(ctx, func(w steps) (err error) {
		erased, err = w.erase(ctx, id, by, reason, note)
		return err
	})
	if err != nil {
		return erased, fmt.Errorf("erase citizen %d: %w", id, err)
	}
	return erased, nil
}

func (w steps) erase(ctx context.Context, id int64, by, reason string, note func(privacy.Erasure) error) (erased privacy.Erased, err error) {
	s, err := w.scopeOf(ctx, id)
	if err != nil {
		return erased, err
	}
	var live bool
	if err := w.tx.QueryRow(ctx, inConversation, s.interactions).Scan(&live); err != nil {
		return erased, err
	}
	if live {
		return erased, privacy.ErrLive
	}
	erased.Interactions, erased.Cases = len(s.interactions), len(s.cases)
	bound, all := w.indexes(s.bound), w.indexes(s.numbers)
	subjects := make([]string, len(s.bound))
	for i, number := range s.bound {
		subjects[i] = attempts.Hide(w.ring, lockout.Number(number))
	}
	for _, f := range forgets {
		tag, err := w.tx.Exec(ctx, typed+f.sql, s.citizen, s.interactions, s.cases, bound, all, s.bound, subjects)
		if err != nil {
			return erased, fmt.Errorf("%s: %w", f.table, err)
		}
		if f.table == "mo_messages" || f.table == "mt_messages" {
			erased.Messages += int(tag.RowsAffected())
		}
		if f.table == "citizens" && tag.RowsAffected() == 0 { // somebody else was first
			return erased, citizen.ErrUnknown
		}
	}
	if err := w.tx.QueryRow(ctx, waitingFor, s.interactions, all, bound).Scan(&erased.Waiting); err != nil {
		return erased, err
	}
	err = audit.Record(ctx, w.tx, by, "citizen.erase", fmt.Sprintf("citizen:%d", id), map[string]any{"citizen": id, "reason": reason,
		"interactions": erased.Interactions, "cases": erased.Cases, "messages": erased.Messages})
	if err != nil {
		return erased, err
	}
	return erased, note(privacy.Erasure{At: time.Now(), Citizen: id, Since: s.since})
}

const registered = `SELECT created_at FROM citizens WHERE id = $1`

// ReplayErasures forgets again those whom a restored backup has brought back, and gives how many there were.
func (s *Store) ReplayErasures(ctx context.Context, list []privacy.Erasure, by string) (n int, err error) {
	for _, e := range list {
		var since time.Time
		rows, err := s.db.Query(ctx, registered, e.Citizen)
		if err != nil {
			return n, fmt.Errorf("replay erasures: %w", err)
		}
		for rows.Next() {
			err = rows.Scan(&since)
		}
		if err = errors.Join(err, rows.Err()); err != nil {
			return n, fmt.Errorf("replay erasures: %w", err)
		}
		if !since.Equal(e.Since) { // nobody, or somebody else to whom the id was given since
			continue
		}
		_, err = s.EraseCitizen(ctx, e.Citizen, by, "replayed", func(privacy.Erasure) error { return nil })
		if errors.Is(err, citizen.ErrUnknown) {
			continue
		}
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
