package transcripts

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/postgres"
	"okno/internal/postgres/audit"
	"okno/internal/postgres/contacts"
	"okno/internal/postgres/datakeys"
	"okno/internal/postgres/streams"
	"okno/internal/seal"
	"okno/internal/transcript"
)

// columns are those of a transcript t of a recording r.
const columns = `
SELECT r.id, r.interaction_id, i.language, t.sealed, ` + datakeys.OfInteraction + `r.interaction_id)`

const from = `
FROM transcripts t JOIN recordings r ON r.id = t.recording_id JOIN interactions i ON i.id = r.interaction_id `

var (
	readTranscript = columns + `, coalesce(i.citizen_id, 0), ` + contacts.HadPart("$1") + from + `WHERE r.id = $2 AND t.state = 'ready'`
	lockTranscript = readTranscript + ` FOR NO KEY UPDATE OF t`
)

const (
	// What is not whole is of the citizen, too.
	transcriptsOf = columns + from + `WHERE r.interaction_id = ANY ($1) ORDER BY r.id`

	corrections = `
SELECT c.line, c.number, c.by_agent, a.name, c.at, c.sealed FROM transcript_corrections c JOIN agents a ON a.id = c.by_agent
WHERE c.recording_id = $1 ORDER BY c.line, c.number`
)

// opened is a transcript with what opens it.
type opened struct {
	transcript.Transcript
	wrapped seal.Wrapped
	citizen int64
}

// TranscriptToRead gives the transcript of a recording, once may has nothing against it, and journals who reads it. own: the agent had a part in
// the talk. [transcript.ErrUnknown] of one that is not ready, and the errors of may.
func (w Steps) TranscriptToRead(ctx context.Context, agent, recording int64, may func(own bool) error) (transcript.Transcript, error) {
	t, err := w.read(ctx, readTranscript, agent, recording, may)
	if err != nil {
		return t.Transcript, fmt.Errorf("read transcript of recording %d: %w", recording, err)
	}
	return t.Transcript, w.journal(ctx, agent, "transcript.read", t, nil)
}

func (w Steps) read(ctx context.Context, query string, agent, recording int64, may func(own bool) error) (t opened, err error) {
	var own bool
	var sealed []byte
	err = w.tx.QueryRow(ctx, query, agent, recording).Scan(&t.Recording, &t.Interaction, &t.Language, &sealed, &t.wrapped, &t.citizen, &own)
	if err != nil {
		return t, postgres.NoRows(err, transcript.ErrUnknown)
	}
	if err := may(own); err != nil {
		return t, err
	}
	return t, open(ctx, w.tx, datakeys.NewOpener(w.ring), sealed, &t)
}

// open opens the lines of a transcript, and reads its corrections.
func open(ctx context.Context, tx *postgres.Tx, opener *datakeys.Opener, sealed []byte, t *opened) error {
	err := opener.JSON(t.wrapped, datakeys.TranscriptOf(t.Interaction, t.Recording), sealed, &t.Lines)
	if err != nil {
		return err
	}
	rows, err := tx.Query(ctx, corrections, t.Recording)
	if err != nil {
		return err
	}
	t.Corrections, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (c transcript.Correction, err error) {
		var sealed []byte
		if err = row.Scan(&c.Line, &c.Number, &c.By, &c.Name, &c.At, &sealed); err == nil {
			c.Text, err = opener.Text(t.wrapped, datakeys.CorrectionOf(t.Interaction, t.Recording, c.Line, c.Number), sealed)
		}
		return c, err
	})
	return err
}

// journal records who has done what with a transcript, and no word of it.
func (w Steps) journal(ctx context.Context, agent int64, action string, t opened, more map[string]any) error {
	detail := map[string]any{"citizen": t.citizen, "interaction": t.Interaction}
	for name, value := range more {
		detail[name] = value
	}
	return audit.Record(ctx, w.tx, streams.Agent(agent), action, fmt.Sprintf("recording:%d", t.Recording), detail)
}

// Of gives the transcripts of interactions, those too that are not whole.
func Of(ctx context.Context, tx *postgres.Tx, ring *seal.Ring, interactions []int64) (all []transcript.Transcript, err error) {
	rows, err := tx.Query(ctx, transcriptsOf, interactions)
	if err != nil {
		return nil, fmt.Errorf("list transcripts: %w", err)
	}
	found, err := collect(rows)
	if err != nil {
		return nil, fmt.Errorf("list transcripts: %w", err)
	}
	opener := datakeys.NewOpener(ring)
	for _, f := range found {
		if err := open(ctx, tx, opener, f.sealed, &f.opened); err != nil {
			return nil, err
		}
		all = append(all, f.Transcript)
	}
	return all, nil
}

// row is a transcript as it is kept.
type row struct {
	opened
	sealed []byte
}

func collect(rows pgx.Rows) ([]row, error) {
	return pgx.CollectRows(rows, func(r pgx.CollectableRow) (one row, err error) {
		return one, r.Scan(&one.Recording, &one.Interaction, &one.Language, &one.sealed, &one.wrapped)
	})
}
