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

// RetryTranscript has a talk whose transcript has failed written down again, once may has nothing against it. One that waits already is left alone.
// transcript.ErrUnknown, transcript.ErrReady, and the errors of may.
func (w *Work) RetryTranscript(ctx context.Context, agent, recording int64, may func(own bool) error) error {
	retries, err := w.transcriptSteps.RetryTranscript(ctx, agent, recording, may)
	if err != nil || !retries {
		return err
	}
	// Not unique: the job that has failed may still be ending, and would stand for this one.
	return w.EnqueueJob(ctx, job.TranscribeTalk{Recording: recording}, job.Options{Slow: true, Attempts: transcriptAttempts})
}
