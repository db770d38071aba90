package memos

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/memo"
	"okno/internal/postgres/datakeys"
	"okno/internal/postgres/streams"
)

const (
	colleague = `SELECT EXISTS (SELECT FROM agents WHERE id = $1 AND locked_at IS NULL AND role <> 'auditor')`
	addMemo   = `INSERT INTO memos (from_agent, to_agent, interaction_id, case_id, sealed) VALUES ($1, $2, nullif($3::bigint, 0), nullif($4::bigint, 0), $5)`
)

// AddMemo keeps a memo, which was checked, and tells the colleague. [memo.ErrTo] of somebody who is no colleague, or who writes it.
func (w Steps) AddMemo(ctx context.Context, m memo.Memo) error {
	var there bool
	if err := w.tx.QueryRow(ctx, colleague, m.To).Scan(&there); err != nil {
		return fmt.Errorf("look up agent %d: %w", m.To, err)
	}
	if !there || m.To == m.From {
		return memo.ErrTo
	}
	key, err := datakeys.Agent(ctx, w.tx, w.ring, m.To)
	if err == nil {
		_, err = w.tx.Exec(ctx, addMemo, m.From, m.To, m.Interaction, m.Case, key.Seal(datakeys.MemoOf(m.To), []byte(m.Text)))
	}
	if err != nil {
		return fmt.Errorf("keep memo to agent %d: %w", m.To, err)
	}
	return streams.Emit(w.tx, streams.Agent(m.To), "memo", map[string]any{"from": m.From})
}

const named = `SELECT id FROM agents WHERE lower(login) = ANY ($1) AND id <> $2 AND locked_at IS NULL AND role <> 'auditor' ORDER BY id`

// Mention tells those whom a note names. of is the note, by whom it is and of which contact or case.
func (w Steps) Mention(ctx context.Context, of memo.Memo) error {
	logins := memo.Named(of.Text)
	if len(logins) == 0 {
		return nil
	}
	rows, err := w.tx.Query(ctx, named, logins, of.From)
	if err != nil {
		return fmt.Errorf("look up who is named: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return fmt.Errorf("look up who is named: %w", err)
	}
	of.Text = memo.OfNote(of.Text)
	for _, of.To = range all {
		if err := w.AddMemo(ctx, of); err != nil {
			return err
		}
	}
	return nil
}

const read = `UPDATE memos SET read_at = now() WHERE to_agent = $1 AND from_agent = $2 AND id <= $3 AND read_at IS NULL`

// ReadMemos notes that an agent has read what a colleague has written, up to a memo, and tells the agent's other pages.
func (w Steps) ReadMemos(ctx context.Context, agent, from, upTo int64) error {
	tag, err := w.tx.Exec(ctx, read, agent, from, upTo)
	if err != nil {
		return fmt.Errorf("note memos of agent %d as read: %w", agent, err)
	}
	if tag.RowsAffected() == 0 {
		return nil
	}
	return streams.Emit(w.tx, streams.Agent(agent), "memos_read", map[string]any{"from": from})
}

const ofAgent = `
SELECT m.id, m.from_agent, m.to_agent, m.at, coalesce(m.interaction_id, 0), coalesce(m.case_id, 0), coalesce((SELECT number FROM cases WHERE id = m.case_id), ''), m.read_at IS NOT NULL, m.sealed, k.wrapped
FROM ((SELECT * FROM memos WHERE to_agent = $1 ORDER BY id DESC LIMIT $2) UNION ALL (SELECT * FROM memos WHERE from_agent = $1 ORDER BY id DESC LIMIT $2)) m
JOIN data_keys k ON k.kind = 'a' AND k.owner_id = m.to_agent
ORDER BY m.id DESC LIMIT $2`

// Memos gives what an agent has written and was written last, the newest first.
func (s *Store) Memos(ctx context.Context, agent int64, most int) (found []memo.Memo, err error) {
	rows, err := s.db.Query(ctx, ofAgent, agent, most)
	if err == nil {
		opener := datakeys.NewOpener(s.ring)
		var m memo.Memo
		var sealed, wrapped []byte
		_, err = pgx.ForEachRow(rows, []any{&m.ID, &m.From, &m.To, &m.At, &m.Interaction, &m.Case, &m.Number, &m.Read, &sealed, &wrapped}, func() error {
			text, err := opener.Open(wrapped, datakeys.MemoOf(m.To), sealed)
			m.Text = string(text)
			found = append(found, m)
			return err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("read memos of agent %d: %w", agent, err)
	}
	return found, nil
}
