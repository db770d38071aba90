package cases

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/cases"
	"okno/internal/postgres"
	"okno/internal/postgres/audit"
)

const lockPair = `SELECT id FROM cases WHERE number = ANY ($1) ORDER BY id FOR UPDATE`

// CasesToLink gives two cases, and keeps others from both until the transaction ends. cases.ErrUnknown when there is no such case.
func (w Steps) CasesToLink(ctx context.Context, number, other string) (work, otherWork cases.Assigned, err error) {
	if _, err = w.tx.Exec(ctx, lockPair, []string{number, other}); err != nil { // in one order: two who link them both ways do not wait in a circle
		return work, otherWork, fmt.Errorf("lock cases: %w", err)
	}
	if work, err = w.CaseToWork(ctx, number); err == nil {
		otherWork, err = w.CaseToWork(ctx, other)
	}
	return work, otherWork, err
}

const addLink = `
INSERT INTO case_links (case_id, other_id, kind, by) SELECT $1, $2, $3, $4
WHERE NOT EXISTS (SELECT FROM case_links WHERE case_id = $2 AND other_id = $1) ON CONFLICT DO NOTHING`

// LinkCases keeps that a case belongs to another, in the history of both. The caller has locked them. cases.ErrLinkItself, cases.ErrLinked.
func (w Steps) LinkCases(ctx context.Context, c, other cases.Case, kind cases.LinkKind, by, why string) error {
	if c.ID == other.ID {
		return cases.ErrLinkItself
	}
	if err := w.addLink(ctx, c, other, kind, by); err != nil {
		return err
	}
	err := w.addMove(ctx, c, c.State, by, reason{Why: linked(kind, "→", other.Number, why)})
	if err == nil {
		err = w.addMove(ctx, other, other.State, by, reason{Why: linked(kind, "←", c.Number, why)})
	}
	if err != nil {
		return fmt.Errorf("link cases: %w", err)
	}
	return nil
}

func (w Steps) addLink(ctx context.Context, c, other cases.Case, kind cases.LinkKind, by string) error {
	tag, err := w.tx.Exec(ctx, addLink, c.ID, other.ID, kind, by)
	if err != nil {
		return fmt.Errorf("link cases: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return cases.ErrLinked
	}
	return audit.Record(ctx, w.tx, by, "case.link", "case:"+c.Number, map[string]any{"kind": kind, "other": other.Number})
}

// linked is a link in the words of a history.
func linked(kind cases.LinkKind, way, number, why string) string {
	words := fmt.Sprintf("%s %s %s", kind, way, number)
	if why != "" {
		words += ": " + why
	}
	return words
}

const unlinkRelated = `DELETE FROM case_links WHERE case_id = $1 AND other_id = $2 AND kind = 'related'`

// UnlinkCases ends that two cases are related, whichever was linked to the other, in the history of both. The caller has locked them.
// cases.ErrNotLinked, also of cases that belong together in another way.
func (w Steps) UnlinkCases(ctx context.Context, c, other cases.Case, by, why string) error {
	var ended int64
	for _, pair := range [][2]int64{{c.ID, other.ID}, {other.ID, c.ID}} {
		tag, err := w.tx.Exec(ctx, unlinkRelated, pair[0], pair[1])
		if err != nil {
			return fmt.Errorf("unlink cases: %w", err)
		}
		ended += tag.RowsAffected()
	}
	if ended == 0 {
		return cases.ErrNotLinked
	}
	err := w.addMove(ctx, c, c.State, by, reason{Why: linked(cases.Related, "no longer →", other.Number, why)})
	if err == nil {
		err = w.addMove(ctx, other, other.State, by, reason{Why: linked(cases.Related, "no longer ←", c.Number, why)})
	}
	if err != nil {
		return fmt.Errorf("unlink cases: %w", err)
	}
	return audit.Record(ctx, w.tx, by, "case.unlink", "case:"+c.Number, map[string]any{"other": other.Number})
}

// MergeCase closes a case as a duplicate of another, in the history of both. The caller has locked them, and has nothing against it
// ([cases.Case.CheckMerge]). Cases that are related are so no more.
func (w Steps) MergeCase(ctx context.Context, c, into cases.Case, by, why string) (cases.Case, error) {
	for _, pair := range [][2]int64{{c.ID, into.ID}, {into.ID, c.ID}} {
		if _, err := w.tx.Exec(ctx, unlinkRelated, pair[0], pair[1]); err != nil {
			return c, fmt.Errorf("merge case: %w", err)
		}
	}
	if err := w.addLink(ctx, c, into, cases.Duplicate, by); err != nil {
		return c, err
	}
	merged, err := w.MoveCase(ctx, c, cases.Closed, c.DueOn, by, linked(cases.Duplicate, "→", into.Number, why))
	if err != nil {
		return merged, err
	}
	if err := w.addMove(ctx, into, into.State, by, reason{Why: linked(cases.Duplicate, "←", c.Number, why)}); err != nil {
		return merged, fmt.Errorf("merge case: %w", err)
	}
	return merged, nil
}

const (
	unmerge = `
DELETE FROM case_links WHERE case_id = $1 AND other_id = $2 AND kind = 'duplicate' AND by = $3 AND at > now() - $4::interval`
	stateBefore = `SELECT from_state FROM case_moves WHERE case_id = $1 AND to_state = 'closed' AND from_state <> 'closed' ORDER BY id DESC LIMIT 1`
)

// UnmergeCase takes a merge back, by whoever made it: the case stands again where it stood. The caller has locked both. cases.ErrUndo.
func (w Steps) UnmergeCase(ctx context.Context, c, other cases.Case, by, why string) (cases.Case, error) {
	tag, err := w.tx.Exec(ctx, unmerge, c.ID, other.ID, by, cases.UndoWithin)
	if err != nil {
		return c, fmt.Errorf("take merge back: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return c, cases.ErrUndo
	}
	var before cases.State
	if err := w.tx.QueryRow(ctx, stateBefore, c.ID).Scan(&before); err != nil {
		return c, fmt.Errorf("take merge back: %w", err)
	}
	moved, err := w.CorrectCase(ctx, c, before, c.DueOn, by, linked(cases.Duplicate, "no longer →", other.Number, why))
	if err == nil {
		err = w.addMove(ctx, other, other.State, by, reason{Why: linked(cases.Duplicate, "no longer ←", c.Number, why)})
	}
	return moved, err
}

// A duplicate of a duplicate is one of the last. Each was merged into a case that was none, so the chain ends; its length is bounded all the
// same.
const goesOn = `
WITH RECURSIVE chain (id, depth) AS (
    SELECT $1::bigint, 0 UNION ALL
    SELECT l.other_id, depth + 1 FROM chain JOIN case_links l ON l.case_id = chain.id AND l.kind = 'duplicate' WHERE depth < 1000
)
SELECT ` + Columns + ` FROM cases WHERE id = (SELECT id FROM chain ORDER BY depth DESC LIMIT 1)`

// CaseGoingOn gives the case that goes on in the place of a duplicate, and any other case itself.
func (w Steps) CaseGoingOn(ctx context.Context, c cases.Case) (cases.Case, error) {
	if c.DuplicateOf == 0 {
		return c, nil
	}
	found, err := Scan(w.ring, w.tx.QueryRow(ctx, goesOn, c.ID))
	if err != nil {
		return c, fmt.Errorf("find the case that goes on: %w", err)
	}
	return found, nil
}

const linksOf = `
SELECT l.kind, true, c.number, c.state, l.by, l.at FROM case_links l JOIN cases c ON c.id = l.other_id WHERE l.case_id = $1
UNION ALL SELECT l.kind, false, c.number, c.state, l.by, l.at FROM case_links l JOIN cases c ON c.id = l.case_id WHERE l.other_id = $1
ORDER BY 1, 3 LIMIT 200`

// CaseLinks gives the cases to which a case belongs: 200 at most.
func (w Steps) CaseLinks(ctx context.Context, id int64) ([]cases.Link, error) {
	rows, err := w.tx.Query(ctx, linksOf, id)
	var links []cases.Link
	if err == nil {
		links, err = pgx.CollectRows(rows, pgx.RowToStructByPos[cases.Link])
	}
	if err != nil {
		return nil, fmt.Errorf("list links of case: %w", err)
	}
	return links, nil
}

// StandingOfClient gives a case that a client opened, by its number, and the case whose state counts for it: the one that goes on in its
// place if it is a duplicate. cases.ErrUnknown.
func (s *Store) StandingOfClient(ctx context.Context, client, number string) (c, stands cases.Case, err error) {
	if c, err = s.CaseOfClient(ctx, client, number); err != nil || c.DuplicateOf == 0 {
		return c, c, err
	}
	err = s.db.Do(ctx, func(tx *postgres.Tx) error {
		stands, err = In(tx, s.ring, nil).CaseGoingOn(ctx, c)
		return err
	})
	if err != nil && !errors.Is(err, cases.ErrUnknown) {
		return c, c, err
	}
	return c, stands, err
}
