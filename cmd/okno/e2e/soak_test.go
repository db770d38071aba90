package e2e

import (
	"context"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/cases"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
	"okno/internal/sandbox"
	"okno/sms/smstest"
)

// Citizens write all the time, and at random moments Okno is killed, Postgres crashes, or the link to the operator breaks, each
// in turn: whatever the operator got acknowledged has its one reply. Only a reply whose submit was never answered may have
// come twice. OKNO_SOAK is the number of faults, OKNO_SOAK_SEED what the moments are drawn from.
func TestNothingIsLost(t *testing.T) {
	need(t, "Postgres", tools.PostgresBin)
	faults, seed := int(pgtest.Setting(t, "OKNO_SOAK", 10)), uint64(pgtest.Setting(t, "OKNO_SOAK_SEED", time.Now().UnixNano()))
	t.Logf("OKNO_SOAK=%d OKNO_SOAK_SEED=%d", faults, seed)
	s := newSoak(t, rand.New(rand.NewPCG(seed, 0)))
	s.learn(t)

	writing, stop := context.WithCancel(t.Context())
	defer stop()
	var load sync.WaitGroup
	load.Go(func() { s.write(writing, &load) })
	for range faults {
		s.strike(t)
	}
	stop()
	s.drain(t, &load)
	s.check(t)
}

const (
	soakRate  = 100             // messages a second
	soakLimit = 2 * time.Minute // for anything to recover
	soakPause = time.Second     // between faults, on the average
	soakCases = 500             // that are asked for in turn
	soakFirst = 77_020_000_000  // the first citizen's number
	dashes    = 170             // in a case number, which make a message of two segments
)

// soak is a process of Okno, a Postgres and an operator, with a proxy between Okno and the operator.
type soak struct {
	*okno
	random   *rand.Rand // of whoever strikes
	postgres *sandbox.Postgres
	config   sandbox.PostgresConfig
	smsc     *smstest.SMSC
	wire     *wire
	cases    []string          // their numbers
	texts    map[string]string // by the word for "status": the reply that names the first case

	struck  map[string]int // faults by name
	cutOnly int            // cuts since Okno was started: its pauses between binds double
	sent    atomic.Int64   // messages acknowledged

	mu    sync.Mutex
	asked []question
	lost  []error // messages that were never acknowledged
}

// question is one message of a citizen and what it must be answered with.
type question struct{ number, body, want string }

func newSoak(t *testing.T, random *rand.Rand) *soak {
	s := &soak{random: random, texts: map[string]string{}, struck: map[string]int{}}
	folder := t.TempDir()
	require.NoError(t, os.Chmod(filepath.Dir(folder), 0o755)) // Postgres runs as another user
	s.config = sandbox.PostgresConfig{Bin: tools.PostgresBin, Data: filepath.Join(folder, "data"), Run: filepath.Join(folder, "run")}
	var err error
	s.postgres, err = sandbox.StartPostgres(t.Context(), s.config)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.postgres.Stop()) })
	s.config.Port = s.postgres.Port

	s.smsc = smstest.New(smstest.Config{RetryEvery: 50 * time.Millisecond, ReceiptDelay: 100 * time.Millisecond, Log: zerolog.Nop()})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	serving, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- s.smsc.Serve(serving, listener) }()
	t.Cleanup(func() { stop(); require.NoError(t, <-served) })
	s.wire = newWire(t, listener.Addr().String())

	s.okno = newOkno(t, fmt.Sprintf(`database_url: %q
roles: [sms]
sms:
  links: [{name: operator, addr: %q, system_id: okno, binds: 2, answer_timeout: 3s, enquire_every: 2s, bind_timeout: 2s}]
`, s.postgres.URL(), s.wire.addr()))
	s.run(t, "sample")
	s.openCases(t)
	s.start(t)
	s.awaitReady(t, soakLimit)
	return s
}

func (s *soak) openCases(t *testing.T) {
	db, err := store.Open(s.postgres.URL(), store.Options{Numbering: cases.NewNumbering([]byte("soak")), Keys: pgtest.Keys})
	require.NoError(t, err)
	defer db.Close()
	require.NoError(t, db.Do(t.Context(), func(w *store.Work) error {
		for range soakCases {
			c, err := w.OpenCase(t.Context(), cases.Opening{Kind: cases.Application, Subject: "soak", By: "soak"})
			if err != nil {
				return err
			}
			s.cases = append(s.cases, c.Number)
		}
		return nil
	}))
}

// learn asks for the first case in each language, and keeps what is answered.
func (s *soak) learn(t *testing.T) {
	for i, word := range []string{"STATUS", "СТАТУС", "КҮЙІ"} {
		number := strconv.Itoa(soakFirst - 1 - i)
		require.NoError(t, s.smsc.Send(t.Context(), number, "1414", word+" "+s.cases[0]))
		eventually(t, soakLimit, func() bool { return len(s.smsc.Received(number)) == 1 }, func() string { return "no reply to " + word })
		s.texts[word] = s.smsc.Received(number)[0]
		require.Contains(t, s.texts[word], s.cases[0])
	}
}

// write has citizens write until ctx ends: every fourth twice, with different texts, and every fifth message is a long one.
func (s *soak) write(ctx context.Context, load *sync.WaitGroup) {
	tick := time.NewTicker(time.Second / soakRate)
	defer tick.Stop()
	for i := 0; ; i++ {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		citizen := i
		if i%4 == 3 {
			citizen = i - 3
		}
		word := []string{"STATUS", "СТАТУС", "КҮЙІ"}[i%3]
		number := s.cases[i%len(s.cases)]
		q := question{number: strconv.Itoa(soakFirst + citizen), want: strings.ReplaceAll(s.texts[word], s.cases[0], number)}
		q.body = word + " " + number
		if i%5 == 0 {
			q.body = word + " " + number[:4] + strings.Repeat("-", dashes) + number[4:]
		}
		s.mu.Lock()
		s.asked = append(s.asked, q)
		s.mu.Unlock()
		load.Go(func() { s.ask(q) })
	}
}

// ask sends a message, as often as the operator has to.
func (s *soak) ask(q question) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*soakLimit)
	defer cancel()
	if err := s.smsc.Send(ctx, q.number, "1414", q.body); err != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.lost = append(s.lost, fmt.Errorf("%s to %s: %w", q.body, q.number, err))
		return
	}
	s.sent.Add(1)
}

// drain waits until every message is acknowledged and nothing waits in Okno.
func (s *soak) drain(t *testing.T, load *sync.WaitGroup) {
	s.wire.heal(t)
	acknowledged := make(chan struct{})
	go func() { defer close(acknowledged); load.Wait() }()
	select {
	case <-acknowledged:
	case <-time.After(soakLimit):
		require.FailNow(t, "messages are not acknowledged")
	}
	require.Empty(t, s.lost, "refused")
	eventually(t, soakLimit, func() bool {
		return s.count(t, "mo_messages WHERE processed_at IS NULL") == 0 && s.count(t, "mt_segments WHERE state = 'queued'") == 0
	}, func() string { return "replies are not sent" })
}

func (s *soak) count(t *testing.T, what string) int {
	t.Helper()
	return pgtest.Value[int](t, s.postgres.URL(), "SELECT count(*)::int FROM "+what)
}

// check counts what came of each question.
func (s *soak) check(t *testing.T) {
	var doubled, open int
	kept := pgtest.Value[map[string]int](t, s.postgres.URL(), `
		SELECT jsonb_object_agg(k.index, k.n) FROM (SELECT encode(source_index, 'hex') AS index, count(*) AS n FROM mo_messages GROUP BY 1) k`)
	require.Equal(t, len(s.asked)+len(s.texts), s.count(t, "mo_messages"), "messages that nobody has written")
	asked := map[string]int{}
	for _, q := range s.asked {
		asked[q.number]++
	}
	for _, q := range s.asked {
		if n := kept[hex.EncodeToString(pgtest.Index("+"+q.number))]; n != asked[q.number] {
			t.Errorf("%d messages of %s are kept as %d", asked[q.number], q.number, n)
		}
		came := 0
		for _, got := range s.smsc.Received(q.number) {
			if got == q.want {
				came++
			}
		}
		if came == 1 {
			continue
		}
		unanswered, unresolved := s.unanswered(t, q)
		switch {
		case came == 0 && unresolved:
			open++
		case came == 0:
			t.Errorf("the reply to %q of %s is lost; there came %q", q.body, q.number, s.smsc.Received(q.number))
		case came > 1+unanswered:
			t.Errorf("the reply to %q of %s came %d times; %d submits were never answered", q.body, q.number, came, unanswered)
		}
		doubled += max(0, came-1)
	}
	unknown := s.count(t, "mt_segments WHERE unknowns > 0")
	s.checkRows(t)
	t.Logf("%v: %d messages acknowledged and answered; %d segments had a submit that was never answered: of their replies %d came twice, and %d are unknown for good",
		s.struck, s.sent.Load(), unknown, doubled, open)
}

// unanswered is how many submits of replies to a number were never answered, and whether one was given up so.
func (s *soak) unanswered(t *testing.T, q question) (submits int, unresolved bool) {
	const of = `FROM mt_segments s JOIN mt_messages m ON m.id = s.mt_id WHERE m.destination_index = $1`
	number := pgtest.Index("+" + q.number)
	return pgtest.Value[int](t, s.postgres.URL(), `SELECT coalesce(sum(unknowns), 0)::int `+of, number),
		pgtest.Value[bool](t, s.postgres.URL(), `SELECT coalesce(bool_or(s.state = 'unknown'), false) `+of, number)
}

// checkRows looks for rows that refer to none, in the tables without foreign keys, and for what must not have been left.
func (s *soak) checkRows(t *testing.T) {
	for _, stray := range []string{
		"mo_messages WHERE failure IS NOT NULL OR interaction_id IS NULL",
		"mo_messages m WHERE NOT EXISTS (SELECT FROM interactions i WHERE i.id = m.interaction_id)",
		"interaction_cases c WHERE NOT EXISTS (SELECT FROM interactions i WHERE i.id = c.interaction_id) OR NOT EXISTS (SELECT FROM cases i WHERE i.id = c.case_id)",
		"entries e WHERE NOT EXISTS (SELECT FROM interactions i WHERE i.id = e.interaction_id)",
		"sessions e WHERE NOT EXISTS (SELECT FROM interactions i WHERE i.id = e.interaction_id) OR NOT EXISTS (SELECT FROM dialogues d WHERE d.version = e.version)",
		"mt_messages m WHERE interaction_id IS NOT NULL AND NOT EXISTS (SELECT FROM interactions i WHERE i.id = m.interaction_id)",
		"mt_messages m WHERE NOT EXISTS (SELECT FROM mt_segments s WHERE s.mt_id = m.id)",
		"mt_segments s WHERE NOT EXISTS (SELECT FROM mt_messages m WHERE m.id = s.mt_id)",
		"mt_queue",
		"mt_claims WHERE unsettled > 0",
		"mo_parts WHERE mo_id IS NULL",
		"sms_quarantine",
	} {
		if n := s.count(t, stray); n > 0 {
			t.Errorf("%d rows are left of %s", n, stray)
		}
	}
}
