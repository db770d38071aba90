package api_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"okno/internal/cases"
	"okno/internal/exchange"
	"okno/internal/job"
	"okno/internal/notification"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

// A client is told of its cases by a signed webhook, in order, and reads in the log what came of it.
func TestAClientIsToldOfItsCases(t *testing.T) {
	t.Parallel()
	p := newPortal(t)
	const own = "the portal's key for cases"
	pgtest.AddClient(t, p.db, "cases-one", own)
	pgtest.Exec(t, p.url, `UPDATE clients SET scopes = '{cases,webhooks}' WHERE name = 'cases-one'`)
	secret := exchange.NewSecret()
	var bodies []string
	var status atomic.Int32
	status.Store(http.StatusInternalServerError)
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if err := exchange.Verify(secret, body, r.Header); err != nil {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		bodies = append(bodies, string(body)) // one delivery at a time
		w.WriteHeader(int(status.Load()))
	}))
	t.Cleanup(receiver.Close)
	filed := p.files(own, "a", `{"kind": "appeal", "contact": "+77010000009", "subject": "яма"}`)
	require.Equal(t, http.StatusCreated, filed.Code)
	move := func(to cases.State) {
		pgtest.Do(t, p.db, func(w *store.Work) error {
			number := pgtest.Value[string](t, p.url, `SELECT number FROM cases`)
			c, err := w.CaseByNumber(t.Context(), number)
			require.NoError(t, err)
			_, err = w.MoveCase(t.Context(), c, to, time.Time{}, "agent:1", "x")
			return err
		})
	}
	move(cases.Accepted)
	require.Zero(t, pgtest.Value[int](t, p.url, `SELECT count(*) FROM webhook_deliveries`), "it has no webhook yet")
	pgtest.Do(t, p.db, func(w *store.Work) error {
		return w.SaveWebhook(t.Context(), "cases-one", exchange.Endpoint{URL: receiver.URL, Secrets: []string{secret}}, "test")
	})
	require.Contains(t, pgtest.Dump(t, p.url), receiver.URL)
	require.NotContains(t, pgtest.Dump(t, p.url), secret)
	move(cases.InProgress)
	move(cases.Ready)
	require.Equal(t, 2, pgtest.Value[int](t, p.url, `SELECT count(*) FROM river_job WHERE kind = 'webhook.deliver'`))

	deliverer := exchange.NewDeliverer(p.db.WebhookDeliveries(), nil, func() time.Time { return p.now }, zerolog.Nop())
	var tried []bool
	deliverer.Tried = func(whom string, taken bool) {
		require.Equal(t, "cases-one", whom)
		tried = append(tried, taken)
	}
	deliver := func(id int64) bool {
		err := deliverer.DeliverToClient(t.Context(), job.DeliverToClient{Delivery: id})
		var later job.Later
		if !errors.As(err, &later) {
			require.NoError(t, err)
		}
		return err == nil
	}
	require.False(t, deliver(2), "the first comes before it")
	require.Empty(t, bodies)
	require.False(t, deliver(1), "the answer was 500")
	pgtest.Exec(t, p.url, `UPDATE webhook_deliveries SET created_at = now() - interval '30 minutes' WHERE id = 2`)
	health, err := p.db.WebhookHealth(t.Context())
	require.NoError(t, err)
	require.Len(t, health, 1)
	require.Equal(t, []any{"cases-one", 2, 0}, []any{health[0].Client, health[0].Waiting, health[0].Dead})
	require.InDelta(t, 30*time.Minute, health[0].Oldest, float64(time.Minute))
	lost, err := p.db.ForgottenWebhooks(t.Context(), time.Now().Add(time.Hour), 10)
	require.NoError(t, err)
	require.Equal(t, []int64{1, 2}, lost, "a lost job is noticed")
	lost, err = p.db.ForgottenWebhooks(t.Context(), time.Now().Add(-time.Hour), 10)
	require.NoError(t, err)
	require.Empty(t, lost)
	status.Store(http.StatusOK)
	require.True(t, deliver(1))
	require.True(t, deliver(2))
	require.True(t, deliver(2), "once is enough")
	require.Len(t, bodies, 3)
	require.Equal(t, []bool{false, true, true}, tried)
	health, err = p.db.WebhookHealth(t.Context())
	require.NoError(t, err)
	require.Empty(t, health)
	require.Contains(t, bodies[2], `"type":"case.moved"`)
	require.Contains(t, bodies[2], `"state":"ready"`)
	require.NotContains(t, bodies[2], "яма", "no personal data")
	require.NotContains(t, bodies[2], "+77010000009")

	_, log := p.ask(t, "GET", "/api/v1/webhook/deliveries?limit=1", own, "")
	first := log["deliveries"].([]any)[0].(map[string]any)
	require.Equal(t, []any{"case.moved", "delivered", 1.0}, []any{first["event"], first["state"], first["attempts"]})
	_, log = p.ask(t, "GET", "/api/v1/webhook/deliveries?cursor="+log["next"].(string), own, "")
	require.Len(t, log["deliveries"], 1)
	require.NotContains(t, log, "next")
	_, log = p.ask(t, "GET", "/api/v1/webhook/deliveries?state=dead", own, "")
	require.Empty(t, log["deliveries"])

	// Replayed, it is told again; another client replays nothing of it.
	pgtest.AddClient(t, p.db, "other", "another's")
	pgtest.Exec(t, p.url, `UPDATE clients SET scopes = '{webhooks}' WHERE name = 'other'`)
	for name, c := range map[string]struct {
		key, id string
		status  int
	}{"another's": {"another's", "2", 404}, "unknown": {own, "99", 404}, "no id": {own, "x", 404}, "own": {own, "2", 204}} {
		status, answer := p.ask(t, "POST", "/api/v1/webhook/deliveries/"+c.id+"/replay", c.key, "")
		require.Equal(t, c.status, status, "%s: %v", name, answer)
	}
	require.True(t, deliver(2))
	require.Len(t, bodies, 4)
	for _, wrong := range []string{"limit=0", "cursor=x", "state=new"} {
		status, _ := p.ask(t, "GET", "/api/v1/webhook/deliveries?"+wrong, own, "")
		require.Equal(t, http.StatusBadRequest, status, wrong)
	}
}

// A list that has ended is told to its client.
func TestAListThatEndsIsTold(t *testing.T) {
	t.Parallel()
	p := newSender(t)
	pgtest.Do(t, p.db, func(w *store.Work) error {
		return w.SaveWebhook(t.Context(), "ministry", exchange.Endpoint{URL: "https://ministry.example/hook", Secrets: []string{exchange.NewSecret()}}, "test")
	})
	status, l := p.post(t, "/api/v1/notification-lists", "application/x-ndjson", "l1", `{"text": "x {a}", "start": true}`+"\n"+numbers(3))
	require.Equal(t, http.StatusCreated, status, l)
	require.NotZero(t, p.goOn(t, 1))
	pgtest.Exec(t, p.url, `UPDATE mt_segments SET state = 'delivered', final_at = now()`)
	pgtest.Exec(t, p.url, `DELETE FROM mt_queue`)
	for range 3 {
		if p.goOn(t, 1) == 0 {
			break
		}
	}
	_, now := p.ask(t, "GET", "/api/v1/notification-lists/"+l["id"].(string), noticeKey, "")
	require.Equal(t, "finished", now["state"], now)
	require.EqualValues(t, 3, now["progress"].(map[string]any)["delivered"])
	require.Contains(t, pgtest.Value[string](t, p.url, `SELECT convert_from(message, 'UTF8') FROM webhook_deliveries WHERE event = 'list.finished'`), fmt.Sprint(l["id"]))
}

// told are the data of what clients were told, in order.
func (p *portal) told(t *testing.T) []string {
	t.Helper()
	rows := pgtest.Value[[]string](t, p.url, `SELECT coalesce(array_agg(client || ' ' || (convert_from(message, 'UTF8')::json ->> 'data') ORDER BY id), '{}') FROM webhook_deliveries`)
	jobs := pgtest.Value[int](t, p.url, `SELECT count(*) FROM river_job WHERE kind = 'webhook.deliver'`)
	require.Equal(t, len(rows), jobs)
	pgtest.Exec(t, p.url, `DELETE FROM webhook_deliveries`)
	pgtest.Exec(t, p.url, `DELETE FROM river_job WHERE kind = 'webhook.deliver'`)
	return rows
}

// An agency's report is told to the clients that opened the cases: once, where each stands after all events of a request. A case that was merged
// stands where the one stands that goes on.
func TestAClientIsToldOfWhatAnAgencyReports(t *testing.T) {
	t.Parallel()
	p := newPortal(t)
	db, statements := pgtest.OpenRecording(t, p.url)
	open := func(client string) (c cases.Case) {
		pgtest.Do(t, db, func(w *store.Work) (err error) {
			c, err = w.OpenCase(t.Context(), cases.Opening{Kind: cases.Appeal, Agency: "moj", Contact: "+77010000009", Subject: "яма", By: "okno", Client: client})
			return err
		})
		return c
	}
	pgtest.Exec(t, p.url, `INSERT INTO agencies (code, name) VALUES ('moj', '{}')`)
	for _, name := range []string{"one", "two", "silent"} {
		pgtest.AddClient(t, db, name, name)
		if name != "silent" {
			pgtest.Do(t, db, func(w *store.Work) error {
				return w.SaveWebhook(t.Context(), name, exchange.Endpoint{URL: "https://portal.example/hook", Secrets: []string{exchange.NewSecret()}}, "test")
			})
		}
	}
	first, second, silent, nobodys := open("one"), open("two"), open("silent"), open("")
	event := func(c cases.Case, sequence int64, state cases.State) exchange.Event {
		return exchange.Event{Key: fmt.Sprintf("%s:%d", c.Number, sequence), Case: c.Number, Sequence: sequence, State: state, At: time.Now()}
	}
	report := func(events ...exchange.Event) {
		_, err := inbox(db).Take(t.Context(), "moj", events)
		require.NoError(t, err)
	}
	request := []exchange.Event{event(first, 1, cases.Accepted), event(second, 1, cases.Accepted), event(silent, 1, cases.Accepted), event(first, 2, cases.InProgress)}
	request[3].DueOn = time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC)
	report(request...)
	require.Equal(t, []string{
		fmt.Sprintf(`one {"number":%q,"kind":"appeal","state":"in_progress","due_on":"2027-03-01"}`, first.Number),
		fmt.Sprintf(`two {"number":%q,"kind":"appeal","state":"accepted"}`, second.Number)}, p.told(t))
	report(request...)
	require.Empty(t, p.told(t), "the request came again")
	statements.Take()
	report(event(nobodys, 1, cases.Accepted))
	for _, sql := range statements.Take() {
		require.NotContains(t, sql, "webhook", "of a case without a client nobody asks")
	}

	merge := func(c, into cases.Case) {
		pgtest.Do(t, db, func(w *store.Work) error {
			work, other, err := w.CasesToLink(t.Context(), c.Number, into.Number)
			require.NoError(t, err)
			_, err = w.MergeCase(t.Context(), work.Case, other.Case, "agent:1", "one hole")
			return err
		})
	}
	merge(first, second)
	duplicate := func(state cases.State) string {
		return fmt.Sprintf(`one {"number":%q,"kind":"appeal","state":%q,"duplicate":true}`, first.Number, state)
	}
	require.Equal(t, []string{duplicate(cases.Accepted)}, p.told(t))
	merge(second, nobodys)
	own := func(state cases.State) string {
		return fmt.Sprintf(`two {"number":%q,"kind":"appeal","state":%q,"duplicate":true}`, second.Number, state)
	}
	require.Equal(t, []string{duplicate(cases.Accepted), own(cases.Accepted)}, p.told(t), "the one that was merged into it as well")
	report(event(nobodys, 2, cases.InProgress), event(first, 3, cases.Ready))
	require.Equal(t, []string{duplicate(cases.InProgress), own(cases.InProgress)}, p.told(t), "what becomes of a duplicate itself tells nothing")
	pgtest.Do(t, db, func(w *store.Work) error {
		c, err := w.CaseByNumber(t.Context(), nobodys.Number)
		require.NoError(t, err)
		_, err = w.MoveCase(t.Context(), c, cases.Rejected, time.Time{}, "agent:1", "x")
		return err
	})
	require.Equal(t, []string{duplicate(cases.Rejected), own(cases.Rejected)}, p.told(t))
	pgtest.Do(t, db, func(w *store.Work) error {
		work, other, err := w.CasesToLink(t.Context(), second.Number, nobodys.Number)
		require.NoError(t, err)
		_, err = w.UnmergeCase(t.Context(), work.Case, other.Case, "agent:1", "two holes")
		return err
	})
	require.Equal(t, []string{duplicate(cases.Accepted), fmt.Sprintf(`two {"number":%q,"kind":"appeal","state":"accepted"}`, second.Number)}, p.told(t))
}

// follow does the job that looks what became of messages by themselves, on several nodes at once.
func (p *portal) follow(t *testing.T) {
	t.Helper()
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			err := notification.NewFollower(func(ctx context.Context, fn func(notification.FollowWork) error) error {
				return p.db.Do(ctx, func(w *store.Work) error { return fn(w) })
			}, func() time.Time { return p.now }).Follow(t.Context(), job.FollowNotifications{})
			assert.NoError(t, err)
		})
	}
	all.Wait()
}

// The end of a message is told once, with what came of it, whoever looks; before its end nothing is. A client without a webhook costs nothing.
func TestAMessageThatEndsIsTold(t *testing.T) {
	t.Parallel()
	p := newSender(t)
	send := func(idempotency, whom string) string {
		status, m := p.post(t, "/api/v1/notifications", "application/json", idempotency, fmt.Sprintf(`{%s, "text": "справка готова"}`, whom))
		require.Equal(t, http.StatusCreated, status, m)
		return m["id"].(string)
	}
	send("silent", `"number": "+77010000001"`)
	pgtest.Do(t, p.db, func(w *store.Work) error {
		return w.SaveWebhook(t.Context(), "ministry", exchange.Endpoint{URL: "https://ministry.example/hook", Secrets: []string{exchange.NewSecret()}}, "test")
	})
	segments := func(id, set string) {
		pgtest.Exec(t, p.url, `UPDATE mt_segments SET final_at = now(), `+set+` WHERE id / 256 = (SELECT mt_id FROM notifications WHERE public_id = '`+id+`')`)
	}
	delivered, off, refused, stopped, waits := send("a", `"number": "+77010000002"`), send("b", `"number": "+77010000003"`), send("c", `"number": "+77010000004"`),
		send("d", `"number": "+77010000005"`), send("e", `"number": "+77010000006"`)
	nobodys := send("f", `"national_number": "000101051361"`)
	segments(delivered, "state = 'delivered'")
	segments(off, "state = 'undeliverable'")
	segments(refused, "state = 'failed', failure = 'refused'")
	segments(stopped, "state = 'failed', failure = 'stopped'")
	p.follow(t)
	event := func(id, state, reason string) string {
		if reason != "" {
			reason = fmt.Sprintf(`,"reason":%q`, reason)
		}
		return fmt.Sprintf(`ministry {"id":%q,"state":%q%s}`, id, state, reason)
	}
	require.ElementsMatch(t, []string{event(delivered, "delivered", ""), event(off, "failed", "undeliverable"), event(refused, "failed", "refused"), event(stopped, "skipped", "")}, p.told(t))
	segments(waits, "state = 'expired'")
	p.follow(t)
	require.Empty(t, p.told(t), "it is looked at again in a moment")
	p.now = p.now.Add(time.Minute)
	p.follow(t)
	require.Equal(t, []string{event(waits, "failed", "expired")}, p.told(t))
	p.now = p.now.Add(73 * time.Hour)
	p.follow(t)
	require.Equal(t, []string{event(nobodys, "failed", "expired")}, p.told(t), "as one whose phone is off")
	status, now := p.ask(t, "GET", "/api/v1/messages/"+delivered, noticeKey, "")
	require.Equal(t, []any{http.StatusOK, "delivered"}, []any{status, now["state"]})
	require.Zero(t, pgtest.Value[int](t, p.url, `SELECT count(*) FROM notifications WHERE follow_at IS NOT NULL`))
}
