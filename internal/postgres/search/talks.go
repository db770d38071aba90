package search

import (
	"context"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"okno/internal/desk"
	"okno/internal/postgres"
	"okno/internal/postgres/contacts"
	"okno/internal/postgres/searchindex"
	"okno/internal/search"
)

// The agent, and whether talks of others are found, come behind the words.
var (
	asks   = "$" + strconv.Itoa(search.MostWords+3)
	others = "$" + strconv.Itoa(search.MostWords+4)

	talksByWords = `
SELECT r.id, r.interaction_id, r.state, r.began_at, coalesce(r.ended_at, '0001-01-01'::timestamptz), ` + contacts.HadPart(asks) + `, t.state,
       k.queue, coalesce(a.name, ''), coalesce(i.citizen_id, 0)
FROM transcripts t JOIN recordings r ON r.id = t.recording_id JOIN interactions i ON i.id = r.interaction_id
JOIN contacts k ON k.id = r.contact_id LEFT JOIN agents a ON a.id = k.agent_id
WHERE t.recording_id IN (` + transcripts() + `) AND (` + others + ` OR ` + contacts.HadPart(asks) + newest
)

func transcripts() string {
	var b strings.Builder
	b.WriteString(`SELECT recording_id FROM transcripts WHERE state = 'ready' AND recording_id < $1`)
	withWords(&b)
	return b.String()
}

// talks finds those in which each word was said, by whomever.
func (s *Store) talks(ctx context.Context, tx *postgres.Tx, agent int64, q search.Query, p desk.Page) ([]desk.FoundTalk, error) {
	args := words(searchindex.StemsOfTalks(s.ring, q.Stems))
	if args == nil {
		return nil, nil
	}
	args = append(append([]any{p.Before, p.Limit}, args...), agent, p.Others)
	rows, err := tx.Query(ctx, talksByWords, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (t desk.FoundTalk, err error) {
		return t, row.Scan(&t.ID, &t.Interaction, &t.State, &t.Began, &t.Ended, &t.Own, &t.Transcript, &t.Queue, &t.Agent, &t.Citizen)
	})
}
