package messages

import (
	"context"
	"fmt"
	"time"

	"okno/internal/postgres"
	"okno/internal/seal"
)

// placeOfText names what a message's text is sealed for.
const placeOfText = "mt text"

// Sealed are the columns of this package that have no data key.
var Sealed = []postgres.Sealed{{Table: "mt_messages", Column: "sealed", Place: placeOfText}}

func sealText(ring *seal.Ring, text string) []byte { return ring.Seal(placeOfText, []byte(text)) }

// OpenText opens the text of a message that is still to be submitted.
func OpenText(ring *seal.Ring, sealed []byte) (string, error) {
	text, err := ring.Open(placeOfText, sealed)
	if err != nil {
		return "", fmt.Errorf("open text of an mt: %w", err)
	}
	return string(text), nil
}

// Each message's segments are looked up by themselves (OFFSET 0): joined, they would all be read. A message with a queued segment may have to be submitted once more. Nothing of it that an index holds is changed.
const eraseTexts = `
UPDATE mt_messages m SET sealed = '', destination = ''
WHERE m.id = ANY ($1) AND m.sealed <> '' AND NOT EXISTS (SELECT FROM mt_segments s WHERE ` + SegmentsOf + ` AND s.state = 'queued' OFFSET 0)`

// eraseTexts erases the texts and numbers of those messages of which nothing is left to submit.
func (w Steps) eraseTexts(ctx context.Context, messages []int64) error {
	if len(messages) == 0 {
		return nil
	}
	if _, err := w.tx.Exec(ctx, eraseTexts, messages); err != nil {
		return fmt.Errorf("erase texts: %w", err)
	}
	return nil
}

// A page of messages, by their ids, and those of it that could be erased long ago.
const erasePage = `
WITH page AS MATERIALIZED (
    SELECT id, sealed <> '' AND created_at < $3 AS kept FROM mt_messages WHERE id > $1 ORDER BY id LIMIT $2
), erased AS (
    UPDATE mt_messages m SET sealed = '', destination = ''
    WHERE m.id = ANY (ARRAY (SELECT id FROM page WHERE kept))
      AND NOT EXISTS (SELECT FROM mt_segments s WHERE ` + SegmentsOf + ` AND s.state = 'queued' OFFSET 0)
    RETURNING m.id
)
SELECT count(*), coalesce(max(id), 0), (SELECT count(*) FROM erased) FROM page`

// EraseTexts looks through all messages from before a moment for texts that nobody has to submit, and gives how many there were: two
// segments of a message that are settled at the same time by two nodes each leave its text for the other, and a STOP leaves what it ends.
func (s *Store) EraseTexts(ctx context.Context, before time.Time) (erased int, err error) {
	const page = 1000
	for last, found := int64(0), page; found == page; {
		var n int
		if err := s.db.QueryRow(ctx, erasePage, last, page, before).Scan(&found, &last, &n); err != nil {
			return erased, fmt.Errorf("erase texts: %w", err)
		}
		erased += n
	}
	return erased, nil
}
