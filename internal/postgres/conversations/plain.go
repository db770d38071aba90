package conversations

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/postgres"
	"okno/internal/postgres/datakeys"
	"okno/internal/seal"
)

// What an older version wrote in the open: by the index on it, which has nothing of sealed rows, for each start asks this.
const (
	plainInteractions = `
SELECT i.id, i.number, ` + datakeys.OfInteraction + `i.id) FROM interactions i WHERE i.number IS NOT NULL ORDER BY i.id LIMIT $1
FOR UPDATE OF i SKIP LOCKED`
	plainSessions = `SELECT interaction_id, state::text FROM sessions WHERE interaction_id = ANY ($1) AND state IS NOT NULL`
	plainContacts = `SELECT interaction_id, id, context::text FROM contacts WHERE interaction_id = ANY ($1) AND context IS NOT NULL`
	plainEntries  = `SELECT interaction_id, id, speaker, kind, body FROM entries WHERE interaction_id = ANY ($1) AND body IS NOT NULL`

	// Of two conversations that are open on a number, because two versions have served it at once, the older is over.
	sealInteraction = `
UPDATE interactions i SET number = NULL, number_index = $2, sealed_number = $3,
    ended_at = CASE WHEN i.channel <> 'voice' AND EXISTS (
        SELECT FROM interactions o WHERE o.number_index = $2 AND o.channel = i.channel AND o.ended_at IS NULL AND o.id <> i.id)
        THEN coalesce(i.ended_at, now()) ELSE i.ended_at END
WHERE i.id = $1`
	sealSession = `UPDATE sessions SET state = NULL, sealed = $2 WHERE interaction_id = $1`
	sealContext = `UPDATE contacts SET context = NULL, sealed_context = $2 WHERE id = $1`
	sealEntry   = `UPDATE entries SET body = NULL, sealed = $3 WHERE interaction_id = $1 AND id = $2`
)

// SealInteractions seals what is there of interactions in the open, with their sessions, transcripts and contacts, and gives how many
// interactions there were.
func (s *Store) SealInteractions(ctx context.Context) (n int, err error) {
	return s.db.Batches(ctx, "seal interactions", func(tx *postgres.Tx, _ int64) (n int, last int64, err error) {
		n, err = In(tx, s.ring).sealInteractions(ctx)
		return n, 0, err
	})
}

func (w Steps) sealInteractions(ctx context.Context) (n int, err error) {
	rows, err := w.tx.Query(ctx, plainInteractions, postgres.BatchOf)
	if err != nil {
		return 0, err
	}
	type plain struct {
		ID      int64
		Number  string
		Wrapped []byte
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[plain])
	if err != nil || len(found) == 0 {
		return 0, err
	}
	keys := make(map[int64]*seal.DataKey, len(found))
	var fresh []datakeys.Owned
	writes := &pgx.Batch{}
	for _, i := range found {
		wrapped := seal.Wrapped(i.Wrapped)
		if wrapped == nil {
			if _, wrapped, err = w.ring.NewDataKey(); err != nil {
				return 0, err
			}
			fresh = append(fresh, datakeys.Owned{ID: i.ID, Wrapped: wrapped})
		}
		key, err := w.ring.Unwrap(wrapped)
		if err != nil {
			return 0, fmt.Errorf("interaction %d: %w", i.ID, err)
		}
		keys[i.ID] = key
		index, sealed := datakeys.SealNumber(w.ring, key, i.ID, i.Number)
		writes.Queue(sealInteraction, i.ID, index, sealed)
	}
	if len(fresh) > 0 {
		datakeys.QueueInteractions(writes, fresh)
	}
	if err := w.sealParts(ctx, keys, writes); err != nil {
		return 0, err
	}
	return len(found), w.tx.SendBatch(ctx, writes).Close()
}

// sealParts queues the sealing of what belongs to interactions.
func (w Steps) sealParts(ctx context.Context, keys map[int64]*seal.DataKey, writes *pgx.Batch) error {
	ids := make([]int64, 0, len(keys))
	for id := range keys {
		ids = append(ids, id)
	}
	var interaction, id int64
	var text, speaker, kind string
	for _, part := range []struct {
		sql  string
		into []any
		each func()
	}{
		{plainSessions, []any{&interaction, &text}, func() {
			writes.Queue(sealSession, interaction, keys[interaction].Seal(datakeys.SessionOf(interaction), []byte(text)))
		}},
		{plainContacts, []any{&interaction, &id, &text}, func() {
			writes.Queue(sealContext, id, keys[interaction].Seal(datakeys.ContextOf(interaction), []byte(text)))
		}},
		{plainEntries, []any{&interaction, &id, &speaker, &kind, &text}, func() {
			writes.Queue(sealEntry, interaction, id, keys[interaction].Seal(datakeys.EntryOf(interaction, speaker, kind), []byte(text)))
		}},
	} {
		rows, err := w.tx.Query(ctx, part.sql, ids)
		if err != nil {
			return err
		}
		if _, err := pgx.ForEachRow(rows, part.into, func() error {
			part.each()
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}
