package contacts

import (
	"context"
	"fmt"
)

// lastTalk is the contact of an interaction whose talk has ended last, as long as its caller has not said how it was.
const lastTalk = `
SELECT c.id FROM contacts c JOIN queues q ON q.name = c.queue
WHERE c.interaction_id = $1 AND c.released_at IS NOT NULL AND c.helps IS NULL AND c.passed_at IS NULL AND c.mark IS NULL AND q.survey
  AND NOT EXISTS (SELECT FROM contacts n WHERE n.interaction_id = c.interaction_id AND n.id > c.id AND n.helps IS NULL)`

const surveyDue = `SELECT EXISTS (` + lastTalk + `)`

// SurveyDue says whether the caller of an interaction is asked how the talk was that has just ended.
func (w Steps) SurveyDue(ctx context.Context, interaction int64) (due bool, err error) {
	if err := w.tx.QueryRow(ctx, surveyDue, interaction).Scan(&due); err != nil {
		return false, fmt.Errorf("look for a talk of interaction %d: %w", interaction, err)
	}
	return due, nil
}

const markTalk = `UPDATE contacts SET mark = $2 WHERE id = (` + lastTalk + `)`

// MarkTalk keeps what a caller thinks of the talk that has just ended. It is false if none was asked about.
func (w Steps) MarkTalk(ctx context.Context, interaction int64, mark int) (kept bool, err error) {
	tag, err := w.tx.Exec(ctx, markTalk, interaction, mark)
	if err != nil {
		return false, fmt.Errorf("mark talk of interaction %d: %w", interaction, err)
	}
	return tag.RowsAffected() > 0, nil
}
