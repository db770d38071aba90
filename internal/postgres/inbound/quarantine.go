package inbound

import (
	"context"
	"fmt"

	"okno/internal/message"
)

const addPoison = `
INSERT INTO sms_quarantine (link, raw, status, reason, received_at) VALUES ($1, $2, $3, $4, $5)`

func (w steps) addPoisons(ctx context.Context, poisons []message.Poison) error {
	for _, p := range poisons {
		if _, err := w.tx.Exec(ctx, addPoison, p.Link, w.ring.Seal(placeOfPDU, p.Raw), int64(p.Status), p.Reason, p.At); err != nil {
			return fmt.Errorf("quarantine: %w", err)
		}
	}
	return nil
}

// Quarantined says how many PDUs are kept that could not be read.
func (s *Store) Quarantined(ctx context.Context) (n int, err error) {
	err = s.db.QueryRow(ctx, `SELECT count(*) FROM sms_quarantine`).Scan(&n)
	return n, err
}
