package agentdesk_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/agentdesk"
	"okno/internal/acd"
	"okno/internal/attachment"
	"okno/internal/attachment/folder"
	"okno/internal/edge"
	"okno/internal/fault"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
	"okno/internal/privacy"
)

// files is a keeper over a folder of the test's.
func (o *office) files(t *testing.T) *attachment.Keeper {
	t.Helper()
	o.folder = filepath.Join(t.TempDir(), "attachments")
	files, err := folder.New(o.folder)
	require.NoError(t, err)
	return attachment.NewKeeper(files)
}

// kept lists the files in the folder of attachments.
func (o *office) kept(t *testing.T) (found []string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(o.folder, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			found = append(found, path)
		}
		return err
	}))
	return found
}

// edged is the office's desk behind what stands before every listener.
func (o *office) edged(t *testing.T) *httptest.Server {
	t.Helper()
	handler := o.server.Config.Handler
	server := httptest.NewUnstartedServer(nil)
	server.Config = edge.NewServer(edge.Protect(handler, edge.Options{MostBody: agentdesk.MostBody, Log: zerolog.Nop()}), zerolog.Nop())
	server.Start()
	t.Cleanup(server.Close)
	return server
}

// sends sends a request with a body of its own; its length is known if content is a bytes.Reader.
func sends(t *testing.T, method, address, cookie string, content io.Reader) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, address, content)
	require.NoError(t, err)
	request.Header.Set("Cookie", cookie)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response, string(body)
}

type zeros struct{}

func (zeros) Read(into []byte) (int, error) { return len(into), nil }

// A file is added by whoever has the case, read as it was by whoever may see the case, and shown by no browser.
func TestFilesAreAttachedToACase(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.hires(t, acd.Agent{Login: "chief", Name: "Старшая", Role: "supervisor", Languages: []string{"ru"}})
	number := o.opens(t, "+77010008801", "900513000008", 1)[0]
	server := o.edged(t)
	agent, chief := cookieAt(t, server.URL, "aliya"), cookieAt(t, server.URL, "chief")
	path := server.URL + "/desk/cases/" + number
	at := func(name string) string { return path + "/attachments?name=" + url.QueryEscape(name) }
	photo := "\x89PNG\r\n\x1a\n" + strings.Repeat("секрет", 300_000) // 3.6 MB: more than others may send
	for cookie, want := range map[string]int{"": 401, agent: 403} {
		response, body := sends(t, http.MethodPost, at("фото.png"), cookie, strings.NewReader(photo))
		require.Equal(t, want, response.StatusCode, body)
	}
	require.Empty(t, o.kept(t))
	status, _ := asksAt(t, server.URL, agent, http.MethodPost, "/desk/cases/"+number+"/take", nil)
	require.Equal(t, http.StatusNoContent, status)
	for name, content := range map[string]string{`C:\фото.png`: photo, "письмо.png": "<html><script>alert(1)</script>"} {
		response, body := sends(t, http.MethodPost, at(name), agent, strings.NewReader(content))
		require.Equal(t, http.StatusOK, response.StatusCode, body)
	}
	_, view := asksAt(t, server.URL, agent, http.MethodGet, "/desk/cases/"+number, nil)
	types := map[string]any{}
	ids := map[string]string{}
	for _, a := range view["attachments"].([]any) {
		name := a.(m)["name"].(string)
		types[name], ids[name] = a.(m)["type"], fmt.Sprint(a.(m)["id"])
	}
	require.Equal(t, map[string]any{"фото.png": "image/png", "письмо.png": "text/html; charset=utf-8"}, types)
	history := view["history"].([]any)
	require.Contains(t, []any{"+ фото.png", "+ письмо.png"}, history[len(history)-1].(m)["why"])
	dump := pgtest.Dump(t, o.URL)
	require.NotContains(t, dump, "фото.png")

	response, body := sends(t, http.MethodGet, path+"/attachments/"+ids["фото.png"], agent, nil)
	require.Equal(t, http.StatusOK, response.StatusCode)
	require.True(t, body == photo)
	require.Equal(t, "attachment; filename*=utf-8''%D1%84%D0%BE%D1%82%D0%BE.png", response.Header.Get("Content-Disposition"))
	require.Equal(t, []string{"nosniff", "image/png", "no-store"}, []string{response.Header.Get("X-Content-Type-Options"), response.Header.Get("Content-Type"), response.Header.Get("Cache-Control")})
	response, _ = sends(t, http.MethodGet, path+"/attachments/"+ids["письмо.png"], agent, nil)
	require.Equal(t, "application/octet-stream", response.Header.Get("Content-Type"), "whatever it is called")

	for address, want := range map[string]int{
		path + "/attachments/" + ids["фото.png"]:                                                        403,
		path + "/attachments/" + ids["фото.png"] + "?reason=" + url.QueryEscape("жалоба на ответ"):      200,
		path + "/attachments/9999?reason=" + url.QueryEscape("жалоба на ответ"):                         404,
		server.URL + "/desk/cases/123456786/attachments/1?reason=" + url.QueryEscape("жалоба на ответ"): 404,
	} {
		response, body := sends(t, http.MethodGet, address, chief, nil)
		require.Equal(t, want, response.StatusCode, body[:min(len(body), 200)])
	}
	require.Equal(t, 3, pgtest.Value[int](t, o.URL, `SELECT count(*) FROM audit WHERE action = 'case.attachment.view'`))
	require.Equal(t, 2, pgtest.Value[int](t, o.URL, `SELECT count(*) FROM audit WHERE action = 'case.attach'`))

	// It is taken off by whoever has the case, with a reason; the content goes along.
	remove := func(cookie, id, why string) (int, m) {
		return asksAt(t, server.URL, cookie, http.MethodPost, "/desk/cases/"+number+"/attachments/"+id+"/remove", m{"why": why})
	}
	before := len(o.kept(t))
	for name, c := range map[string]struct {
		cookie, id, why string
		status          int
	}{
		"not assigned": {chief, ids["письмо.png"], "ошибка", 403},
		"no reason":    {agent, ids["письмо.png"], " ", 400},
		"unknown":      {agent, "9999", "ошибка", 404},
		"no id":        {agent, "x", "ошибка", 404},
	} {
		status, answer := remove(c.cookie, c.id, c.why)
		require.Equal(t, c.status, status, "%s: %v", name, answer)
	}
	require.Len(t, o.kept(t), before)
	status, _ = remove(agent, ids["письмо.png"], "не тот гражданин")
	require.Equal(t, http.StatusNoContent, status)
	status, _ = remove(agent, ids["письмо.png"], "не тот гражданин")
	require.Equal(t, http.StatusNotFound, status, "once")
	require.Len(t, o.kept(t), before-1)
	_, view = asksAt(t, server.URL, agent, http.MethodGet, "/desk/cases/"+number, nil)
	require.Len(t, view["attachments"], 1)
	whys := []any{}
	for _, h := range view["history"].([]any) {
		whys = append(whys, h.(m)["why"])
	}
	require.Contains(t, whys, "− письмо.png: не тот гражданин")
	require.Equal(t, 1, pgtest.Value[int](t, o.URL, `SELECT count(*) FROM audit WHERE action = 'case.detach'`))
	require.NotContains(t, pgtest.Dump(t, o.URL), "не тот гражданин")

	for _, file := range o.kept(t) {
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		require.NotContains(t, string(content), "секрет")
		require.NoError(t, os.WriteFile(file, append(content[:100], 'x'), 0o600))
	}
	response, _ = sends(t, http.MethodGet, path+"/attachments/"+ids["фото.png"], agent, nil)
	require.Equal(t, http.StatusGone, response.StatusCode, "altered")
	require.NoError(t, os.RemoveAll(o.folder))
	response, _ = sends(t, http.MethodGet, path+"/attachments/"+ids["фото.png"], agent, nil)
	require.Equal(t, http.StatusGone, response.StatusCode, "missing")
}

// What is too large, empty, nameless, one too many or breaks off is refused, and leaves neither a file nor a row.
func TestARefusedFileLeavesNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	number := o.opens(t, "+77010008801", "900513000008", 1)[0]
	server := o.edged(t)
	agent := cookieAt(t, server.URL, "aliya")
	status, _ := asksAt(t, server.URL, agent, http.MethodPost, "/desk/cases/"+number+"/take", nil)
	require.Equal(t, http.StatusNoContent, status)
	at := server.URL + "/desk/cases/" + number + "/attachments?name="
	huge := make([]byte, 100<<20)
	for name, c := range map[string]struct {
		name    string
		content io.Reader
		status  int
	}{
		"100 MB":                  {"a", bytes.NewReader(huge), 413},
		"100 MB of unsaid length": {"a", io.LimitReader(zeros{}, 100<<20), 413},
		"a byte too many":         {"a", io.LimitReader(zeros{}, attachment.MostBytes+1), 413},
		"empty":                   {"a", bytes.NewReader(nil), 400},
		"no name":                 {"", strings.NewReader("x"), 400},
		"a bad name":              {"..", strings.NewReader("x"), 400},
	} {
		response, body := sends(t, http.MethodPost, at+c.name, agent, c.content)
		require.Equal(t, c.status, response.StatusCode, "%s: %s", name, body)
		require.Empty(t, o.kept(t), name)
	}

	connection, err := net.Dial("tcp", server.Listener.Addr().String())
	require.NoError(t, err)
	_, err = fmt.Fprintf(connection, "POST /desk/cases/%s/attachments?name=a HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\nContent-Length: 1000000\r\n\r\n%s",
		number, server.Listener.Addr(), agent, strings.Repeat("x", 500_000))
	require.NoError(t, err)
	require.Eventually(t, func() bool { return len(o.kept(t)) == 1 }, 10*time.Second, time.Millisecond, "it is being written")
	require.NoError(t, connection.Close())
	require.Eventually(t, func() bool { return len(o.kept(t)) == 0 }, 10*time.Second, 10*time.Millisecond, "half of it is nothing")
	require.Zero(t, pgtest.Value[int](t, o.URL, `SELECT count(*) FROM case_attachments`))

	response, _ := sends(t, http.MethodPost, at+"a", agent, io.LimitReader(zeros{}, attachment.MostBytes))
	require.Equal(t, http.StatusOK, response.StatusCode, "just not too large")
	pgtest.Exec(t, o.URL, `INSERT INTO case_attachments (case_id, file, sealed, media_type, size, hash, by)
		SELECT id, n::text, '', '', 1, '', '' FROM cases, generate_series(1, 49) n`)
	response, _ = sends(t, http.MethodPost, at+"a", agent, strings.NewReader("x"))
	require.Equal(t, http.StatusConflict, response.StatusCode, "51")
	require.Len(t, o.kept(t), 1)
	response, _ = sends(t, http.MethodPost, server.URL+"/desk/cases/"+number+"/link?name=a", agent, bytes.NewReader(huge[:2<<20]))
	require.Equal(t, http.StatusBadRequest, response.StatusCode, "no other request may be larger")
}

// A citizen who is erased takes the files along: the rows at once, what they open with as well, and the files with the next sweeps. Until then
// the citizen's archive has them.
func TestAnErasedCitizensFilesAreGone(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	number := o.opens(t, "+77010008801", "900513000008", 1)[0]
	agent := cookieAt(t, o.server.URL, "aliya")
	status, _ := asksAt(t, o.server.URL, agent, http.MethodPost, "/desk/cases/"+number+"/take", nil)
	require.Equal(t, http.StatusNoContent, status)
	response, _ := sends(t, http.MethodPost, o.server.URL+"/desk/cases/"+number+"/attachments?name="+url.QueryEscape("акт.txt"), agent, strings.NewReader("содержание акта"))
	require.Equal(t, http.StatusOK, response.StatusCode)
	files, err := folder.New(o.folder)
	require.NoError(t, err)
	whose := pgtest.Value[int64](t, o.URL, `SELECT citizen_id FROM cases`)
	d, err := o.DB.ExportCitizen(t.Context(), whose, "test", "asked for it")
	require.NoError(t, err)
	require.Len(t, d.Cases[0].Attachments, 1)
	a := d.Cases[0].Attachments[0]
	require.Equal(t, "акт.txt", a.Name)
	content, err := attachment.NewKeeper(files).Read(t.Context(), a.Key, a.Stored)
	require.NoError(t, err)
	read, err := io.ReadAll(content)
	require.NoError(t, err)
	require.Equal(t, "содержание акта", string(read))
	require.NoError(t, content.Close())

	_, err = o.DB.EraseCitizen(t.Context(), whose, "test", "asked for it", func(privacy.Erasure) error { return nil })
	require.NoError(t, err)
	require.Zero(t, pgtest.Value[int](t, o.URL, `SELECT count(*) FROM case_attachments`))
	response, _ = sends(t, http.MethodPost, o.server.URL+"/desk/cases/"+number+"/attachments?name=a", agent, strings.NewReader("x"))
	require.Equal(t, http.StatusConflict, response.StatusCode, "nothing more is kept of this citizen")
	require.Len(t, o.kept(t), 1)
	swept, err := attachment.NewSweeper(files, o.DB.Files(), func() time.Time { return time.Now().Add(attachment.Grace + time.Minute) }, nil, zerolog.Nop()).Sweep(t.Context())
	require.NoError(t, err)
	require.Equal(t, attachment.Swept{Removed: 1}, swept)
	require.Empty(t, o.kept(t))
}

// A row that was not written leaves no file; one that may have been written keeps its file, for the sweeper to judge.
func TestAFileWithoutARow(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	number := o.opens(t, "+77010008801", "900513000008", 1)[0]
	agent := cookieAt(t, o.server.URL, "aliya")
	status, _ := asksAt(t, o.server.URL, agent, http.MethodPost, "/desk/cases/"+number+"/take", nil)
	require.Equal(t, http.StatusNoContent, status)
	for want, failure := range map[int]error{0: errors.New("the row is refused"), 1: fmt.Errorf("commit: %w", fault.ErrUncertain)} {
		units := 0
		desk := agentdesk.New(agentdesk.Options{Store: o.DB, Node: "other", Page: http.NotFoundHandler(), Log: zerolog.Nop(), Attachments: o.files(t),
			Units: func(ctx context.Context, fn func(agentdesk.Work) error) error {
				if units++; units == 2 { // that of the row
					return failure
				}
				return o.DB.Do(ctx, func(w *store.Work) error { return fn(w) })
			}})
		mux := http.NewServeMux()
		desk.Register(mux)
		recorder := httptest.NewRecorder()
		request := httptest.NewRequest(http.MethodPost, "/desk/cases/"+number+"/attachments?name=a", strings.NewReader("x"))
		request.Header.Set("Cookie", agent)
		mux.ServeHTTP(recorder, request)
		require.GreaterOrEqual(t, recorder.Code, 500)
		require.Len(t, o.kept(t), want, failure)
	}
	require.Zero(t, pgtest.Value[int](t, o.URL, `SELECT count(*) FROM case_attachments`))
}
