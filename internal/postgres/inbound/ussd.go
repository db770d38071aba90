package inbound

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/conversation"
	"okno/internal/message"
	"okno/internal/seal"
)

// Dialler takes what a citizen did in a USSD session through its conversation, and gives the page to be shown.
type Dialler func(ctx context.Context, w conversation.Work, in message.Dialled) (message.Page, error)

const lockDialled = `SELECT pg_advisory_xact_lock(hashtextextended($1, 6))`

// It counts as one that came now: it has its page, and the same after it is a second answer.
const dialledAgain = `
UPDATE ussd_requests m SET bind = $3, received_at = $4 FROM sms_binds b
WHERE m.number_index = $1 AND m.fingerprint = $2 AND m.bind <> $3 AND b.id = m.bind AND ` + mayComeAgain + `
RETURNING sealed, last`

const keepDialled = `
INSERT INTO ussd_requests (number_index, bind, fingerprint, received_at, sealed, last) VALUES ($1, $3, $2, $4, $5, $6)
ON CONFLICT (number_index) DO UPDATE
SET bind = excluded.bind, fingerprint = excluded.fingerprint, received_at = excluded.received_at, sealed = excluded.sealed, last = excluded.last`

// Dial has a USSD request answered, and keeps the answer, in one transaction. A request that has come again gets the page
// that it got: nothing else follows from it.
func (s *Store) Dial(ctx context.Context, in message.Dialled, answer Dialler) (page message.Page, err error) {
	err = s.do(ctx, func(w steps) error {
		if _, err := w.tx.Exec(ctx, lockDialled, in.Number); err != nil { // the first may still be under way
			return err
		}
		request := []any{w.ring.Index(seal.TelephoneNumber, in.Number), w.ring.Index(fingerprints, string(in.Fingerprint)), in.Bind, in.ReceivedAt}
		var sealed []byte
		err := w.tx.QueryRow(ctx, dialledAgain, request...).Scan(&sealed, &page.Last)
		if err == nil {
			sealed, err = w.ring.Open(placeOfPage, sealed)
			page.Text = string(sealed)
		}
		if !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		if page, err = answer(ctx, w.bind(w.tx), in); err != nil {
			return err
		}
		_, err = w.tx.Exec(ctx, keepDialled, append(request, w.ring.Seal(placeOfPage, []byte(page.Text)), page.Last)...)
		return err
	})
	if err != nil {
		return message.Page{}, fmt.Errorf("dial: %w", err)
	}
	return page, nil
}
