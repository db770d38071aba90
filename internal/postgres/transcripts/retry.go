package transcripts

import (
	"context"
	"fmt"

	"okno/internal/postgres"
	"okno/internal/postgres/contacts"
	"okno/internal/transcript"
)

var lockToRetry = `
SELECT t.state, t.failure, r.id, r.interaction_id, r.contact_id, coalesce(i.citizen_id, 0), ` + contacts.HadPart("$1") + from + `
WHERE r.id = $2 AND r.state = 'kept' FOR NO KEY UPDATE OF t`

// What was written down before stays: the next job goes on from there.
const retryTranscript = `UPDATE transcripts SET state = 'waiting', failure = '', attempts = 0 WHERE recording_id = $1`

// RetryTranscript has a transcript that has failed wait again, once may has nothing against it; retries is true, and a job is to be enqueued. It is
// false of one that waits already: nothing changes. [transcript.ErrUnknown], [transcript.ErrReady], and the errors of may.
func (w Steps) RetryTranscript(ctx context.Context, agent, recording int64, may func(own bool) error) (retries bool, err error) {
	if retries, err = w.retry(ctx, agent, recording, may); err != nil {
		return false, fmt.Errorf("retry transcript of recording %d: %w", recording, err)
	}
	return retries, nil
}

func (w Steps) retry(ctx context.Context, agent, recording int64, may func(own bool) error) (retries bool, err error) {
	var t opened
	var state transcript.State
	var failure transcript.Failure
	var contact int64
	var own bool
	err = w.tx.QueryRow(ctx, lockToRetry, agent, recording).Scan(&state, &failure, &t.Recording, &t.Interaction, &contact, &t.citizen, &own)
	if err != nil {
		return false, postgres.NoRows(err, transcript.ErrUnknown)
	}
	if err := may(own); err != nil {
		return false, err
	}
	switch state {
	case transcript.Waiting:
		return false, nil
	case transcript.Ready:
		return false, transcript.ErrReady
	}
	if _, err := w.tx.Exec(ctx, retryTranscript, recording); err != nil {
		return false, err
	}
	if err := tell(w.tx, contact); err != nil {
		return false, err
	}
	return true, w.journal(ctx, agent, "transcript.retry", t, map[string]any{"failure": failure})
}
