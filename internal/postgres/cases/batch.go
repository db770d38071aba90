package cases

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/cases"
	"okno/internal/postgres/audit"
	"okno/internal/postgres/datakeys"
	"okno/internal/postgres/streams"
)

const addBatch = `
INSERT INTO case_batches (agent_id, due_at, to_state, numbers, "from", sealed) VALUES ($1, now() + make_interval(secs => $2), $3, $4, $5, $6) RETURNING id, due_at`

// AddBatch keeps an order to move cases together, which was checked, and gives its id and until when it can be taken back.
func (w Steps) AddBatch(ctx context.Context, b cases.Batch, by string) (id int64, until time.Time, err error) {
	key, err := datakeys.Agent(ctx, w.tx, w.ring, b.Agent)
	if err == nil {
		var numbers, from []string
		for _, c := range b.Cases {
			numbers, from = append(numbers, c.Number), append(from, string(c.From))
		}
		err = w.tx.QueryRow(ctx, addBatch, b.Agent, cases.BatchDelay.Seconds(), b.To, numbers, from, key.Seal(datakeys.BatchOf(b.Agent), []byte(b.Why))).Scan(&id, &until)
	}
	if err != nil {
		return 0, until, fmt.Errorf("keep batch of agent %d: %w", b.Agent, err)
	}
	return id, until, audit.Record(ctx, w.tx, by, "case.batch", fmt.Sprintf("batch:%d", id), map[string]any{"to": b.To, "cases": len(b.Cases)})
}

const undoBatch = `UPDATE case_batches SET state = 'undone' WHERE id = $1 AND agent_id = $2 AND state = 'pending'`

// UndoBatch takes an order back. [cases.ErrBatchDone] once its cases are being moved, and of an order of somebody else.
func (w Steps) UndoBatch(ctx context.Context, agent, id int64, by string) error {
	tag, err := w.tx.Exec(ctx, undoBatch, id, agent)
	if err != nil {
		return fmt.Errorf("take batch %d back: %w", id, err)
	}
	if tag.RowsAffected() == 0 {
		return cases.ErrBatchDone
	}
	return audit.Record(ctx, w.tx, by, "case.batch_undo", fmt.Sprintf("batch:%d", id), nil)
}

const (
	batchColumns = `b.id, b.agent_id, b.at, b.due_at, b.state, b.to_state, b.numbers, b."from", b.results, b.sealed, k.wrapped`
	beginBatch   = `
UPDATE case_batches b SET state = 'moving' FROM data_keys k
WHERE b.id = $1 AND b.state IN ('pending', 'moving') AND k.kind = 'a' AND k.owner_id = b.agent_id RETURNING ` + batchColumns
	batchesOf = `
SELECT ` + batchColumns + ` FROM case_batches b JOIN data_keys k ON k.kind = 'a' AND k.owner_id = b.agent_id
WHERE b.agent_id = $1 AND b.at > now() - interval '10 minutes' AND b.state <> 'undone' ORDER BY b.id DESC LIMIT 20`
)

func (w Steps) scanBatch(row pgx.CollectableRow) (b cases.Batch, err error) {
	var numbers, from []string
	var sealed, wrapped []byte
	if err = row.Scan(&b.ID, &b.Agent, &b.At, &b.DueAt, &b.State, &b.To, &numbers, &from, &b.Results, &sealed, &wrapped); err != nil {
		return b, err
	}
	for i, number := range numbers {
		b.Cases = append(b.Cases, cases.InBatch{Number: number, From: cases.State(from[i])})
	}
	why, err := datakeys.NewOpener(w.ring).Open(wrapped, datakeys.BatchOf(b.Agent), sealed)
	b.Why = string(why)
	return b, err
}

// BeginBatch gives a batch whose cases are to be moved, and keeps it from being taken back. False: there is none, or nothing is left to do.
func (w Steps) BeginBatch(ctx context.Context, id int64) (b cases.Batch, due bool, err error) {
	rows, err := w.tx.Query(ctx, beginBatch, id)
	if err == nil {
		b, err = pgx.CollectExactlyOneRow(rows, w.scanBatch)
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return b, false, nil
	}
	if err != nil {
		return b, false, fmt.Errorf("begin batch %d: %w", id, err)
	}
	return b, true, nil
}

const noteInBatch = `UPDATE case_batches SET results = results || jsonb_build_object($2::text, $3::text) WHERE id = $1 AND NOT results ? $2`

// NoteInBatch keeps what came of a case of a batch; false: it was kept before.
func (w Steps) NoteInBatch(ctx context.Context, id int64, number string, r cases.BatchResult) (bool, error) {
	tag, err := w.tx.Exec(ctx, noteInBatch, id, number, r)
	if err != nil {
		return false, fmt.Errorf("note case %s of batch %d: %w", number, id, err)
	}
	return tag.RowsAffected() > 0, nil
}

const endBatch = `UPDATE case_batches SET state = 'done', sealed = NULL WHERE id = $1 AND state = 'moving'`

// EndBatch ends a batch, and tells the agent.
func (w Steps) EndBatch(ctx context.Context, b cases.Batch) error {
	if _, err := w.tx.Exec(ctx, endBatch, b.ID); err != nil {
		return fmt.Errorf("end batch %d: %w", b.ID, err)
	}
	return streams.Emit(w.tx, streams.Agent(b.Agent), "case_batch", map[string]any{"batch": b.ID})
}

// Batches gives an agent's orders of the last ten minutes that were not taken back, the newest first.
func (w Steps) Batches(ctx context.Context, agent int64) ([]cases.Batch, error) {
	rows, err := w.tx.Query(ctx, batchesOf, agent)
	var found []cases.Batch
	if err == nil {
		found, err = pgx.CollectRows(rows, w.scanBatch)
	}
	if err != nil {
		return nil, fmt.Errorf("read batches of agent %d: %w", agent, err)
	}
	return found, nil
}
