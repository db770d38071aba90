package postgres

import (
	"context"
	"encoding/json"
	"fmt"
)

const addAudit = `INSERT INTO audit (actor, action, subject, detail) VALUES ($1, $2, $3, $4)`

// audit records who did what to what, in the transaction of the deed.
func (w *Work) audit(ctx context.Context, actor, action, subject string, detail map[string]any) error {
	if detail == nil {
		detail = map[string]any{}
	}
	raw, err := json.Marshal(detail)
	if err == nil {
		_, err = w.tx.Exec(ctx, addAudit, actor, action, subject, raw)
	}
	if err != nil {
		return fmt.Errorf("audit %s: %w", action, err)
	}
	return nil
}
