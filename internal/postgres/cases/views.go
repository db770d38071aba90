package cases

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/cases"
	"okno/internal/fault"
)

const savedViews = `SELECT name, filter FROM case_views WHERE agent_id = $1 ORDER BY name`

// CaseViews gives the filters that an agent keeps.
func (s *Store) CaseViews(ctx context.Context, agent int64) (views []cases.SavedView, err error) {
	rows, err := s.db.Query(ctx, savedViews, agent)
	if err == nil {
		views, err = pgx.CollectRows(rows, pgx.RowToStructByPos[cases.SavedView])
	}
	if err != nil {
		return nil, fmt.Errorf("list views of agent %d: %w", agent, err)
	}
	return views, nil
}

const (
	otherViews = `SELECT count(*) FROM case_views WHERE agent_id = $1 AND name <> $2`
	saveView   = `INSERT INTO case_views (agent_id, name, filter) VALUES ($1, $2, $3) ON CONFLICT (agent_id, name) DO UPDATE SET filter = excluded.filter`
	removeView = `DELETE FROM case_views WHERE agent_id = $1 AND name = $2`
)

var errViews error = &fault.Error{Kind: fault.Invalid, Field: "name", Text: fmt.Sprintf("there are %d views already", cases.MostViews)}

// SaveCaseView keeps a filter under a name, in the place of another of that name. The view was tidied.
func (w Steps) SaveCaseView(ctx context.Context, agent int64, v cases.SavedView) error {
	var others int
	if err := w.tx.QueryRow(ctx, otherViews, agent, v.Name).Scan(&others); err != nil {
		return fmt.Errorf("save view of agent %d: %w", agent, err)
	}
	if others >= cases.MostViews {
		return errViews
	}
	if _, err := w.tx.Exec(ctx, saveView, agent, v.Name, v.Filter); err != nil {
		return fmt.Errorf("save view of agent %d: %w", agent, err)
	}
	return nil
}

// RemoveCaseView forgets a filter, if there is one of that name.
func (w Steps) RemoveCaseView(ctx context.Context, agent int64, name string) error {
	if _, err := w.tx.Exec(ctx, removeView, agent, name); err != nil {
		return fmt.Errorf("remove view of agent %d: %w", agent, err)
	}
	return nil
}
