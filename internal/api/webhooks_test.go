package api_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/cases"
	"okno/internal/exchange"
	"okno/internal/job"
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
			_, err = w.MoveCase(t.Context(), c, to, time.Time{}, "agent:1", "x", "")
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
	require.Contains(t, bodies[2], `"type":"case.moved"`)
	require.Contains(t, bodies[2], `"state":"ready"`)
	require.NotContains(t, bodies[2], "яма", "no personal data")
	require.NotContains(t, bodies[2], "7701")

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
