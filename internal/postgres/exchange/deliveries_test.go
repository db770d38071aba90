package exchange_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	webhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"

	"okno/internal/cases"
	"okno/internal/exchange"
	"okno/internal/job"
	"okno/internal/postgres/jobs"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

// agency is an agency's system: it verifies each webhook, and answers as it is told.
type agency struct {
	*httptest.Server
	secret string

	mu     sync.Mutex
	answer func(w http.ResponseWriter) // nil: 204
	heard  []exchange.Message
	ids    []string
	forged int
}

func newAgency(t testing.TB, db *store.Store, code string) *agency {
	t.Helper()
	a := &agency{secret: exchange.NewSecret()}
	a.Server = httptest.NewServer(a)
	t.Cleanup(a.Close)
	pgtest.Do(t, db, func(w *store.Work) error {
		return w.SaveEndpoint(t.Context(), exchange.Endpoint{Agency: code, URL: a.URL, Secrets: []string{a.secret}}, "test")
	})
	return a
}

func (a *agency) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	webhook, err := webhooks.NewWebhook(a.secret)
	if err == nil {
		err = webhook.Verify(body, r.Header)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if err != nil {
		a.forged++
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	if a.answer != nil {
		a.answer(w)
		return
	}
	var m exchange.Message
	_ = json.Unmarshal(body, &m)
	a.heard, a.ids = append(a.heard, m), append(a.ids, r.Header.Get(webhooks.HeaderWebhookID))
	w.WriteHeader(http.StatusNoContent)
}

func (a *agency) answers(with func(w http.ResponseWriter)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.answer = with
}

// states are what the agency heard, "event state".
func (a *agency) states() (all []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, m := range a.heard {
		all = append(all, m.Type+" "+string(m.Data.State))
	}
	return all
}

// ids gives the deliveries that there are.
func ids(t testing.TB, url string) []int64 {
	return pgtest.Value[[]int64](t, url, `SELECT coalesce(array_agg(id ORDER BY id), '{}') FROM exchange_deliveries`)
}

// An agency is told of what others do to its cases, in order, by a signature that it can verify; not of what it reported itself.
func TestAnAgencyIsToldInOrder(t *testing.T) {
	t.Parallel()
	url, db, open := office(t)
	a := newAgency(t, db, "moj")
	now := time.Now()
	d := exchange.NewDeliverer(db, nil, func() time.Time { return now }, zerolog.Nop())
	opened := open("moj")
	open("mia") // it has no endpoint
	pgtest.Do(t, db, func(w *store.Work) error {
		c, err := w.CaseByNumber(t.Context(), opened)
		require.NoError(t, err)
		_, err = w.MoveCase(t.Context(), c, cases.AwaitingCitizen, time.Time{}, "agent:7", "")
		require.ErrorIs(t, err, cases.ErrMove)
		_, err = w.MoveCase(t.Context(), c, cases.Withdrawn, time.Time{}, "citizen", "")
		return err
	})
	all := ids(t, url)
	require.Len(t, all, 2)
	deliver := func(id int64) error { return d.Deliver(t.Context(), job.DeliverToAgency{Delivery: id}) }
	require.Equal(t, job.Later(2*time.Second), deliver(all[1]), "what is before it comes first")
	require.NoError(t, deliver(all[0]))
	require.NoError(t, deliver(all[1]))
	require.NoError(t, deliver(all[1]), "a job that runs again finds nothing to do")
	require.Equal(t, []string{"case.opened registered", "case.moved withdrawn"}, a.states())
	require.Equal(t, opened, a.heard[0].Data.Case)
	require.Zero(t, a.forged)
	require.Equal(t, 2, pgtest.Value[int](t, url, `SELECT count(*) FROM exchange_deliveries WHERE state = 'delivered' AND signature LIKE 'v1,%'`))
	require.NotContains(t, pgtest.Dump(t, url), a.secret)

	_, err := inbox(db).Take(t.Context(), "moj", []exchange.Event{event(opened, 1, cases.Rejected)})
	require.NoError(t, err)
	require.Len(t, ids(t, url), 2, "its own report is no news to it")

	// Two secrets sign while one takes the other's place.
	fresh := exchange.NewSecret()
	pgtest.Do(t, db, func(w *store.Work) error {
		return w.SaveEndpoint(t.Context(), exchange.Endpoint{Agency: "moj", URL: a.URL, Secrets: []string{fresh, a.secret}}, "test")
	})
	double := open("moj")
	require.NoError(t, deliver(ids(t, url)[2]))
	a.mu.Lock()
	a.secret = fresh
	a.mu.Unlock()
	goesOn := open("moj")
	require.NoError(t, deliver(ids(t, url)[3]))
	require.Zero(t, a.forged)

	// Of a merge it learns which case goes on.
	pgtest.Do(t, db, func(w *store.Work) error {
		c, into, err := w.CasesToLink(t.Context(), double, goesOn)
		require.NoError(t, err)
		_, err = w.MergeCase(t.Context(), c.Case, into.Case, "agent:7", "")
		return err
	})
	require.Len(t, ids(t, url), 5, "nothing has become of the other")
	require.NoError(t, deliver(ids(t, url)[4]))
	merged := a.heard[4].Data
	require.Equal(t, []any{double, cases.Closed, goesOn}, []any{merged.Case, merged.State, merged.DuplicateOf})
}

// An agency that answers wrong, slowly or not at all is tried for three days, with pauses, and then given up until a person has it tried again.
func TestAnAgencyThatDoesNotTakeItIsTriedAgain(t *testing.T) {
	t.Parallel()
	url, db, open := office(t)
	a := newAgency(t, db, "moj")
	now := time.Now()
	d := exchange.NewDeliverer(db, nil, func() time.Time { return now }, zerolog.Nop())
	open("moj")
	id := ids(t, url)[0]
	deliver := func() error { return d.Deliver(t.Context(), job.DeliverToAgency{Delivery: id}) }
	problem := func() string {
		return pgtest.Value[string](t, url, `SELECT coalesce(last_problem, '') FROM exchange_deliveries`)
	}
	for _, row := range []struct {
		answer func(w http.ResponseWriter)
		says   string
		pause  time.Duration
	}{
		{func(w http.ResponseWriter) { w.WriteHeader(500) }, "the answer was 500", 5 * time.Second},
		{func(w http.ResponseWriter) { w.Header().Set("Location", "http://other/"); w.WriteHeader(302) }, "the answer was 302", 30 * time.Second},
		{func(http.ResponseWriter) { panic(http.ErrAbortHandler) }, "not reached", 2 * time.Minute},
	} {
		a.answers(row.answer)
		require.Equal(t, job.Later(row.pause), deliver())
		require.Equal(t, row.says, problem())
	}
	lost, err := db.Forgotten(t.Context(), time.Now().Add(time.Hour), 10)
	require.NoError(t, err)
	require.Equal(t, []int64{id}, lost)
	lost, err = db.Forgotten(t.Context(), time.Now().Add(-time.Hour), 10)
	require.NoError(t, err)
	require.Empty(t, lost)
	h, err := db.Health(t.Context())
	require.NoError(t, err)
	require.Equal(t, []any{"moj", 1, 0, "not reached"}, []any{h[0].Agency, h[0].Waiting, h[0].Dead, h[0].Problem.Error()})

	// Five failures open the breaker: nobody asks for a while.
	a.answers(func(w http.ResponseWriter) { w.WriteHeader(503) })
	for range 2 {
		require.Error(t, deliver())
	}
	attempts := func() int { return pgtest.Value[int](t, url, `SELECT attempts FROM exchange_deliveries`) }
	before := attempts()
	require.Equal(t, job.Later(30*time.Second), deliver())
	require.Equal(t, before, attempts(), "the breaker's pause is no attempt")

	now = now.Add(exchange.Patience + time.Hour)
	d = exchange.NewDeliverer(db, nil, func() time.Time { return now }, zerolog.Nop())
	require.NoError(t, deliver(), "given up")
	require.Equal(t, "dead", pgtest.Value[string](t, url, `SELECT state FROM exchange_deliveries`))
	a.answers(func(w http.ResponseWriter) { // HTML, and much of it
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.Copy(w, io.LimitReader(zeros{}, 30<<20))
	})
	pgtest.Do(t, db, func(w *store.Work) error {
		revived, err := w.Revive(t.Context(), "moj", 10, "agent:1")
		require.Equal(t, []int64{id}, revived)
		return err
	})
	now = time.Now() // an agency refuses what was signed at another time
	require.NoError(t, deliver(), "200 with whatever body took it")
	require.Equal(t, "delivered", pgtest.Value[string](t, url, `SELECT state FROM exchange_deliveries`))
	require.Empty(t, problem())
}

// An agency that got files, and now has a service, is told there at once of what waits.
func TestFromFilesToAService(t *testing.T) {
	t.Parallel()
	url, db, open := office(t)
	newClerk(t, db, "moj")
	for range 3 {
		open("moj")
	}
	d := exchange.NewDeliverer(db, nil, time.Now, zerolog.Nop())
	worker := db.NewWorker(jobs.Options{Node: "test", Log: zerolog.Nop(), Kinds: []job.Kind{job.On(d.Deliver)}})
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = worker.Run(ctx) })
	defer running.Wait()
	defer cancel()
	require.Eventually(t, func() bool { // their jobs found nothing to do: the files have them
		return pgtest.Value[int](t, url, `SELECT count(*) FROM river_job WHERE state <> 'completed'`) == 0
	}, 30*time.Second, 20*time.Millisecond)
	service := newAgency(t, db, "moj")
	require.Eventually(t, func() bool { return len(service.states()) == 3 }, 30*time.Second, 20*time.Millisecond)
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// A slow agency holds up no other, by real workers.
func TestASlowAgencyHarmsNoOther(t *testing.T) {
	t.Parallel()
	_, db, open := office(t)
	slow, quick := newAgency(t, db, "moj"), newAgency(t, db, "mia")
	release := make(chan struct{})
	slow.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		<-release
		w.WriteHeader(http.StatusNoContent)
	})
	for range 10 {
		open("moj")
	}
	for range 10 {
		open("mia")
	}
	d := exchange.NewDeliverer(db, nil, time.Now, zerolog.Nop())
	worker := db.NewWorker(jobs.Options{Node: "test", Log: zerolog.Nop(), Kinds: []job.Kind{job.On(d.Deliver)}})
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = worker.Run(ctx) })
	require.Eventually(t, func() bool { return len(quick.states()) == 10 }, 30*time.Second, 20*time.Millisecond)
	close(release)
	cancel()
	running.Wait()
}
