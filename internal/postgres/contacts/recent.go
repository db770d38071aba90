package contacts

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/desk"
	"okno/internal/postgres/datakeys"
	"okno/internal/postgres/identity"
)

const recentContacts = `
SELECT ` + contactColumns + `, coalesce(z.id, 0), ` + datakeys.OfCitizen + `z.id), z.sealed, q.title, c.ended_at,
       ARRAY(SELECT k.number FROM interaction_cases ic JOIN cases k ON k.id = ic.case_id WHERE ic.interaction_id = c.interaction_id ORDER BY k.id)
FROM contacts c
JOIN queues q ON q.name = c.queue
JOIN interactions i ON i.id = c.interaction_id
LEFT JOIN citizens z ON z.id = i.citizen_id
WHERE c.agent_id = $1 AND c.state = 'ended' AND c.ended_at > now() - interval '1 day' ORDER BY c.ended_at DESC, c.id DESC LIMIT $2`

// RecentContacts lists an agent's own contacts that have ended within a day, the newest first.
func (s *Store) RecentContacts(ctx context.Context, agent int64, most int) ([]desk.Recent, error) {
	rows, err := s.db.Query(ctx, recentContacts, agent, most)
	if err != nil {
		return nil, fmt.Errorf("list recent contacts of agent %d: %w", agent, err)
	}
	found, err := pgx.CollectRows(rows, s.scanRecent)
	if err != nil {
		return nil, fmt.Errorf("list recent contacts of agent %d: %w", agent, err)
	}
	return found, nil
}

func (s *Store) scanRecent(row pgx.CollectableRow) (r desk.Recent, err error) {
	var whose int64
	var key, sealed []byte
	if r.Contact, err = scanContact(s.ring, row, &whose, &key, &sealed, &r.QueueTitle, &r.EndedAt, &r.Cases); err != nil {
		return r, err
	}
	person, err := identity.OpenPerson(s.ring, whose, key, sealed)
	r.Name = person.Name
	return r, err
}
