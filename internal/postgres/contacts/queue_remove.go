package contacts

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/acd"
	"okno/internal/fault"
	"okno/internal/news"
	"okno/internal/postgres/audit"
)

// namesQueue gives the first of what names a queue, the nearest at hand first, with up to five of its names.
const namesQueue = `
SELECT kind, names FROM (
    SELECT 1 AS nth, 'waiting' AS kind, count(*)::text AS names, count(*) AS n FROM contacts WHERE queue = $1 AND state <> 'ended'
    UNION ALL SELECT 2, 'overflow', string_agg(name, ', ' ORDER BY name), count(*) FROM queues WHERE overflow = $1
    UNION ALL SELECT 3, 'agents', array_to_string((array_agg(a.login ORDER BY a.login))[:5], ', '), count(*)
              FROM agent_queues q JOIN agents a ON a.id = q.agent_id WHERE q.queue = $1
    UNION ALL SELECT 4, 'cases', count(*)::text, count(*) FROM cases WHERE queue = $1
    UNION ALL SELECT 5, 'past', count(*)::text, count(*) FROM contacts WHERE queue = $1
) named WHERE n > 0 ORDER BY nth LIMIT 1`

const removeQueue = `DELETE FROM queues WHERE name = $1`

// RemoveQueue removes a queue that somebody saw and that nothing names any more. [fault.Conflict] when it was changed meanwhile, or when something
// names it: then the field says what, "waiting", "overflow", "agents", "cases" or "past", and the text which.
func (w Steps) RemoveQueue(ctx context.Context, name string, was acd.Settings, by, why string) error {
	if _, err := w.tx.Exec(ctx, lockQueues); err != nil {
		return fmt.Errorf("remove queue %s: %w", name, err)
	}
	kept, err := w.settings(ctx)
	if err != nil {
		return fmt.Errorf("remove queue %s: %w", name, err)
	}
	if is, there := kept[name]; !there || len(is.Form().Changes(was.Form())) > 0 {
		return errSettingsChanged
	}
	var kind, names string
	err = w.tx.QueryRow(ctx, namesQueue, name).Scan(&kind, &names)
	if err == nil {
		return &fault.Error{Kind: fault.Conflict, Field: kind, Text: names}
	}
	if errors.Is(err, pgx.ErrNoRows) {
		_, err = w.tx.Exec(ctx, removeQueue, name)
	}
	if err != nil {
		return fmt.Errorf("remove queue %s: %w", name, err)
	}
	w.tx.Hint(news.Contacts)
	return audit.Record(ctx, w.tx, by, "queue.remove", "queue", map[string]any{"queue": name, "why": why, "was": was.Form()})
}
