package contacts

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/contact"
	"okno/internal/postgres/datakeys"
	"okno/internal/seal"
)

const (
	saveDraft = `
INSERT INTO drafts (contact_id, agent_id, field, interaction_id, sealed) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (contact_id, agent_id, field) DO UPDATE SET sealed = excluded.sealed, at = now()`
	dropDraft = `DELETE FROM drafts WHERE contact_id = $1 AND agent_id = $2 AND field = $3`
)

// SaveDraft keeps what an agent has written in a field of a contact; "" keeps nothing. [datakeys.ErrDestroyed] of an interaction that was
// erased.
func (w Steps) SaveDraft(ctx context.Context, c contact.Contact, agent int64, field contact.Field, text string) (err error) {
	if text == "" {
		_, err = w.tx.Exec(ctx, dropDraft, c.ID, agent, field)
	} else {
		var key *seal.DataKey
		if key, err = datakeys.Interaction(ctx, w.tx, w.ring, c.Interaction); err == nil {
			_, err = w.tx.Exec(ctx, saveDraft, c.ID, agent, field, c.Interaction, key.Seal(datakeys.DraftOf(c.Interaction, string(field)), []byte(text)))
		}
	}
	if err != nil {
		return fmt.Errorf("keep draft of contact %d: %w", c.ID, err)
	}
	return nil
}

const draftsOf = `SELECT field, sealed, ` + datakeys.OfInteraction + `interaction_id) FROM drafts WHERE contact_id = $1 AND agent_id = $2`

// Drafts gives what an agent has written in a contact, by field.
func (w Steps) Drafts(ctx context.Context, c contact.Contact, agent int64) (map[contact.Field]string, error) {
	found := map[contact.Field]string{}
	rows, err := w.tx.Query(ctx, draftsOf, c.ID, agent)
	if err == nil {
		opener := datakeys.NewOpener(w.ring)
		var field contact.Field
		var sealed, wrapped []byte
		_, err = pgx.ForEachRow(rows, []any{&field, &sealed, &wrapped}, func() error {
			text, err := opener.Open(wrapped, datakeys.DraftOf(c.Interaction, string(field)), sealed)
			found[field] = string(text)
			return err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("read drafts of contact %d: %w", c.ID, err)
	}
	return found, nil
}

const dropDrafts = `DELETE FROM drafts WHERE contact_id = $1`

// DropDrafts forgets what was written in a contact that is over.
func (w Steps) DropDrafts(ctx context.Context, id int64) error {
	if _, err := w.tx.Exec(ctx, dropDrafts, id); err != nil {
		return fmt.Errorf("forget drafts of contact %d: %w", id, err)
	}
	return nil
}
