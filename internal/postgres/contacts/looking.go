package contacts

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/desk"
	"okno/internal/news"
)

const lookAt = `
UPDATE agents SET looking_at = c.id, typing = $3 FROM (SELECT (SELECT id FROM cases WHERE number = $2) AS id) c
WHERE agents.id = $1 AND (looking_at, typing) IS DISTINCT FROM (c.id, $3)`

// LookAt keeps which case an agent has open, by its number, and whether the agent is writing in it; of "" and of a number that is none it is
// none. It counts as long as the lease of the agent's desk.
func (s *Store) LookAt(ctx context.Context, agent int64, number string, typing bool) error {
	changed, err := s.db.Exec(ctx, lookAt, agent, number, typing)
	if err != nil {
		return fmt.Errorf("note what agent %d looks at: %w", agent, err)
	}
	if changed.RowsAffected() > 0 {
		s.db.Hint(news.Contacts)
	}
	return nil
}

const lookers = `
SELECT m.id, o.id, o.name, o.typing FROM agents m JOIN agents o ON o.looking_at = m.looking_at AND o.id <> m.id
WHERE m.looking_at IS NOT NULL AND m.id = ANY ($1) AND o.connected_until > now() ORDER BY o.name, o.id`

// Lookers gives, for each of some agents, who else has the case open that the agent has.
func (s *Store) Lookers(ctx context.Context, agents []int64) (map[int64][]desk.Looker, error) {
	rows, err := s.db.Query(ctx, lookers, agents)
	found := map[int64][]desk.Looker{}
	if err == nil {
		var agent int64
		var l desk.Looker
		_, err = pgx.ForEachRow(rows, []any{&agent, &l.Agent, &l.Name, &l.Typing}, func() error {
			found[agent] = append(found[agent], l)
			return nil
		})
	}
	if err != nil {
		return nil, fmt.Errorf("look who looks at cases: %w", err)
	}
	return found, nil
}
