package conversation_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/dialogue"
	"okno/internal/postgres/pgtest"
)

// Hundreds that write at once do not fill a queue, nor does one who comes again and again; each of them gets an honest word.
func TestAQueueCannotBeFilledWithJunk(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.now = time.Now()
	w.dutyAgent(t)
	pgtest.Exec(t, w.url, `UPDATE queues SET most_waiting = 5, most_of_number = 3`)
	busy := w.library.Current().Texts.Line(dialogue.Russian, "operator.busy")
	for i := range 20 {
		w.flood(t, fmt.Sprintf("+770155500%02d", i), "ОПЕРАТОР")
	}
	require.Equal(t, 5, pgtest.Value[int](t, w.url, `SELECT count(*)::int FROM contacts WHERE state = 'waiting'`))
	require.Contains(t, w.written(t, "+77015550019"), busy)
	require.Zero(t, pgtest.Value[int](t, w.url, `SELECT count(*)::int FROM contacts WHERE channel = 'callback'`), "and no callbacks for all of them")

	pgtest.Exec(t, w.url, `UPDATE contacts SET state = 'ended', ended_at = now()`)
	pgtest.Exec(t, w.url, `UPDATE interactions SET ended_at = now()`)
	for range 5 {
		w.flood(t, "+77015559999", "ОПЕРАТОР")
		pgtest.Exec(t, w.url, `UPDATE contacts SET state = 'ended', ended_at = now()`)
		pgtest.Exec(t, w.url, `UPDATE interactions SET ended_at = now()`)
		pgtest.Exec(t, w.url, `UPDATE mo_messages SET received_at = received_at - interval '2 hours'`)
	}
	require.Equal(t, 3, pgtest.Opened[int](t, w.url, `SELECT count(*)::int FROM contacts c JOIN interactions i ON i.id = c.interaction_id
		WHERE i.number = '+77015559999'`))
	require.Contains(t, w.written(t, "+77015559999"), busy)
}

// Whoever asks for an operator again and again while there is none has one callback.
func TestOneCallbackForANumber(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	pgtest.Exec(t, w.url, `INSERT INTO queues VALUES ('general', '{}')`)
	var replies []string
	for range 3 {
		w.writes(t, unbound, "ОПЕРАТОР")
		replies = append(replies, w.writes(t, unbound, "1"))
	}
	require.Equal(t, 1, pgtest.Value[int](t, w.url, `SELECT count(*)::int FROM contacts WHERE channel = 'callback' AND state = 'waiting'`))
	require.Equal(t, replies[0], replies[2])
}
