// Package audit keeps the journal of who did what to what, and its chain.
package audit

import (
	"context"
	"encoding/json"
	"fmt"

	"okno/internal/postgres"
)

const addAudit = `INSERT INTO audit (actor, action, subject, detail) VALUES ($1, $2, $3, $4)`

// Record records who did what to what, in the transaction of the deed.
func Record(ctx context.Context, tx *postgres.Tx, actor, action, subject string, detail map[string]any) error {
	if detail == nil {
		detail = map[string]any{}
	}
	raw, err := json.Marshal(detail)
	if err == nil {
		_, err = tx.Exec(ctx, addAudit, actor, action, subject, raw)
	}
	if err != nil {
		return fmt.Errorf("audit %s: %w", action, err)
	}
	return nil
}

// Because adds a reason, if there is one, to what the journal keeps.
func Because(why string, detail map[string]any) map[string]any {
	if why == "" {
		return detail
	}
	if detail == nil {
		detail = map[string]any{}
	}
	detail["why"] = why
	return detail
}

// Deed is an entry of the journal before it is there.
type Deed struct {
	Actor, Action, Subject string
	Detail                 map[string]any
}

const addAudits = `
INSERT INTO audit (actor, action, subject, detail) SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::jsonb[])`

// RecordAll records many deeds at once.
func RecordAll(ctx context.Context, tx *postgres.Tx, deeds []Deed) error {
	details := make([][]byte, len(deeds))
	for i, d := range deeds {
		var err error
		if details[i], err = json.Marshal(d.Detail); err != nil {
			return fmt.Errorf("audit %s: %w", d.Action, err)
		}
	}
	_, err := tx.Exec(ctx, addAudits, postgres.Column(deeds, func(d Deed) string { return d.Actor }),
		postgres.Column(deeds, func(d Deed) string { return d.Action }),
		postgres.Column(deeds, func(d Deed) string { return d.Subject }), details)
	if err != nil {
		return fmt.Errorf("audit %d deeds: %w", len(deeds), err)
	}
	return nil
}

// Store seals and reads the journal.
type Store struct{ db *postgres.DB }

// NewStore is over a database.
func NewStore(db *postgres.DB) *Store { return &Store{db} }
