package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/attachment"
	"okno/internal/job"
	"okno/internal/lease"
	"okno/internal/postgres/pgtest"
	"okno/internal/recording"
)

// A talk is written down once it is kept, where its queue wants that and nowhere else.
func TestATalkIsWrittenDownWhereItsQueueWantsThat(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	db := pgtest.Open(t, url)
	l := pgtest.Live(t, db, url)
	own := lease.Lease{Name: "voice:a", Holder: "node", Instance: "1"}
	fence, held, _, err := db.AcquireLease(t.Context(), own, time.Minute)
	require.NoError(t, err)
	require.True(t, held)
	own.Fence = fence
	keep := func(n int) error {
		pgtest.Exec(t, url, fmt.Sprintf(`INSERT INTO recordings (interaction_id, contact_id, asterisk, name, state, expires_at)
			VALUES (%d, %d, 'a', 'talk-%d', 'over', now() + interval '1 day')`, l.Interaction, l.Contact, n))
		return db.KeepRecording(t.Context(), own, int64(n), attachment.Stored{File: fmt.Sprint(n), Type: recording.Media, Size: 1})
	}
	require.NoError(t, keep(1))
	counts, err := db.JobCounts(t.Context())
	require.NoError(t, err)
	require.Empty(t, counts)
	pgtest.Exec(t, url, `UPDATE queues SET transcripts = true`)
	require.NoError(t, keep(2))
	require.ErrorIs(t, db.KeepRecording(t.Context(), own, 2, attachment.Stored{}), recording.ErrUnknown)
	counts, err = db.JobCounts(t.Context())
	require.NoError(t, err)
	require.Len(t, counts, 1)
	require.Equal(t, []any{"slow", job.TranscribeTalk{}.Kind(), 1}, []any{counts[0].Queue, counts[0].Kind, counts[0].Jobs})
	require.Equal(t, int64(2), pgtest.Value[int64](t, url, `SELECT recording_id FROM transcripts WHERE state = 'waiting'`))

	lost := own
	lost.Fence--
	require.ErrorIs(t, db.KeepRecording(t.Context(), lost, 1, attachment.Stored{}), lease.ErrFenced)
}
