package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"okno/internal/api"
	"okno/internal/client"
	"okno/internal/dialogue"
	"okno/internal/edge"
	"okno/internal/job"
	"okno/internal/notification"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
	"okno/internal/privacy"
)

func notices(db *store.Store, clock func() time.Time) *notification.Service {
	return notification.NewService(func(ctx context.Context, fn func(notification.Work) error) error {
		return db.Do(ctx, func(w *store.Work) error { return fn(w) })
	}, db, notification.Measure{Segments: func(s string) int { return 1 + len([]rune(s))/71 }, Encoding: func(s string) string {
		if len(s) == len([]rune(s)) {
			return "gsm"
		}
		return "ucs2"
	}, Form: func(_ dialogue.Language, s string) string { return s }}, clock)
}

// goOn does the job of a list until it has to wait, and gives how long.
func (p *portal) goOn(t *testing.T, list int64) time.Duration {
	t.Helper()
	sender := notification.NewSender(func(ctx context.Context, fn func(notification.SenderWork) error) error {
		return p.db.Do(ctx, func(w *store.Work) error { return fn(w) })
	}, func() time.Time { return p.now }, zerolog.Nop())
	err := sender.Send(t.Context(), job.SendNotifications{List: list})
	var later job.Later
	if errors.As(err, &later) {
		return time.Duration(later)
	}
	require.NoError(t, err)
	return 0
}

const noticeKey = "the key for notices"

// newSender is a portal with a client that sends notices.
func newSender(t *testing.T) *portal {
	t.Helper()
	p := newPortal(t)
	pgtest.AddClient(t, p.db, "ministry", noticeKey)
	pgtest.Do(t, p.db, func(w *store.Work) error {
		_, err := w.SaveClient(t.Context(), client.Client{Name: "ministry", Title: "M", Scopes: []client.Scope{client.Notices},
			Notices: notification.Settings{Day: 5000, Price: "12.50 KZT"}}, "test")
		return err
	})
	return p
}

// post sends a body with an idempotency key.
func (p *portal) post(t *testing.T, path, kind, idempotency, body string) (status int, answer map[string]any) {
	t.Helper()
	request := httptest.NewRequest("POST", path, strings.NewReader(body))
	request.RemoteAddr = "192.0.2.1:1234"
	request.Header.Set("Authorization", "Bearer "+noticeKey)
	request.Header.Set("Content-Type", kind)
	if idempotency != "" {
		request.Header.Set("Idempotency-Key", idempotency)
	}
	recorder := httptest.NewRecorder()
	p.handler.ServeHTTP(recorder, request)
	require.NoError(t, json.Unmarshal(recorder.Body.Bytes(), &answer), recorder.Body)
	return recorder.Code, answer
}

func TestANoticeToOneCitizen(t *testing.T) {
	t.Parallel()
	p := newSender(t)
	const path = "/api/v1/notifications"
	const body = `{"number": "8 701 000 00 02", "language": "ru", "texts": {"ru": "{name}, справка готова", "kk": "x"}, "parameters": {"name": "Айгуль"}}`
	status, sent := p.post(t, path, "application/json", "n1", body)
	require.Equal(t, http.StatusCreated, status, sent)
	require.Equal(t, "queued", sent["state"])
	require.Equal(t, "12.50 KZT", sent["estimate"].(map[string]any)["price"])
	status, again := p.post(t, path, "application/json", "n1", body)
	require.Equal(t, http.StatusOK, status, again)
	require.Equal(t, sent["id"], again["id"])
	require.Equal(t, []string{"Айгуль, справка готова"}, pgtest.Texts(t, p.url, "lane = 'notice'"), "once")

	// By the national number, to the number that is bound; of nobody, the same answer.
	status, bound := p.post(t, path, "application/json", "n2", `{"national_number": "850101300015", "text": "готово"}`)
	require.Equal(t, http.StatusCreated, status, bound)
	status, nobody := p.post(t, path, "application/json", "n3", `{"national_number": "900513000008", "text": "готово"}`)
	require.Equal(t, http.StatusCreated, status, nobody)
	require.Equal(t, 2, pgtest.Value[int](t, p.url, `SELECT count(*) FROM mt_messages WHERE lane = 'notice'`))

	for name, c := range map[string]struct {
		idempotency, body string
		status            int
		field             string
	}{
		"no key":            {"", body, 400, "Idempotency-Key"},
		"key used":          {"n1", strings.Replace(body, "готова", "будет", 1), 422, ""},
		"a code":            {"x", `{"number": "+77010000002", "text": "код 123456"}`, 400, "text"},
		"a code by name":    {"x", `{"number": "+77010000002", "text": "код {a}", "parameters": {"a": "123456"}}`, 400, "text"},
		"abroad":            {"x", `{"number": "+19001234567", "text": "x"}`, 400, "number"},
		"no number":         {"x", `{"number": "+7701", "text": "x"}`, 400, "number"},
		"both":              {"x", `{"number": "+77010000002", "national_number": "850101300015", "text": "x"}`, 400, "number"},
		"check digit":       {"x", `{"national_number": "850101300016", "text": "x"}`, 400, "national_number"},
		"no text":           {"x", `{"number": "+77010000002"}`, 400, "text"},
		"a long text":       {"x", `{"number": "+77010000002", "text": "` + strings.Repeat("я", 900) + `"}`, 400, "text"},
		"braces":            {"x", `{"number": "+77010000002", "text": "{Name}"}`, 400, "text"},
		"no parameter":      {"x", `{"number": "+77010000002", "text": "{name}"}`, 400, "parameters.name"},
		"unknown parameter": {"x", `{"number": "+77010000002", "text": "x", "parameters": {"name": "y"}}`, 400, "parameters"},
		"language":          {"x", `{"number": "+77010000002", "text": "x", "language": "de"}`, 400, "language"},
		"far ahead":         {"x", `{"number": "+77010000002", "text": "x", "not_before": "2099-01-01T00:00:00Z"}`, 400, "not_before"},
		"past":              {"x", `{"number": "+77010000002", "text": "x", "expires_at": "2020-01-01T00:00:00Z"}`, 400, "expires_at"},
		"start":             {"x", `{"number": "+77010000002", "text": "x", "start": true}`, 400, ""},
	} {
		status, answer := p.post(t, path, "application/json", c.idempotency, c.body)
		require.Equal(t, c.status, status, "%s: %v", name, answer)
		if c.field != "" {
			require.Equal(t, c.field, answer["field"], name)
		}
	}

	// What becomes of it.
	state := func(id any) []any {
		status, answer := p.ask(t, "GET", "/api/v1/messages/"+id.(string), noticeKey, "")
		require.Equal(t, http.StatusOK, status)
		return []any{answer["state"], answer["reason"]}
	}
	for set, want := range map[string][]any{"state = 'accepted'": {"sent", nil}, "state = 'delivered'": {"delivered", nil}, "state = 'expired'": {"failed", "expired"},
		"state = 'failed', failure = 'stopped'": {"skipped", nil}, "state = 'undeliverable', failure = 'x'": {"failed", "undeliverable"}} {
		pgtest.Exec(t, p.url, `UPDATE mt_segments SET failure = NULL`)
		pgtest.Exec(t, p.url, `UPDATE mt_segments SET `+set)
		require.Equal(t, want, state(sent["id"]), set)
	}
	require.Equal(t, []any{"sent", nil}, state(nobody["id"]))
	p.now = p.now.Add(73 * time.Hour)
	require.Equal(t, []any{"failed", "expired"}, state(nobody["id"]), "as one whose phone was off")
	pgtest.AddClient(t, p.db, "other", "another's key")
	pgtest.Exec(t, p.url, `UPDATE clients SET scopes = '{notices}' WHERE name = 'other'`)
	status, _ = p.ask(t, "GET", "/api/v1/messages/"+sent["id"].(string), "another's key", "")
	require.Equal(t, http.StatusNotFound, status)
	require.Equal(t, 3, pgtest.Value[int](t, p.url, `SELECT count(*) FROM audit WHERE action = 'notification.send' AND actor = 'client:ministry'`))
}

func numbers(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "{\"number\": \"+7702%07d\", \"parameters\": {\"a\": \"%d\"}}\n", i, i%7)
	}
	return b.String()
}

// A list is drafted, started, sent by the window, stopped at once, and counted.
func TestAListIsSentAndStopped(t *testing.T) {
	t.Parallel()
	p := newSender(t)
	const all = 2*notification.Window + 100
	body := `{"texts": {"ru": "Пункт {a} готов"}}` + "\n" + numbers(all)
	status, l := p.post(t, "/api/v1/notification-lists", "application/x-ndjson", "l1", body)
	require.Equal(t, http.StatusCreated, status, l)
	require.Equal(t, map[string]any{"messages": float64(all), "segments": float64(all), "price": "51250 KZT",
		"by": []any{map[string]any{"language": "ru", "encoding": "ucs2", "messages": float64(all), "segments": float64(all)}}}, l["estimate"])
	require.Equal(t, "draft", l["state"])
	status, again := p.post(t, "/api/v1/notification-lists", "application/x-ndjson", "l1", body)
	require.Equal(t, http.StatusOK, status, again)
	require.Equal(t, l["id"], again["id"])
	status, _ = p.post(t, "/api/v1/notification-lists", "application/x-ndjson", "l1", body+numbers(1))
	require.Equal(t, http.StatusUnprocessableEntity, status, "the key with other recipients")
	require.NotZero(t, p.goOn(t, 1), "nobody has started it")
	require.Zero(t, pgtest.Value[int](t, p.url, `SELECT count(*) FROM mt_messages`))
	require.NotContains(t, pgtest.Dump(t, p.url), "+7702")

	// One of them wants no notices.
	pgtest.Do(t, p.db, func(w *store.Work) error { return w.SetNotices(t.Context(), "+77020000000", true) })
	path := "/api/v1/notification-lists/" + l["id"].(string)
	status, l = p.ask(t, "POST", path+"/start", noticeKey, "")
	require.Equal(t, http.StatusOK, status, l)
	require.Equal(t, "running", l["state"])
	require.Equal(t, time.Second, p.goOn(t, 1), "the window is full")
	queued := pgtest.Value[int](t, p.url, `SELECT count(*) FROM mt_queue WHERE lane = 'notice'`)
	require.LessOrEqual(t, queued, notification.Window)
	require.Greater(t, queued, notification.Window-500)

	// Some are accepted, some delivered; there is room again.
	pgtest.Exec(t, p.url, `UPDATE mt_segments SET state = CASE WHEN id % 512 < 256 THEN 'delivered' ELSE 'accepted' END, final_at = now() WHERE state = 'queued'`)
	pgtest.Exec(t, p.url, `DELETE FROM mt_queue`)
	require.Equal(t, time.Second, p.goOn(t, 1))
	status, l = p.ask(t, "GET", path, noticeKey, "")
	require.Equal(t, http.StatusOK, status, l)
	progress := l["progress"].(map[string]any)
	require.EqualValues(t, 1, progress["skipped"], progress)
	require.InDelta(t, notification.Window/2, progress["delivered"], 2)

	status, l = p.ask(t, "POST", path+"/stop", noticeKey, "")
	require.Equal(t, http.StatusOK, status, l)
	require.Zero(t, pgtest.Value[int](t, p.url, `SELECT count(*) FROM mt_queue`), "withdrawn at once")
	for p.goOn(t, 1) == time.Second {
	}
	_, l = p.ask(t, "GET", path, noticeKey, "")
	progress = l["progress"].(map[string]any)
	require.Zero(t, progress["queued"], progress)
	sum := 0.0
	for _, n := range progress {
		sum += n.(float64)
	}
	require.EqualValues(t, all, sum, progress)
	require.Greater(t, progress["stopped"], float64(notification.Window), progress)
	require.Zero(t, pgtest.Value[int](t, p.url, `SELECT count(*) FROM notifications WHERE sealed <> ''`), "no text is left")
	status, answer := p.ask(t, "POST", path+"/start", noticeKey, "")
	require.Equal(t, http.StatusUnprocessableEntity, status, answer)
	require.Equal(t, "ended", answer["code"])

	// The last receipts never come: a day after its expiry the list ends.
	p.now = p.now.Add(5 * 24 * time.Hour)
	require.Zero(t, p.goOn(t, 1))
	require.Equal(t, "stopped", pgtest.Value[string](t, p.url, `SELECT state FROM notification_lists WHERE finished_at IS NOT NULL`))

	// Page by page.
	seen, cursor := 0, ""
	for {
		_, page := p.ask(t, "GET", path+"/messages?limit=1000&cursor="+cursor, noticeKey, "")
		seen += len(page["messages"].([]any))
		next, more := page["next"].(string)
		if !more {
			break
		}
		cursor = next
	}
	require.Equal(t, all, seen)

	// The day's limit counts lists that were started.
	status, answer = p.post(t, "/api/v1/notification-lists", "application/x-ndjson", "l2", `{"text": "x", "start": true}`+"\n"+strings.ReplaceAll(numbers(1000), `, "parameters"`, `, "language": "ru", "parameters"`))
	require.Equal(t, http.StatusBadRequest, status, answer)
	p.now = p.now.Add(-5 * 24 * time.Hour)
	status, answer = p.post(t, "/api/v1/notification-lists", "application/x-ndjson", "l2", `{"text": "x {a}", "start": true}`+"\n"+numbers(1000))
	require.Equal(t, http.StatusTooManyRequests, status, answer)
	require.Equal(t, "over_budget", answer["code"])
	require.Equal(t, 1, pgtest.Value[int](t, p.url, `SELECT count(*) FROM notification_lists`), "nothing of it is kept")
}

// form makes a body of two parts.
func form(t *testing.T, list, kind, recipients string) (contentType, body string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	require.NoError(t, w.WriteField("list", list))
	part, err := w.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="recipients"; filename="a"`}, "Content-Type": {kind}})
	require.NoError(t, err)
	_, err = part.Write([]byte(recipients))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return w.FormDataContentType(), b.String()
}

// A list of the most recipients goes through the server as it stands before the world, and no other body may be as large.
func TestTheLargestListArrives(t *testing.T) {
	t.Parallel()
	p := newSender(t)
	pgtest.Exec(t, p.url, `UPDATE clients SET notices_day = 0`)
	server := httptest.NewUnstartedServer(nil)
	server.Config = edge.NewServer(edge.Protect(p.handler, edge.Options{MostBody: api.MostBody, Log: zerolog.Nop()}), zerolog.Nop())
	server.Start()
	t.Cleanup(server.Close)
	send := func(path, body string) (status int, answer map[string]any) {
		request, err := http.NewRequestWithContext(t.Context(), "POST", server.URL+path, strings.NewReader(body))
		require.NoError(t, err)
		request.Header.Set("Authorization", "Bearer "+noticeKey)
		request.Header.Set("Content-Type", "application/x-ndjson")
		request.Header.Set("Idempotency-Key", "large")
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		defer response.Body.Close()
		require.NoError(t, json.NewDecoder(response.Body).Decode(&answer))
		return response.StatusCode, answer
	}
	status, l := send("/api/v1/notification-lists", `{"text": "Пункт {a} готов", "start": true}`+"\n"+numbers(notification.MostRecipients))
	require.Equal(t, http.StatusCreated, status, l)
	require.EqualValues(t, notification.MostRecipients, l["recipients"])
	require.Equal(t, notification.MostRecipients, pgtest.Value[int](t, p.url, `SELECT count(*) FROM notifications`))
	status, l = send("/api/v1/notifications", `{"text": "`+strings.Repeat("x", 2<<20)+`"}`)
	require.Equal(t, http.StatusRequestEntityTooLarge, status, l)
}

// A list is all right or is not kept: what is wrong is named by its line.
func TestAListIsCheckedAsAWhole(t *testing.T) {
	t.Parallel()
	p := newSender(t)
	const path, settings = "/api/v1/notification-lists", `{"texts": {"ru": "{name}, готово", "en": "{name}, ready"}}`
	kind, body := form(t, settings, "text/csv", "\uFEFFnumber;language;name\r\n8 701 000 00 02;en;Ann\r\n+77010000003;;Петр\r\n")
	status, l := p.post(t, path, kind, "c1", body)
	require.Equal(t, http.StatusCreated, status, l)
	require.Len(t, l["estimate"].(map[string]any)["by"], 2)
	for name, c := range map[string]struct {
		settings, kind, recipients, detail string
	}{
		"bad lines":      {settings, "text/csv", "number,name\n123,A\n+77010000002,B\n+77010000003,\n", "line 2: number: "},
		"the second":     {settings, "text/csv", "number,name\n123,A\n+77010000002,B\n+77010000003,\n", "line 4: parameters.name: it is missing"},
		"a column":       {settings, "text/csv", "number\n+77010000002\n", "column name is missing"},
		"more columns":   {settings, "text/csv", "number,name,age\n+77010000002,A,3\n", "columns are"},
		"windows-1251":   {settings, "text/csv", "number,name\n+77010000002,\xcf\xe5\xf2\xf0\n", "not in UTF-8"},
		"windows ndjson": {settings, "application/x-ndjson", "{\"number\": \"+77010000002\", \"parameters\": {\"name\": \"\xcf\"}}\n", "not in UTF-8"},
		"no JSON":        {settings, "application/x-ndjson", "<html>\n", "line 1: it is not the JSON"},
		"a long line":    {settings, "application/x-ndjson", `{"number": "` + strings.Repeat("7", 20<<10) + `"}`, "longer than"},
		"none":           {settings, "text/csv", "number,name\n", "there are none"},
		"a code":         {settings, "text/csv", "number,name\n+77010000002,код 1234\n", "line 2: text: it looks like"},
		"another format": {settings, "text/html", "x", "application/x-ndjson or text/csv"},
		"settings":       {`{"colour": "red"}`, "text/csv", "number\n", "settings of the list"},
		"no text":        {`{}`, "text/csv", "number\n", "a text, or texts"},
		"its language":   {`{"texts": {"ru": "x"}, "language": "kk"}`, "text/csv", "number\n", "no text in this language"},
	} {
		kind, body := form(t, c.settings, c.kind, c.recipients)
		status, answer := p.post(t, path, kind, "x", body)
		require.Equal(t, http.StatusBadRequest, status, "%s: %v", name, answer)
		require.Contains(t, answer["detail"], c.detail, name)
	}
	for name, c := range map[string]struct {
		kind, body string
		status     int
	}{
		"type":      {"text/plain", "x", 400},
		"empty":     {"application/x-ndjson", "", 400},
		"boundary":  {"multipart/form-data", "x", 400},
		"cut":       {kind, body[:len(body)/2], 400},
		"too large": {"application/x-ndjson", `{"text": "x"}` + "\n" + strings.Repeat(" \n", 9<<20), 413},
		"too many":  {"application/x-ndjson", `{"text": "x"}` + "\n" + strings.Repeat("{\"number\": \"+77010000002\"}\n", notification.MostRecipients+1), 400},
	} {
		status, answer := p.post(t, path, c.kind, "x", c.body)
		require.Equal(t, c.status, status, "%s: %v", name, answer)
	}
	require.Equal(t, 1, pgtest.Value[int](t, p.url, `SELECT count(*) FROM notification_lists`))
	require.Equal(t, 2, pgtest.Value[int](t, p.url, `SELECT count(*) FROM notifications`))
}

// A citizen's dossier has the notices that clients have for the citizen; who is erased is sent none, though the list is being sent at this moment.
func TestNoticesOfACitizenWhoIsErased(t *testing.T) {
	t.Parallel()
	p := newSender(t)
	whose := pgtest.Value[int64](t, p.url, `SELECT id FROM citizens`)
	body := `{"text": "Пункт {a} готов"}` + "\n" + numbers(3) + `{"number": "+77010000001", "parameters": {"a": "42"}}` + "\n" +
		`{"national_number": "850101300015", "parameters": {"a": "43"}}` + "\n" + strings.ReplaceAll(numbers(3), "+7702", "+7705")
	status, l := p.post(t, "/api/v1/notification-lists", "application/x-ndjson", "l1", body)
	require.Equal(t, http.StatusCreated, status, l)
	d, err := p.db.ExportCitizen(t.Context(), whose, "test", "asked for it")
	require.NoError(t, err)
	require.Len(t, d.Notices, 2)
	require.ElementsMatch(t, []string{"Пункт 42 готов", "Пункт 43 готов"}, []string{d.Notices[0].Text, d.Notices[1].Text})
	require.Equal(t, []string{"ministry", "waiting"}, []string{d.Notices[0].Client, d.Notices[0].State})

	_, l = p.ask(t, "POST", "/api/v1/notification-lists/"+l["id"].(string)+"/start", noticeKey, "")
	require.Equal(t, "running", l["state"])
	var all sync.WaitGroup
	var erased privacy.Erased
	all.Go(func() {
		var err error
		erased, err = p.db.EraseCitizen(context.WithoutCancel(t.Context()), whose, "test", "asked for it", func(privacy.Erasure) error { return nil })
		assert.NoError(t, err)
	})
	all.Go(func() { p.goOn(t, 1) })
	all.Wait()
	p.goOn(t, 1)
	waiting := len(pgtest.Texts(t, p.url, "destination_index = $1", pgtest.Index("+77010000001")))
	require.Equal(t, erased.Waiting, waiting, "what was queued before is known to the erasure, and nothing is queued after it")
	require.Equal(t, 6, pgtest.Value[int](t, p.url, `SELECT count(*) FROM notifications WHERE state = 'queued'`), "the others are sent theirs")
	require.Equal(t, 2, pgtest.Value[int](t, p.url, `SELECT count(*) FROM notifications WHERE state = 'failed' AND failure = 'erased' AND number_index IS NULL AND citizen_id IS NULL`))
}
