package store

import (
	"context"

	"okno/internal/attachment"
	"okno/internal/job"
	"okno/internal/lease"
)

// transcriptAttempts are those of a job that fails for want of the database: a week. What the engine fails is counted with the transcript.
const transcriptAttempts = 20

// KeepRecording names the file in which a recording was kept, and tells the desks; the talk is written down if its queue wants that.
// recording.ErrUnknown of one that was erased meanwhile, or kept by an owner before.
func (s *Store) KeepRecording(ctx context.Context, l lease.Lease, id int64, kept attachment.Stored) error {
	return s.Do(ctx, func(w *Work) error {
		if err := w.Owned(ctx, l); err != nil {
			return err
		}
		if err := w.contactSteps.KeepRecording(ctx, id, kept); err != nil {
			return err
		}
		wanted, err := w.WantTranscript(ctx, id)
		if err != nil || !wanted {
			return err
		}
		return w.EnqueueJob(ctx, job.TranscribeTalk{Recording: id}, job.Options{Slow: true, Unique: true, Attempts: transcriptAttempts})
	})
}
