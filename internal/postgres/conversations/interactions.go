package conversations

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/citizen"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/postgres"
	"okno/internal/postgres/datakeys"
	"okno/internal/postgres/streams"
	"okno/internal/seal"
)

const (
	nextInteraction = `SELECT nextval('interactions_id_seq')`
	openInteraction = `
INSERT INTO interactions (id, channel, number_index, sealed_number, citizen_id, verification, language, dialogue) OVERRIDING SYSTEM VALUE
VALUES ($1, $2, $3, $4, nullif($5, 0), $6, $7, nullif($8, ''))`
)

// OpenInteraction adds an interaction and gives its id.
func (w Steps) OpenInteraction(ctx context.Context, i conversation.Interaction) (int64, error) {
	var id int64
	if err := w.tx.QueryRow(ctx, nextInteraction).Scan(&id); err != nil {
		return 0, fmt.Errorf("open interaction: %w", err)
	}
	key, wrapped, err := w.ring.NewDataKey()
	if err != nil {
		return 0, fmt.Errorf("open interaction: %w", err)
	}
	index, sealed := datakeys.SealNumber(w.ring, key, id, i.Number)
	writes := &pgx.Batch{}
	writes.Queue(openInteraction, id, i.Channel, index, sealed, i.CitizenID, i.Verification, i.Language, i.Dialogue)
	datakeys.QueueInteractions(writes, []datakeys.Owned{{ID: id, Wrapped: wrapped}})
	if err := w.tx.SendBatch(ctx, writes).Close(); err != nil {
		return 0, fmt.Errorf("open interaction: %w", err)
	}
	datakeys.KeepInteraction(w.tx, id, key)
	return id, nil
}

const openConversation = `SELECT id, active_at FROM interactions WHERE number_index = ANY ($1) AND ended_at IS NULL AND channel = `

// The channel stands in the statement, so that its own index serves it.
var openOn = map[dialogue.Channel]string{dialogue.SMS: openConversation + `'sms'`, dialogue.USSD: openConversation + `'ussd'`}

// OpenOn gives the open conversation of a number on a channel in writing.
func (w Steps) OpenOn(ctx context.Context, c dialogue.Channel, number string) (id int64, activeAt time.Time, found bool, err error) {
	err = w.tx.QueryRow(ctx, openOn[c], w.ring.Indexes(seal.TelephoneNumber, number)).Scan(&id, &activeAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, time.Time{}, false, nil
	}
	if err != nil {
		return 0, time.Time{}, false, fmt.Errorf("find %s conversation: %w", c, err)
	}
	return id, activeAt, true, nil
}

// A call's session stays: its last words may have to be said again. A dialogue that ends by itself while its contact waits has led the citizen
// another way: the contact is about to leave its queue.
const endInteraction = `
WITH over AS (
    DELETE FROM sessions s USING interactions i WHERE s.interaction_id = $1 AND i.id = $1 AND i.channel <> 'voice'
)
UPDATE interactions SET ended_at = now(),
    outcome = CASE WHEN EXISTS (SELECT FROM contacts WHERE interaction_id = $1 AND connected_at IS NOT NULL) THEN 'operator'
                   WHEN EXISTS (SELECT FROM contacts WHERE interaction_id = $1 AND outcome = 'abandoned') THEN 'abandoned'
                   WHEN $2 = 'self_service' AND EXISTS (SELECT FROM contacts
                        WHERE interaction_id = $1 AND (outcome = 'left' OR state IN ('waiting', 'offered'))) THEN 'left'
                   ELSE $2 END
WHERE id = $1 AND ended_at IS NULL`

// EndInteraction closes an interaction. What its contacts came to outweighs the given outcome.
func (w Steps) EndInteraction(ctx context.Context, id int64, outcome conversation.Outcome) error {
	if _, err := w.tx.Exec(ctx, endInteraction, id, outcome); err != nil {
		return fmt.Errorf("end interaction %d: %w", id, err)
	}
	return nil
}

const numberOf = `SELECT i.sealed_number, ` + datakeys.OfInteraction + `i.id) FROM interactions i WHERE i.id = $1`

// NumberOf gives the number of an interaction's citizen, E.164, whether it has ended or not; "" of one that was withheld or erased.
func (w Steps) NumberOf(ctx context.Context, interaction int64) (string, error) {
	var number, wrapped []byte
	err := w.tx.QueryRow(ctx, numberOf, interaction).Scan(&number, &wrapped)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && wrapped == nil {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read number of interaction %d: %w", interaction, err)
	}
	return datakeys.NewOpener(w.ring).Text(wrapped, datakeys.NumberOf(interaction), number)
}

const addEntries = `
WITH active AS (UPDATE interactions SET active_at = now() WHERE id = $1),
added AS (
    INSERT INTO entries (interaction_id, speaker, kind, sealed, node, mt_id)
    SELECT $1, speaker, kind, sealed, nullif(node, ''), nullif(mt, 0)
    FROM unnest($2::text[], $3::text[], $4::bytea[], $5::text[], $6::bigint[]) WITH ORDINALITY AS line (speaker, kind, sealed, node, mt, nth) ORDER BY nth
    RETURNING id, at, speaker, kind
)
SELECT added.id, at, speaker, kind, coalesce(contact.id, 0),
       coalesce((SELECT name FROM agents WHERE agents.id = CASE WHEN speaker LIKE 'agent:%' THEN substr(speaker, 7)::bigint END), '')
FROM added LEFT JOIN LATERAL (
    SELECT id FROM contacts WHERE interaction_id = $1 AND state <> 'ended' ORDER BY (helps IS NULL) DESC, id DESC LIMIT 1
) contact ON true ORDER BY added.id`

// AddEntries adds lines to an interaction's transcript, in this order. An operator who has the interaction sees them at once: an event names
// each line, and whoever reads the event finds its words in the transcript. [datakeys.ErrDestroyed] of an interaction that was erased.
func (w Steps) AddEntries(ctx context.Context, interaction int64, lines ...conversation.Entry) error {
	if len(lines) == 0 {
		return nil
	}
	var writes pgx.Batch
	added, err := w.queueEntries(ctx, &writes, interaction, lines)
	if err != nil {
		return err
	}
	if err := w.tx.SendBatch(ctx, &writes).Close(); err != nil {
		return fmt.Errorf("add entries to interaction %d: %w", interaction, err)
	}
	return w.tellEntries(interaction, *added)
}

// queueEntries adds to writes what adds lines. added has them as they were added, once the batch has been read.
func (w Steps) queueEntries(ctx context.Context, writes *pgx.Batch, interaction int64, lines []conversation.Entry) (added *[]addedEntry, err error) {
	added = new([]addedEntry)
	if len(lines) == 0 {
		return added, nil
	}
	key, err := datakeys.Interaction(ctx, w.tx, w.ring, interaction)
	if err != nil {
		return nil, fmt.Errorf("add entries: %w", err)
	}
	writes.Queue(addEntries, interaction,
		postgres.Column(lines, func(e conversation.Entry) string { return e.Speaker }),
		postgres.Column(lines, func(e conversation.Entry) string { return e.Kind }),
		postgres.Column(lines, func(e conversation.Entry) []byte {
			return key.Seal(datakeys.EntryOf(interaction, e.Speaker, e.Kind), []byte(e.Body))
		}),
		postgres.Column(lines, func(e conversation.Entry) string { return e.Node }),
		postgres.Column(lines, func(e conversation.Entry) int64 { return e.MT })).Query(func(rows pgx.Rows) (err error) {
		*added, err = pgx.CollectRows(rows, pgx.RowToStructByPos[addedEntry])
		return err
	})
	return added, nil
}

// tellEntries tells whoever follows the interaction of lines.
func (w Steps) tellEntries(interaction int64, added []addedEntry) error {
	for _, e := range added {
		if e.Contact == 0 {
			continue
		}
		err := streams.Emit(w.tx, streams.Contact(e.Contact), streams.Entry, map[string]any{
			"id": e.ID, "interaction": interaction, "at": e.At, "speaker": e.Speaker, "name": e.Name, "kind": e.Kind})
		if err != nil {
			return err
		}
	}
	return nil
}

// addedEntry is a line with the contact, if there is one, whose operator is to see it.
type addedEntry struct {
	ID            int64
	At            time.Time
	Speaker, Kind string
	Contact       int64
	Name          string // of an agent who speaks
}

const setVerification = `UPDATE interactions SET verification = $2 WHERE id = $1 AND citizen_id IS NOT NULL RETURNING citizen_id`

// SetVerification notes how sure one is of the citizen of an interaction, and gives who that is. [citizen.ErrUnknown] when nobody knows.
func (w Steps) SetVerification(ctx context.Context, interaction int64, v citizen.Verification) (id int64, err error) {
	if err := w.tx.QueryRow(ctx, setVerification, interaction, v).Scan(&id); err != nil {
		return 0, fmt.Errorf("verify citizen of interaction %d: %w", interaction, postgres.NoRows(err, citizen.ErrUnknown))
	}
	return id, nil
}

const linkCase = `INSERT INTO interaction_cases VALUES ($1, $2) ON CONFLICT DO NOTHING`

// LinkCase ties a case to an interaction.
func (w Steps) LinkCase(ctx context.Context, interaction, caseID int64) error {
	if _, err := w.tx.Exec(ctx, linkCase, interaction, caseID); err != nil {
		return fmt.Errorf("link case to interaction %d: %w", interaction, err)
	}
	return nil
}
