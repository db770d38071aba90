package contacts

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/contact"
	"okno/internal/desk"
	"okno/internal/message"
	casestore "okno/internal/postgres/cases"
	"okno/internal/postgres/messages"
)

var deliveriesOfEntries = `
SELECT e.id, coalesce(` + messages.Delivery("e.mt_id") + `, '') FROM entries e
WHERE e.interaction_id = $1 AND e.mt_id IS NOT NULL ORDER BY e.id DESC LIMIT 50`

// Deliveries gives what became of the agents' messages in a contact, and of those that told of the citizen's cases: of the last 50 each, once may
// has nothing against it. [contact.ErrUnknown], and the errors of may.
func (s *Store) Deliveries(ctx context.Context, id int64, may func(contact.Contact) error) (desk.Deliveries, error) {
	found := desk.Deliveries{Entries: map[int64]message.Delivery{}}
	err := s.do(ctx, func(w Steps) error {
		c, err := w.Contact(ctx, id)
		if err != nil {
			return err
		}
		if err := may(c); err != nil {
			return err
		}
		rows, err := w.tx.Query(ctx, deliveriesOfEntries, c.Interaction)
		if err != nil {
			return err
		}
		var entry int64
		var d message.Delivery
		_, err = pgx.ForEachRow(rows, []any{&entry, &d}, func() error {
			found.Entries[entry] = d
			return nil
		})
		if err != nil {
			return err
		}
		found.Moves, err = w.deliveriesOfCases(ctx, c.Interaction)
		return err
	})
	if err != nil {
		return found, fmt.Errorf("read deliveries of contact %d: %w", id, err)
	}
	return found, nil
}

// deliveriesOfCases gives what became of the messages that told of cases of whom an interaction is with, by the ids of the moves.
func (w Steps) deliveriesOfCases(ctx context.Context, interaction int64) (map[int64]message.Delivery, error) {
	var z desk.Citizen
	if err := w.openCitizen(ctx, interaction, &z); err != nil {
		return nil, err
	}
	own := ownOfNumber
	if z.ID != 0 {
		own = ownOfCitizen
	}
	rows, err := w.tx.Query(ctx, own, z.ID, w.indexes(z.Number))
	if err != nil {
		return nil, err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, err
	}
	return casestore.Deliveries(ctx, w.tx, ids...)
}
