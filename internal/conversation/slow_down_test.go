package conversation_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/message"
	"okno/internal/postgres/pgtest"
)

// flood has messages come one by one, over a link with a limit of three in an hour, and has what waits of them handled.
func (w *world) flood(t *testing.T, from string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		_, err := w.db.CommitSMS(t.Context(), message.Ledger{Limit: message.Limit{Messages: 3, Thread: 12, Within: time.Hour, Spare: w.engine.IsStop},
			Arrivals: []message.Arrival{{Link: "a", Bind: "b", Source: from, Destination: "1414", Text: text,
				Fingerprint: []byte(fmt.Sprint(rand.Int())), ReceivedAt: time.Now()}}}, nil, w.engine.Handle)
		require.NoError(t, err)
		for found := 1; found > 0; {
			found, err = w.db.ProcessMOs(t.Context(), time.Now(), 100, w.engine.Handle)
			require.NoError(t, err)
		}
	}
}

func (w *world) written(t *testing.T, to string) []string {
	t.Helper()
	return pgtest.Value[[]string](t, w.url, `SELECT coalesce(array_agg(text ORDER BY id), '{}') FROM mt_messages WHERE destination = $1`, to)
}

func TestWhoeverFloodsIsToldInTheirLanguage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.now = time.Now()
	for number, said := range map[string][2]string{
		"+77015550001": {"КӨМЕК", "Хабар тым көп. Бір минуттан кейін жазыңыз."},
		"+77015550002": {"HELP", "Too many messages. Please write again in a minute."},
	} {
		w.flood(t, number, slices.Repeat([]string{said[0]}, 6)...)
		written := w.written(t, number)
		require.Len(t, written, 4)
		require.Equal(t, said[1], written[3])
	}
	require.Equal(t, 6, pgtest.Value[int](t, w.url, `SELECT count(*)::int FROM mo_messages WHERE flood`))
	require.Zero(t, pgtest.Value[int](t, w.url, `SELECT count(*)::int FROM mo_messages WHERE processed_at IS NULL`))
}

// STOP counts, however much was written before it.
func TestStopIsHeardInAFlood(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.now = time.Now()
	w.flood(t, unbound, append(slices.Repeat([]string{"HELP"}, 6), "тоқта", "HELP")...)
	stopped := pgtest.Value[bool](t, w.url, `SELECT notices_stopped_at IS NOT NULL FROM subscribers WHERE number = $1`, unbound)
	require.True(t, stopped)
	require.Len(t, w.written(t, unbound), 5, "three answers, one request to slow down, and what STOP is answered by")
}

// An operator sees what is written in a thread, however fast, up to a limit that is wider: beyond it the citizen is told once.
func TestAThreadHasALimitOfItsOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.now = time.Now()
	w.dutyAgent(t)
	w.flood(t, unbound, "ОПЕРАТОР")
	require.Equal(t, 1, pgtest.Value[int](t, w.url, `SELECT count(*)::int FROM contacts WHERE state <> 'ended'`))
	before := len(w.written(t, unbound))
	for i := range 11 {
		w.flood(t, unbound, fmt.Sprint("вопрос ", i))
	}
	require.Len(t, w.written(t, unbound), before, "nobody but the operator answers")
	const heard = `SELECT count(*)::int FROM entries WHERE speaker = 'citizen' AND body LIKE 'вопрос %'`
	require.Equal(t, 11, pgtest.Opened[int](t, w.url, heard))
	require.Zero(t, pgtest.Value[int](t, w.url, `SELECT count(*)::int FROM mo_messages WHERE flood OR processed_at IS NULL`))
	for i := range 20 {
		w.flood(t, unbound, fmt.Sprint("вопрос ", 11+i))
	}
	require.Len(t, w.written(t, unbound), before+1, "one request to slow down")
	require.Equal(t, 11, pgtest.Opened[int](t, w.url, heard))
	require.Equal(t, 32, pgtest.Value[int](t, w.url, `SELECT count(*)::int FROM mo_messages`), "all are kept")
}
