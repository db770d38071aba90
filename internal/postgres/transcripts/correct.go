package transcripts

import (
	"context"
	"fmt"

	"okno/internal/postgres/datakeys"
	"okno/internal/postgres/searchindex"
	"okno/internal/transcript"
)

const (
	addCorrection = `INSERT INTO transcript_corrections (recording_id, line, number, by_agent, sealed) VALUES ($1, $2, $3, $4, $5)`
	indexOf       = `UPDATE transcripts SET key_id = $2, tokens = $3 WHERE recording_id = $1`
)

// CorrectTranscript keeps a line as somebody corrects it, once may has nothing against it; the number of the correction is the next one that the
// agent saw. The talk is found by what it reads now. [transcript.ErrUnknown], [transcript.ErrLine], [transcript.ErrChanged], and the errors of may.
func (w Steps) CorrectTranscript(ctx context.Context, recording int64, c transcript.Correction, may func(own bool) error) error {
	if err := w.correct(ctx, recording, c, may); err != nil {
		return fmt.Errorf("correct transcript of recording %d: %w", recording, err)
	}
	return nil
}

func (w Steps) correct(ctx context.Context, recording int64, c transcript.Correction, may func(own bool) error) error {
	t, err := w.read(ctx, lockTranscript, c.By, recording, may)
	if err != nil {
		return err
	}
	last, _ := t.Latest(c.Line)
	switch {
	case c.Line < 0 || c.Line >= len(t.Lines):
		return transcript.ErrLine
	case c.Number != last.Number+1:
		return transcript.ErrChanged
	}
	key, err := datakeys.NewOpener(w.ring).Key(t.wrapped)
	if err != nil {
		return err
	}
	sealed := key.Seal(datakeys.CorrectionOf(t.Interaction, recording, c.Line, c.Number), []byte(c.Text))
	if _, err := w.tx.Exec(ctx, addCorrection, recording, c.Line, c.Number, c.By, sealed); err != nil {
		return err
	}
	t.Corrections = append(t.Corrections, c)
	if _, err := w.tx.Exec(ctx, indexOf, recording, searchindex.KeyID(w.ring), searchindex.Talk(w.ring, t.Text())); err != nil {
		return err
	}
	return w.journal(ctx, c.By, "transcript.correct", t, map[string]any{"line": c.Line, "number": c.Number})
}
