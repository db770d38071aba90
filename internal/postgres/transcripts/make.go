package transcripts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"okno/internal/attachment"
	"okno/internal/postgres"
	"okno/internal/postgres/datakeys"
	"okno/internal/postgres/searchindex"
	"okno/internal/postgres/streams"
	"okno/internal/seal"
	"okno/internal/transcript"
)

const wantTranscript = `
INSERT INTO transcripts (recording_id)
SELECT r.id FROM recordings r JOIN contacts c ON c.id = r.contact_id JOIN queues q ON q.name = c.queue
WHERE r.id = $1 AND r.kind = 'talk' AND r.state = 'kept' AND q.transcripts ON CONFLICT DO NOTHING`

// WantTranscript notes that a recording is to be written down, if the queue of its contact wants that: then it is true.
func (w Steps) WantTranscript(ctx context.Context, recording int64) (wanted bool, err error) {
	tag, err := w.tx.Exec(ctx, wantTranscript, recording)
	if err != nil {
		return false, fmt.Errorf("want transcript of recording %d: %w", recording, err)
	}
	return tag.RowsAffected() == 1, nil
}

const beginTranscript = `
UPDATE transcripts t SET attempts = attempts + 1 FROM recordings r JOIN interactions i ON i.id = r.interaction_id
WHERE t.recording_id = $1 AND t.state = 'waiting' AND r.id = t.recording_id AND r.state = 'kept'
RETURNING t.attempts, t.done_ms, t.sealed, i.id, i.language, r.file, r.media_type, r.size, r.hash`

// BeginTranscript gives what there is of a transcript that waits, with the key of its recording, and counts the attempt. [transcript.ErrUnknown]
// of one that is settled or gone, [attachment.ErrErased].
func (s *Store) BeginTranscript(ctx context.Context, recording int64) (d transcript.Draft, key attachment.Key, err error) {
	err = s.db.Do(ctx, func(tx *postgres.Tx) error {
		d = transcript.Draft{}
		r := &d.Recording
		var done int64
		var sealed []byte
		err := tx.QueryRow(ctx, beginTranscript, recording).Scan(&d.Attempts, &done, &sealed, &r.Interaction, &d.Language, &r.Stored.File, &r.Stored.Type, &r.Stored.Size, &r.Stored.Hash)
		if err != nil {
			return postgres.NoRows(err, transcript.ErrUnknown)
		}
		r.ID, d.Done = recording, time.Duration(done)*time.Millisecond
		own, err := keyOf(ctx, tx, s.ring, r.Interaction)
		if err != nil {
			return err
		}
		key = own
		return datakeys.OpenJSON(own, datakeys.TranscriptOf(r.Interaction, recording), sealed, &d.Lines)
	})
	if err != nil {
		return d, nil, fmt.Errorf("begin transcript of recording %d: %w", recording, err)
	}
	return d, key, nil
}

func keyOf(ctx context.Context, tx *postgres.Tx, ring *seal.Ring, interaction int64) (*seal.DataKey, error) {
	key, err := datakeys.Interaction(ctx, tx, ring, interaction)
	if errors.Is(err, datakeys.ErrDestroyed) {
		return nil, attachment.ErrErased
	}
	return key, err
}

const keepTranscript = `
UPDATE transcripts SET sealed = $2, done_ms = $3, attempts = $4, key_id = $5, tokens = $6, state = CASE WHEN $7 THEN 'ready' ELSE state END
WHERE recording_id = $1 AND state = 'waiting' RETURNING (SELECT contact_id FROM recordings WHERE id = $1)`

// KeepTranscript keeps how far a transcript has come, and tells the desks once it is whole. [transcript.ErrUnknown] of one that is settled or
// gone, [attachment.ErrErased].
func (s *Store) KeepTranscript(ctx context.Context, d transcript.Draft) error {
	r := d.Recording
	err := s.db.Do(ctx, func(tx *postgres.Tx) error {
		key, err := keyOf(ctx, tx, s.ring, r.Interaction)
		if err != nil {
			return err
		}
		sealed, err := datakeys.SealJSON(key, datakeys.TranscriptOf(r.Interaction, r.ID), d.Lines)
		if err != nil {
			return err
		}
		tokens := []int64{} // nobody finds what is not whole
		if d.Whole {
			tokens = searchindex.Talk(s.ring, transcript.Transcript{Lines: d.Lines}.Text())
		}
		var contact int64
		err = tx.QueryRow(ctx, keepTranscript, r.ID, sealed, d.Done.Milliseconds(), d.Attempts, searchindex.KeyID(s.ring), tokens, d.Whole).Scan(&contact)
		if err != nil || !d.Whole {
			return postgres.NoRows(err, transcript.ErrUnknown)
		}
		return tell(tx, contact)
	})
	if err != nil {
		return fmt.Errorf("keep transcript of recording %d: %w", r.ID, err)
	}
	return nil
}

// tell has the desks look at a contact's recordings again.
func tell(tx *postgres.Tx, contact int64) error {
	return streams.Emit(tx, streams.Contact(contact), "recorded", map[string]any{})
}

const failTranscript = `
UPDATE transcripts SET state = 'failed', failure = $2 WHERE recording_id = $1 AND state = 'waiting'
RETURNING (SELECT contact_id FROM recordings WHERE id = $1)`

// FailTranscript keeps why there will be no transcript, and tells the desks. [transcript.ErrUnknown] of one that is settled or gone.
func (s *Store) FailTranscript(ctx context.Context, recording int64, why transcript.Failure) error {
	err := s.db.Do(ctx, func(tx *postgres.Tx) error {
		var contact int64
		if err := tx.QueryRow(ctx, failTranscript, recording, why).Scan(&contact); err != nil {
			return postgres.NoRows(err, transcript.ErrUnknown)
		}
		return tell(tx, contact)
	})
	if err != nil {
		return fmt.Errorf("fail transcript of recording %d: %w", recording, err)
	}
	return nil
}
