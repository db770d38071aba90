package conversation_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/conversation"
	"okno/internal/message"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

// process hears all that waits, together or one by one.
func (w *world) process(t *testing.T, now time.Time, together bool) {
	t.Helper()
	for found := 1; found > 0; {
		var err error
		found, err = w.db.ProcessMOs(context.Background(), now, 100,
			func(ctx context.Context, work conversation.Work, mo message.MO) (int64, error) {
				if _, alone := work.(*store.Work); !alone && !together {
					return 0, errors.New("one by one")
				}
				id, err := w.engine.Handle(ctx, work, mo)
				if mo.Text == "BAD" { // after all that its step did
					panic("a defect")
				}
				return id, err
			})
		if err != nil {
			require.ErrorContains(t, err, "a defect")
		}
	}
}

func (w *world) arrive(t *testing.T, messages ...[2]string) {
	t.Helper()
	var l message.Ledger
	for _, m := range messages {
		l.Arrivals = append(l.Arrivals, message.Arrival{Link: "a", Bind: "b", Source: m[0], Destination: "1414", Text: m[1],
			Fingerprint: []byte(m[0] + m[1] + fmt.Sprint(rand.Int())), ReceivedAt: time.Now()})
	}
	_, err := w.db.CommitSMS(context.Background(), l, func([]message.Part) string { return "" }, nil)
	require.NoError(t, err)
}

// rows are what the messages left in the database, without what two runs cannot share: ids and times.
var rows = map[string]string{
	"interactions": `SELECT number, coalesce(citizen_id, 0), verification, language, ended_at IS NULL, outcome, dialogue, s.version, s.state
		FROM interactions i LEFT JOIN sessions s ON s.interaction_id = i.id ORDER BY number, i.id`,
	"entries":     `SELECT i.number, speaker, kind, body, node FROM entries e JOIN interactions i ON i.id = e.interaction_id ORDER BY i.number, e.id`,
	"subscribers": `SELECT encode(number_index, 'hex'), language, notices_stopped_at IS NULL FROM subscribers ORDER BY number_index`,
	"cases":       `SELECT number, kind, contact, citizen_id FROM cases ORDER BY number`,
	"links": `SELECT i.number, c.number FROM interaction_cases l JOIN interactions i ON i.id = l.interaction_id
		JOIN cases c ON c.id = l.case_id ORDER BY 1, i.id, 2`,
	"replies": `SELECT m.destination, m.lane, m.destination_index, i.number, count(s.*) FROM mt_messages m
		JOIN interactions i ON i.id = m.interaction_id JOIN mt_segments s ON s.mt_id = m.id GROUP BY m.id, m.destination, m.lane, m.destination_index, i.number ORDER BY 1, m.id`,
	"messages": `SELECT source_index, source, sealed = '', processed_at IS NULL, attempts, failure IS NULL, i.number FROM mo_messages m
		LEFT JOIN interactions i ON i.id = m.interaction_id ORDER BY source_index, m.id`,
	"notices": `SELECT m.destination, s.state, s.failure FROM mt_messages m JOIN mt_segments s ON s.mt_id = m.id
		WHERE m.lane = 'notice' ORDER BY 1, 2`,
	"contacts": `SELECT i.number, queue, c.language, reason, c.context, c.state FROM contacts c JOIN interactions i ON i.id = c.interaction_id ORDER BY 1, c.id`,
	"events": `SELECT v.kind, e.body FROM stream_events v
		LEFT JOIN entries e ON e.interaction_id = (payload->>'interaction')::bigint AND e.id = (payload->>'id')::bigint ORDER BY 1, 2`,
}

func (w *world) dump(t *testing.T, query string) string {
	t.Helper()
	return pgtest.Opened[string](t, w.url, `SELECT coalesce(string_agg(r::text, E'\n'), '') FROM (`+query+`) r`)
}

func (w *world) dutyAgent(t *testing.T) {
	t.Helper()
	pgtest.Value[int64](t, w.url, `WITH q AS (INSERT INTO queues SELECT 'general', '{}' ON CONFLICT DO NOTHING),
		a AS (INSERT INTO agents (login, name, role, password_hash, languages, status, connected_until)
			VALUES ('a', 'A', 'agent', '', '{kk,ru,en}', 'available', now() + interval '1 hour') RETURNING id)
		SELECT id FROM a`)
	pgtest.Value[int64](t, w.url, `INSERT INTO agent_queues SELECT a.id, q.name FROM agents a, queues q RETURNING agent_id`)
}

// notify has a notice wait for each number, which a STOP ends.
func (w *world) notify(t *testing.T, round int) {
	t.Helper()
	require.NoError(t, w.db.Do(t.Context(), func(work *store.Work) error {
		for i := range 20 {
			if err := work.EnqueueMT(t.Context(), message.MT{Lane: message.Notice, Destination: fmt.Sprintf("+7701000%04d", i+1),
				Text: fmt.Sprintf("notice %d", round), Segments: 1, ExpiresAt: time.Now().Add(time.Hour)}); err != nil {
				return err
			}
		}
		return nil
	}))
}

// Whatever citizens write, it comes to the same whether their messages share a transaction or not.
func TestTogetherIsAsOneByOne(t *testing.T) {
	t.Parallel()
	for seed := range uint64(2) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			together, alone := newWorld(t), newWorld(t)
			random := rand.New(rand.NewPCG(seed, 14))
			texts := []string{"HELP", "ПОМОЩЬ", "КӨМЕК", "STATUS " + together.number, "статус " + together.number, "КҮЙІ 123456786",
				"STATUS 123456789", "STATUS", "INFO 028", "ИНФО брак", "1", "2", "0", "9", together.number, "ОПЕРАТОР", "STOP", "СТОП",
				"START", "так", "", "BAD", "чепуха 12 34"}
			require.Equal(t, together.number, alone.number)
			worlds := []*world{together, alone}
			if seed%2 == 1 {
				for _, w := range worlds {
					w.dutyAgent(t)
				}
			}
			began := time.Now()
			for round := range 8 { // as many as take a bad message aside
				var said [][2]string
				for range 1 + random.IntN(60) {
					number := fmt.Sprintf("+7701000%04d", 1+random.IntN(20)) // the first is bound
					said = append(said, [2]string{number, texts[random.IntN(len(texts))]})
				}
				for _, w := range worlds {
					w.now = time.Now()
					if round == 4 {
						w.now = w.now.Add(3 * time.Hour) // all conversations have gone idle
					}
					w.notify(t, round)
					w.arrive(t, said...)
					w.process(t, began.Add(time.Duration(round+1)*time.Hour), w == together)
				}
			}
			for name, query := range rows {
				want := alone.dump(t, query)
				require.Equal(t, want, together.dump(t, query), name)
				if name != "contacts" && name != "events" || seed%2 == 1 {
					require.NotEmpty(t, want, name)
				}
			}
		})
	}
}

// Several nodes share the work: every message is answered once, each citizen's in order.
func TestNodesShareMessages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.now = time.Now()
	const citizens, each = 150, 4
	var said [][2]string
	for i := range each {
		for c := range citizens {
			said = append(said, [2]string{fmt.Sprintf("+7702%07d", c), fmt.Sprintf("вопрос %d", i)})
		}
	}
	w.arrive(t, said...)
	var nodes sync.WaitGroup
	for range 3 {
		db := pgtest.Open(t, w.url)
		nodes.Go(func() {
			for {
				_, err := db.ProcessMOs(context.Background(), time.Now().Add(time.Hour), 40,
					func(ctx context.Context, work conversation.Work, mo message.MO) (int64, error) {
						return w.engine.Handle(ctx, work, mo)
					})
				if err != nil {
					t.Errorf("process: %v", err)
					return
				}
				if pgtest.Value[int](t, w.url, `SELECT count(*)::int FROM mo_messages WHERE processed_at IS NULL`) == 0 {
					return
				}
			}
		})
	}
	nodes.Wait()
	require.Equal(t, citizens*each, pgtest.Value[int](t, w.url, `SELECT count(*)::int FROM mt_messages`))
	require.Equal(t, citizens, pgtest.Opened[int](t, w.url, `SELECT count(*)::int FROM
		(SELECT array_agg(body ORDER BY e.id) said FROM entries e JOIN interactions i ON i.id = interaction_id WHERE speaker = 'citizen' GROUP BY number) s
		WHERE said = '{вопрос 0,вопрос 1,вопрос 2,вопрос 3}'`))
}
