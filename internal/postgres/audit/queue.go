package audit

import (
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/postgres"
)

// Queue queues the records of deeds with the statements that do them, for one round trip.
func Queue(writes *pgx.Batch, deeds ...Deed) error {
	details := make([][]byte, len(deeds))
	for i, d := range deeds {
		var err error
		if details[i], err = json.Marshal(d.Detail); err != nil {
			return fmt.Errorf("audit %s: %w", d.Action, err)
		}
	}
	writes.Queue(addAudits, postgres.Column(deeds, func(d Deed) string { return d.Actor }),
		postgres.Column(deeds, func(d Deed) string { return d.Action }),
		postgres.Column(deeds, func(d Deed) string { return d.Subject }), details)
	return nil
}
