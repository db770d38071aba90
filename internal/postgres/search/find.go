package search

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"okno/internal/desk"
	"okno/internal/postgres"
	"okno/internal/postgres/audit"
	"okno/internal/postgres/datakeys"
	"okno/internal/postgres/identity"
	"okno/internal/postgres/searchindex"
	"okno/internal/seal"
	"okno/internal/search"
)

const (
	// $1 is the id to go on before, $2 how many are wanted; what is looked for follows.
	citizensOf = `SELECT z.id, ` + datakeys.OfCitizen + `z.id), z.sealed, coalesce(z.language, '') FROM citizens z WHERE z.id < $1 AND z.id IN (`
	casesOf    = `SELECT c.id, c.number, c.kind, c.state, coalesce(c.citizen_id, 0), c.opened_at FROM cases c WHERE c.id < $1 AND c.id IN (`
	newest     = `) ORDER BY 1 DESC LIMIT $2`

	citizensByNumber   = citizensOf + `SELECT citizen_id FROM bindings WHERE number_index = ANY ($3) AND ended_at IS NULL` + newest
	citizensByNational = citizensOf + `SELECT id FROM citizens WHERE national_index = ANY ($3)` + newest
	casesByNumber      = casesOf + `SELECT id FROM cases WHERE number = $3` + newest
	casesByTelephone   = casesOf + `SELECT id FROM cases WHERE contact_index = ANY ($3)` + newest
)

// Each word has a set of tokens of which one is enough; NULL stands for no word. The planner sees the values, and drops those conditions.
var (
	citizensByWords = citizensOf + documents("z") + newest
	casesByWords    = casesOf + documents("c") + newest
)

func documents(kind string) string {
	var b strings.Builder
	b.WriteString(`SELECT owner_id FROM search_documents WHERE kind = '` + kind + `' AND owner_id < $1`)
	withWords(&b)
	return b.String()
}

// withWords adds to a condition that each word is among the tokens.
func withWords(b *strings.Builder) {
	for i := range search.MostWords {
		n := strconv.Itoa(i + 3)
		b.WriteString(` AND ($` + n + `::bigint[] IS NULL OR tokens && $` + n + `)`)
	}
}

// What an agent has in hand: whose it is, and the cases that it is about.
const inHand = `
SELECT c.id, coalesce(i.citizen_id, 0), ARRAY(SELECT case_id FROM interaction_cases WHERE interaction_id = i.id)
FROM contacts c JOIN interactions i ON i.id = c.interaction_id
WHERE c.agent_id = $1 AND c.state IN ('accepted', 'ringing', 'connected', 'wrap_up') ORDER BY c.id`

// freePlanner lets this transaction read the inverted index, which only bitmaps do, plan for the words at hand, and give up early. The pool for
// reports has a planner of its own, and may have a role that reads nothing that is sealed.
const freePlanner = `
SELECT set_config('enable_bitmapscan', 'on', true), set_config('plan_cache_mode', 'force_custom_plan', true), set_config('statement_timeout', '5s', true)`

// Search gives up to limit citizens, cases and talks that a query finds, the newest first, each from an id on; and records in the journal, in the
// same transaction, that an agent has searched, and that the agent has found each citizen and each talk that is shown.
func (s *Store) Search(ctx context.Context, agent int64, q search.Query, p desk.Page) (desk.Found, error) {
	var found desk.Found
	err := s.db.Do(ctx, func(tx *postgres.Tx) (err error) {
		found = desk.Found{}
		if _, err := tx.Exec(ctx, freePlanner); err != nil {
			return err
		}
		if p.Finds(desk.FindCitizens) {
			if found.Citizens, err = s.citizens(ctx, tx, q, p); err != nil {
				return err
			}
		}
		if p.Finds(desk.FindCases) {
			if found.Cases, err = s.cases(ctx, tx, q, p); err != nil {
				return err
			}
		}
		if p.Finds(desk.FindTalks) {
			if found.Talks, err = s.talks(ctx, tx, agent, q, p); err != nil {
				return err
			}
		}
		if err := s.tie(ctx, tx, agent, &found); err != nil {
			return err
		}
		return record(ctx, tx, agent, q, found)
	})
	if err != nil {
		return desk.Found{}, fmt.Errorf("search: %w", err)
	}
	return found, nil
}

func (s *Store) citizens(ctx context.Context, tx *postgres.Tx, q search.Query, p desk.Page) (found []desk.FoundCitizen, err error) {
	for _, way := range []struct {
		sql  string
		args []any
	}{
		{citizensByNumber, s.indexed(seal.TelephoneNumber, q.Number)},
		{citizensByNational, s.national(q.National)},
		{citizensByWords, words(searchindex.Names(s.ring, q.Names))},
	} {
		if way.args == nil {
			continue
		}
		rows, err := tx.Query(ctx, way.sql, append([]any{p.Before, p.Limit}, way.args...)...)
		if err != nil {
			return nil, err
		}
		more, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c desk.FoundCitizen, err error) {
			var key, sealed []byte
			if err = row.Scan(&c.ID, &key, &sealed, &c.Language); err != nil {
				return c, err
			}
			person, err := identity.OpenPerson(s.ring, c.ID, key, sealed)
			c.Name, c.NationalNumber = person.Name, person.NationalNumber
			return c, err
		})
		if err != nil {
			return nil, err
		}
		found = append(found, more...)
	}
	return newestOf(found, p.Limit, func(c desk.FoundCitizen) int64 { return c.ID }), nil
}

// newestOf sorts the findings of several searches by id, the newest first, removes duplicates, and keeps the first limit of them.
func newestOf[T any](found []T, limit int, id func(T) int64) []T {
	slices.SortFunc(found, func(a, b T) int { return cmp.Compare(id(b), id(a)) })
	found = slices.CompactFunc(found, func(a, b T) bool { return id(a) == id(b) })
	return found[:min(len(found), limit)]
}

func (s *Store) cases(ctx context.Context, tx *postgres.Tx, q search.Query, p desk.Page) (found []desk.FoundCase, err error) {
	for _, way := range []struct {
		sql  string
		args []any
	}{
		{casesByNumber, only(q.Case)},
		{casesByTelephone, s.indexed(seal.TelephoneNumber, q.Number)},
		{casesByWords, words(searchindex.Stems(s.ring, q.Stems))},
	} {
		if way.args == nil {
			continue
		}
		rows, err := tx.Query(ctx, way.sql, append([]any{p.Before, p.Limit}, way.args...)...)
		if err != nil {
			return nil, err
		}
		more, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c desk.FoundCase, err error) {
			err = row.Scan(&c.ID, &c.Number, &c.Kind, &c.State, &c.Citizen, &c.OpenedAt)
			return c, err
		})
		if err != nil {
			return nil, err
		}
		found = append(found, more...)
	}
	return newestOf(found, p.Limit, func(c desk.FoundCase) int64 { return c.ID }), nil
}

// only is a value to look for, or nil.
func only(value string) []any {
	if value == "" {
		return nil
	}
	return []any{value}
}

func (s *Store) national(digits string) []any {
	if digits == "" {
		return nil
	}
	return []any{identity.NationalIndexes(s.ring, digits)}
}

func (s *Store) indexed(purpose, value string) []any {
	if value == "" {
		return nil
	}
	return []any{s.ring.Indexes(purpose, value)}
}

// words are the arguments of a statement of [documents], or nil.
func words(tokens [][]int64) []any {
	if len(tokens) == 0 {
		return nil
	}
	args := make([]any, search.MostWords)
	for i := range args {
		if i < len(tokens) {
			args[i] = tokens[i]
		} else {
			args[i] = []int64(nil)
		}
	}
	return args
}

// tie says for what was found by which contact in hand the agent may open it.
func (s *Store) tie(ctx context.Context, tx *postgres.Tx, agent int64, found *desk.Found) error {
	rows, err := tx.Query(ctx, inHand, agent)
	if err != nil {
		return err
	}
	byCitizen, byCase := map[int64]int64{}, map[int64]int64{}
	var contact, citizen int64
	var about []int64
	if _, err := pgx.ForEachRow(rows, []any{&contact, &citizen, &about}, func() error {
		if citizen != 0 {
			byCitizen[citizen] = contact
		}
		for _, id := range about {
			byCase[id] = contact
		}
		return nil
	}); err != nil {
		return err
	}
	for i := range found.Citizens {
		found.Citizens[i].Contact = byCitizen[found.Citizens[i].ID]
	}
	for i := range found.Cases {
		c := &found.Cases[i]
		if c.Contact = byCase[c.ID]; c.Contact == 0 && c.Citizen != 0 {
			c.Contact = byCitizen[c.Citizen]
		}
	}
	return nil
}

// record keeps in the journal by what an agent searched, without the words, and whom the agent found.
func record(ctx context.Context, tx *postgres.Tx, agent int64, q search.Query, found desk.Found) error {
	actor := fmt.Sprintf("agent:%d", agent)
	var by []string
	for name, set := range map[string]bool{"telephone": q.Number != "", "national": q.National != "", "case": q.Case != "", "words": q.Names != nil || q.Stems != nil} {
		if set {
			by = append(by, name)
		}
	}
	deeds := []audit.Deed{{Actor: actor, Action: "search", Subject: actor,
		Detail: map[string]any{"by": by, "citizens": len(found.Citizens), "cases": len(found.Cases), "talks": len(found.Talks)}}}
	for _, c := range found.Citizens {
		deeds = append(deeds, audit.Deed{Actor: actor, Action: "citizen.found", Subject: fmt.Sprintf("citizen:%d", c.ID), Detail: map[string]any{"citizen": c.ID}})
	}
	for _, t := range found.Talks {
		deeds = append(deeds, audit.Deed{Actor: actor, Action: "transcript.found", Subject: fmt.Sprintf("recording:%d", t.ID),
			Detail: map[string]any{"citizen": t.Citizen, "interaction": t.Interaction}})
	}
	return audit.RecordAll(ctx, tx, deeds)
}
