package contacts

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"okno/internal/attachment"
	"okno/internal/call"
	"okno/internal/contact"
	"okno/internal/desk"
	"okno/internal/lease"
	"okno/internal/postgres"
	"okno/internal/postgres/audit"
	casestore "okno/internal/postgres/cases"
	"okno/internal/postgres/datakeys"
	"okno/internal/postgres/streams"
	"okno/internal/recording"
)

const recordingRule = `
SELECT q.recording FROM queues q, interactions i WHERE q.name = $2 AND i.id = $1 AND i.may_record IS NULL`

// RecordingRule gives whether talks of a queue are recorded; [recording.Off] of one that is none, and of an interaction whose citizen has
// answered.
func (w Steps) RecordingRule(ctx context.Context, interaction int64, queue string) (rule recording.Rule, err error) {
	err = w.tx.QueryRow(ctx, recordingRule, interaction, queue).Scan(&rule)
	if errors.Is(err, pgx.ErrNoRows) {
		return recording.Off, nil
	}
	if err != nil {
		return "", fmt.Errorf("read recording of queue %s: %w", queue, err)
	}
	return rule, nil
}

const allowRecording = `UPDATE interactions SET may_record = $2 WHERE id = $1`

// AllowRecording keeps whether the citizen of an interaction agrees to be recorded.
func (w Steps) AllowRecording(ctx context.Context, interaction int64, yes bool) error {
	if _, err := w.tx.Exec(ctx, allowRecording, interaction, yes); err != nil {
		return fmt.Errorf("allow recording of interaction %d: %w", interaction, err)
	}
	return nil
}

const copyRecordingAnswer = `UPDATE interactions SET may_record = (SELECT may_record FROM interactions WHERE id = $1) WHERE id = $2`

// CopyRecordingAnswer has a citizen's answer in one interaction, if there is one, count in another.
func (w Steps) CopyRecordingAnswer(ctx context.Context, from, to int64) error {
	if _, err := w.tx.Exec(ctx, copyRecordingAnswer, from, to); err != nil {
		return fmt.Errorf("allow recording of interaction %d: %w", to, err)
	}
	return nil
}

const beginRecording = `
INSERT INTO recordings (interaction_id, contact_id, asterisk, name, expires_at)
SELECT i.id, $2, k.asterisk, $3, now() + make_interval(days => q.recording_days)
FROM interactions i JOIN calls k ON k.interaction_id = i.id JOIN queues q ON q.name = $4
WHERE i.id = $1 AND i.may_record AND q.recording <> 'off'
ON CONFLICT (interaction_id, kind) WHERE state IN ('going', 'failed') DO NOTHING`

// BeginRecording keeps that a contact's talk is recorded from now on, if its queue wants that and the citizen has agreed to it. One that is
// recorded already goes on.
func (w Steps) BeginRecording(ctx context.Context, c contact.Contact) error {
	if _, err := w.tx.Exec(ctx, beginRecording, c.Interaction, c.ID, recording.Prefix+uuid.NewString(), c.Queue); err != nil {
		return fmt.Errorf("begin recording of interaction %d: %w", c.Interaction, err)
	}
	return nil
}

const pauseRecording = `
UPDATE recordings SET paused_until = CASE WHEN $2::float8 > 0 THEN now() + make_interval(secs => $2) END WHERE interaction_id = $1 AND kind = 'talk' AND state = 'going'`

// PauseRecording has a talk's recording be silent for a time, or no more, and tells the desks. [recording.ErrNone].
func (w Steps) PauseRecording(ctx context.Context, interaction int64, pause time.Duration) error {
	tag, err := w.tx.Exec(ctx, pauseRecording, interaction, pause.Seconds())
	if err != nil {
		return fmt.Errorf("pause recording of interaction %d: %w", interaction, err)
	}
	if tag.RowsAffected() == 0 {
		return recording.ErrNone
	}
	return w.emitCall(ctx, interaction)
}

const failRecording = `UPDATE recordings SET state = 'failed' WHERE interaction_id = $1 AND name = $2 AND state = 'going'`

// FailRecording keeps that a talk is not recorded any more, and tells the desks.
func (w Steps) FailRecording(ctx context.Context, interaction int64, name string) error {
	tag, err := w.tx.Exec(ctx, failRecording, interaction, name)
	if err != nil {
		return fmt.Errorf("fail recording of interaction %d: %w", interaction, err)
	}
	if tag.RowsAffected() == 0 {
		return nil
	}
	return w.emitCall(ctx, interaction)
}

const endRecording = `UPDATE recordings SET state = 'over', ended_at = now() WHERE interaction_id = $1 AND kind = 'talk' AND state IN ('going', 'failed')`

// EndRecording keeps that a talk is over. What was recorded of it is to be taken in.
func (w Steps) EndRecording(ctx context.Context, interaction int64) error {
	if _, err := w.tx.Exec(ctx, endRecording, interaction); err != nil {
		return fmt.Errorf("end recording of interaction %d: %w", interaction, err)
	}
	return nil
}

const recordingOf = `
SELECT name, coalesce(paused_until, '0001-01-01'::timestamptz) FROM recordings
WHERE interaction_id = $1 AND kind = 'talk' AND state = 'going'`

// RecordingOf gives what is to be recorded of a call now.
func (s *Store) RecordingOf(ctx context.Context, interaction int64) (r call.Recording, err error) {
	err = s.db.QueryRow(ctx, recordingOf, interaction).Scan(&r.Name, &r.PausedUntil)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return r, fmt.Errorf("read recording of interaction %d: %w", interaction, err)
	}
	return r, nil
}

const spooled = `
SELECT id, interaction_id, name, state, began_at, coalesce(ended_at, '0001-01-01'::timestamptz), kind = 'message', coalesce(case_id, 0) FROM recordings
WHERE asterisk = $1 AND state IN ('going', 'failed', 'over') ORDER BY id`

// SpooledRecordings lists the recordings that lie in the spool of an Asterisk, or are being made there.
func (s *Store) SpooledRecordings(ctx context.Context, asterisk string) ([]recording.Recording, error) {
	rows, err := s.db.Query(ctx, spooled, asterisk)
	if err != nil {
		return nil, fmt.Errorf("list recordings: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (r recording.Recording, err error) {
		return r, row.Scan(&r.ID, &r.Interaction, &r.Name, &r.State, &r.Began, &r.Ended, &r.Message, &r.Case)
	})
}

// RecordingKey gives the key under which what belongs to an interaction is sealed. [attachment.ErrErased].
func (s *Store) RecordingKey(ctx context.Context, interaction int64) (key attachment.Key, err error) {
	err = s.do(ctx, func(w Steps) error {
		key, err = w.keyOf(ctx, interaction)
		return err
	})
	return key, err
}

func (w Steps) keyOf(ctx context.Context, interaction int64) (attachment.Key, error) {
	key, err := datakeys.Interaction(ctx, w.tx, w.ring, interaction)
	if errors.Is(err, datakeys.ErrDestroyed) {
		return nil, attachment.ErrErased
	}
	if err != nil {
		return nil, err
	}
	return key, nil
}

const keepRecording = `
UPDATE recordings SET state = 'kept', file = $2, media_type = $3, size = $4, hash = $5 WHERE id = $1 AND state = 'over' RETURNING contact_id`

// KeepRecording names the file in which a recording was kept, and tells the desks. [recording.ErrUnknown] of one that was erased meanwhile, or
// kept by an owner before.
func (w Steps) KeepRecording(ctx context.Context, id int64, kept attachment.Stored) error {
	return settleRecording(ctx, w.tx, id, keepRecording, kept.File, kept.Type, kept.Size, kept.Hash)
}

const loseRecording = `UPDATE recordings SET state = 'lost' WHERE id = $1 AND state = 'over' RETURNING contact_id`

// LoseRecording keeps that nothing of a recording was found. [recording.ErrUnknown].
func (s *Store) LoseRecording(ctx context.Context, l lease.Lease, id int64) error {
	return s.db.Do(ctx, func(tx *postgres.Tx) error {
		if err := tx.Owned(ctx, l); err != nil {
			return err
		}
		return settleRecording(ctx, tx, id, loseRecording)
	})
}

func settleRecording(ctx context.Context, tx *postgres.Tx, id int64, statement string, args ...any) error {
	var contact int64
	err := postgres.NoRows(tx.QueryRow(ctx, statement, append([]any{id}, args...)...).Scan(&contact), recording.ErrUnknown)
	if err == nil {
		err = streams.Emit(tx, streams.Contact(contact), "recorded", map[string]any{})
	}
	if err != nil {
		return fmt.Errorf("settle recording %d: %w", id, err)
	}
	return nil
}

// A talk that is not recorded although its queue wants it: the citizen has said no or has not been asked, or it went wrong.
const recordingsOfTalks = `
SELECT c.id, coalesce(r.state, 'failed'), coalesce(r.paused_until, '0001-01-01'::timestamptz)
FROM contacts c JOIN queues q ON q.name = c.queue
LEFT JOIN recordings r ON r.interaction_id = c.interaction_id AND r.kind = 'talk' AND r.state IN ('going', 'failed')
WHERE c.id = ANY ($1) AND (r.id IS NOT NULL OR q.recording <> 'off')`

// addRecordings adds whether the calls of contacts that are connected are recorded.
func addRecordings(ctx context.Context, tx *postgres.Tx, held []desk.Held) error {
	of := map[int64]*desk.Held{}
	for i, h := range held {
		if h.ByCall && h.State == contact.Connected {
			of[h.ID] = &held[i]
		}
	}
	if len(of) == 0 {
		return nil
	}
	rows, err := tx.Query(ctx, recordingsOfTalks, slices.Collect(maps.Keys(of)))
	if err != nil {
		return err
	}
	var id int64
	var state recording.State
	var paused time.Time
	_, err = pgx.ForEachRow(rows, []any{&id, &state, &paused}, func() error {
		of[id].Recording, of[id].PausedUntil = state, paused
		return nil
	})
	return err
}

// HadPart is a condition in SQL: whether an agent, given as a parameter, talked in what a recording r has, however briefly. Whose a talk is, hangs
// on that.
func HadPart(agent string) string {
	return `EXISTS (SELECT FROM contacts c WHERE c.interaction_id = r.interaction_id AND c.agent_id = ` + agent + `
           AND c.connected_at <= coalesce(r.ended_at, now()) AND coalesce(c.released_at, now()) >= r.began_at)`
}

var recordedColumns = `
SELECT r.id, r.interaction_id, r.name, r.state, r.began_at, coalesce(r.ended_at, '0001-01-01'::timestamptz), coalesce(r.file, ''), coalesce(r.media_type, ''),
       coalesce(r.size, 0), r.hash, ` + HadPart("$1") + `, coalesce(t.state, ''), coalesce(t.failure, '')
FROM recordings r LEFT JOIN transcripts t ON t.recording_id = r.id WHERE r.kind = 'talk' AND `

var (
	recordingsOfInteractions = recordedColumns + `r.interaction_id = ANY ($2) ORDER BY r.id`
	recordingsOfCase         = recordedColumns + `r.interaction_id IN (SELECT interaction_id FROM interaction_cases WHERE case_id = $2) ORDER BY r.id`
	recordingToHear          = recordedColumns + `r.id = $2 AND r.state = 'kept'`
)

func scanRecorded(row pgx.CollectableRow) (r desk.Recorded, err error) {
	s := &r.Stored
	return r, row.Scan(&r.ID, &r.Interaction, &r.Name, &r.State, &r.Began, &r.Ended, &s.File, &s.Type, &s.Size, &s.Hash, &r.Own, &r.Transcript, &r.Untranscribed)
}

func (w Steps) recordings(ctx context.Context, agent int64, statement string, of any) ([]desk.Recorded, error) {
	rows, err := w.tx.Query(ctx, statement, agent, of)
	if err != nil {
		return nil, fmt.Errorf("list recordings: %w", err)
	}
	return pgx.CollectRows(rows, scanRecorded)
}

// interactionsOf are the interactions of a timeline, and that of the contact.
func interactionsOf(c contact.Contact, timeline []desk.Entry) []int64 {
	found := []int64{c.Interaction}
	for _, e := range timeline {
		if e.Interaction != found[len(found)-1] {
			found = append(found, e.Interaction)
		}
	}
	return found
}

// RecordingsOfInteraction lists the recordings of the talks of an interaction, the oldest first.
func (w Steps) RecordingsOfInteraction(ctx context.Context, agent, interaction int64) ([]desk.Recorded, error) {
	return w.recordings(ctx, agent, recordingsOfInteractions, []int64{interaction})
}

// RecordingsOfCase lists the recordings of the talks that were about a case, the oldest first.
func (w Steps) RecordingsOfCase(ctx context.Context, agent, caseID int64) ([]desk.Recorded, error) {
	return w.recordings(ctx, agent, recordingsOfCase, caseID)
}

const citizenOfInteraction = `SELECT coalesce(citizen_id, 0) FROM interactions WHERE id = $1`

// RecordingToHear gives a recording that is kept with its key, once may has nothing against it, and journals who hears it. own: the agent had a
// part in its talk. [recording.ErrUnknown], [attachment.ErrErased], and the errors of may.
func (w Steps) RecordingToHear(ctx context.Context, agent, id int64, may func(own bool) error) (r recording.Recording, key attachment.Key, err error) {
	found, err := w.recordings(ctx, agent, recordingToHear, id)
	if err == nil && len(found) == 0 {
		err = recording.ErrUnknown
	}
	if err == nil {
		err = may(found[0].Own)
	}
	if err != nil {
		return r, nil, err
	}
	r = found[0].Recording
	if key, err = w.keyOf(ctx, r.Interaction); err != nil {
		return r, nil, err
	}
	var whose int64
	if err := w.tx.QueryRow(ctx, citizenOfInteraction, r.Interaction).Scan(&whose); err != nil {
		return r, nil, fmt.Errorf("hear recording %d: %w", id, err)
	}
	return r, key, audit.Record(ctx, w.tx, streams.Agent(agent), "recording.hear", fmt.Sprintf("recording:%d", id),
		map[string]any{"citizen": whose, "interaction": r.Interaction})
}

// Recorded are the rows of recordings as those of files.
type Recorded struct{ db *postgres.DB }

// Recorded gives the rows of recordings as those of files.
func (s *Store) Recorded() Recorded { return Recorded{s.db} }

const namedRecordings = `SELECT file FROM recordings WHERE file = ANY ($1)`

// NamedFiles gives which of some files a recording names.
func (r Recorded) NamedFiles(ctx context.Context, files []string) (map[string]bool, error) {
	named, err := casestore.CollectNamed(r.db.Query(ctx, namedRecordings, files))
	if err != nil {
		return nil, fmt.Errorf("look for recordings of files: %w", err)
	}
	return named, nil
}

const recordingFiles = `SELECT id, file FROM recordings WHERE id > $1 AND ended_at < $2 AND state = 'kept' ORDER BY id LIMIT $3`

// AttachmentFiles gives up to so many files of recordings with greater ids, of talks that had ended before a moment, by id; and the last id.
func (r Recorded) AttachmentFiles(ctx context.Context, after int64, before time.Time, most int) (files []string, last int64, err error) {
	files, last, err = casestore.CollectFiles(r.db.Query(ctx, recordingFiles, after, before, most))
	if err != nil {
		return nil, 0, fmt.Errorf("list files of recordings: %w", err)
	}
	return files, last, nil
}
