package agentdesk_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/acd"
	"okno/internal/attachment"
	"okno/internal/attachment/folder"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
	"okno/internal/privacy"
	"okno/internal/recording/recordingtest"
)

// keptTalk is a talk that an agent had with a number, and that was recorded and kept with a content.
func (o *office) keptTalk(t *testing.T, agent int64, number, content string) (interaction, id int64) {
	t.Helper()
	o.Do(t, func(w *store.Work) (err error) {
		interaction, err = w.OpenInteraction(t.Context(), conversation.Interaction{Channel: dialogue.Voice, Number: number, Verification: "none", Language: dialogue.Russian})
		return err
	})
	files, err := folder.New(o.folder)
	require.NoError(t, err)
	key, err := o.DB.RecordingKey(t.Context(), interaction)
	require.NoError(t, err)
	s, err := attachment.NewKeeper(files).Keep(t.Context(), key, strings.NewReader(content))
	require.NoError(t, err)
	pgtest.Exec(t, o.URL, fmt.Sprintf(`
		UPDATE interactions SET ended_at = now() WHERE id = %[1]d;
		INSERT INTO contacts (interaction_id, queue, channel, language, reason, effect, state, agent_id, queued_at, accepted_at, connected_at, released_at, ended_at, outcome)
		VALUES (%[1]d, 'general', 'voice', 'ru', 'why.asked', 'x', 'ended', %[2]d, now() - interval '4 min', now() - interval '3 min', now() - interval '3 min', now() - interval '1 min', now(), 'served');
		INSERT INTO recordings (interaction_id, contact_id, asterisk, name, state, began_at, ended_at, expires_at, file, media_type, size, hash)
		SELECT %[1]d, max(id), 'ast1', 'okno-talk-%[1]d', 'kept', now() - interval '3 min', now() - interval '1 min', now() + interval '90 days', '%[3]s', 'audio/wav', %[4]d, '\x%[5]x'
		FROM contacts WHERE interaction_id = %[1]d`, interaction, agent, s.File, s.Size, s.Hash))
	return interaction, pgtest.Value[int64](t, o.URL, `SELECT max(id) FROM recordings`)
}

// A talk is heard by the agent who had a part in it and by a supervisor, from any place on, and by nobody else; the journal has each time. It
// shows in the case that it was about.
func TestTalksAreHeardByWhoMay(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.hires(t, acd.Agent{Login: "other", Name: "Другой", Role: "agent", Languages: []string{"ru"}})
	o.hires(t, acd.Agent{Login: "chief", Name: "Старшая", Role: "supervisor", Languages: []string{"ru"}})
	o.hires(t, acd.Agent{Login: "checks", Name: "Аудитор", Role: "auditor", Languages: []string{"ru"}})
	content := strings.Repeat("0123456789", 20_000) // more than a chunk
	interaction, id := o.keptTalk(t, o.Agents[0].ID, "+77010008802", content)
	number := o.opens(t, "+77010008802", "900513000008", 1)[0]
	o.Do(t, func(w *store.Work) error {
		c, err := w.CaseByNumber(t.Context(), number)
		require.NoError(t, err)
		return w.LinkCase(t.Context(), interaction, c.ID)
	})
	server := o.edged(t)
	agent, other, chief, auditor := cookieAt(t, server.URL, "aliya"), cookieAt(t, server.URL, "other"), cookieAt(t, server.URL, "chief"), cookieAt(t, server.URL, "checks")
	hear := func(cookie, ranged string) (*http.Response, string) {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, fmt.Sprintf("%s/desk/recordings/%d", server.URL, id), nil)
		require.NoError(t, err)
		request.Header.Set("Cookie", cookie)
		if ranged != "" {
			request.Header.Set("Range", ranged)
		}
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		return response, string(body)
	}
	for cookie, want := range map[string]int{"": 401, other: 403, auditor: 403} {
		response, body := hear(cookie, "")
		require.Equal(t, want, response.StatusCode, body)
	}
	for _, cookie := range []string{agent, chief} {
		response, body := hear(cookie, "")
		require.Equal(t, http.StatusOK, response.StatusCode, body)
		require.Equal(t, content, body)
		require.Equal(t, "audio/wav", response.Header.Get("Content-Type"))
		require.Equal(t, "no-store", response.Header.Get("Cache-Control"))
		response, body = hear(cookie, "bytes=150003-150012")
		require.Equal(t, http.StatusPartialContent, response.StatusCode)
		require.Equal(t, "3456789012", body)
		response, body = hear(cookie, "bytes=-5")
		require.Equal(t, http.StatusPartialContent, response.StatusCode)
		require.Equal(t, "56789", body)
		response, _ = hear(cookie, "bytes=900000-")
		require.Equal(t, http.StatusRequestedRangeNotSatisfiable, response.StatusCode)
	}
	status, _ := asksAt(t, server.URL, other, http.MethodGet, fmt.Sprintf("/desk/recordings/%d/waveform", id), nil)
	require.Equal(t, http.StatusForbidden, status)
	status, _ = asksAt(t, server.URL, agent, http.MethodGet, fmt.Sprintf("/desk/recordings/%d/waveform", id), nil)
	require.Equal(t, http.StatusInternalServerError, status, "what was kept is no recording")
	_, sounds := o.keptTalk(t, o.Agents[0].ID, "+77010008803", string(recordingtest.Talk(t, 2*time.Second, []recordingtest.Span{{From: 0, To: time.Second}}, nil)))
	status, wave := asksAt(t, server.URL, agent, http.MethodGet, fmt.Sprintf("/desk/recordings/%d/waveform", sounds), nil)
	require.Equal(t, http.StatusOK, status)
	require.Len(t, wave["citizen"], 300)
	require.Equal(t, []any{24., 0., 0.}, []any{wave["citizen"].([]any)[10], wave["citizen"].([]any)[200], wave["others"].([]any)[10]})
	require.Equal(t, 9, pgtest.Value[int](t, o.URL, `SELECT count(*)::int FROM audit WHERE action = 'recording.hear' AND detail ->> 'interaction' = '`+fmt.Sprint(interaction)+`'`))

	status, _ = asksAt(t, server.URL, other, http.MethodPost, "/desk/cases/"+number+"/take", nil)
	require.Equal(t, http.StatusNoContent, status)
	_, view := asksAt(t, server.URL, other, http.MethodGet, "/desk/cases/"+number, nil)
	talk := view["recordings"].([]any)[0].(m)
	require.Equal(t, false, talk["hear"], "the case alone gives no right to the talk")
	require.Equal(t, float64(120), talk["seconds"])

	pgtest.Exec(t, o.URL, `UPDATE recordings SET state = 'over', file = NULL`)
	response, _ := hear(agent, "")
	require.Equal(t, http.StatusNotFound, response.StatusCode)
}

// A talk goes with its citizen: exported with what else is kept, and gone with the erasure, when its key is.
func TestTalksAreExportedAndErased(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	citizen := o.registers(t, "+77010008803")
	interaction, _ := o.keptTalk(t, o.Agents[0].ID, "+77010008803", "что было сказано")
	d, err := o.DB.ExportCitizen(t.Context(), citizen, "test", "просит гражданин")
	require.NoError(t, err)
	require.Len(t, d.Interactions, 1)
	require.Len(t, d.Interactions[0].Recordings, 1)
	r := d.Interactions[0].Recordings[0]
	require.Equal(t, fmt.Sprintf("recordings/%d/1.wav", interaction), r.Path)
	files, err := folder.New(o.folder)
	require.NoError(t, err)
	content, err := attachment.NewKeeper(files).Read(t.Context(), r.Key, r.Stored)
	require.NoError(t, err)
	defer content.Close()
	whole, err := io.ReadAll(content)
	require.NoError(t, err)
	require.Equal(t, "что было сказано", string(whole))

	_, err = o.DB.EraseCitizen(t.Context(), citizen, "test", "просит гражданин", func(privacy.Erasure) error { return nil })
	require.NoError(t, err)
	require.Zero(t, pgtest.Value[int](t, o.URL, `SELECT count(*)::int FROM recordings`))
	_, err = o.DB.RecordingKey(t.Context(), interaction)
	require.ErrorIs(t, err, attachment.ErrErased)
}

// A talk is kept for the days of its queue.
func TestTalksEndWithTheDaysOfTheirQueue(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.keptTalk(t, o.Agents[0].ID, "+77010008804", "что было сказано")
	_, _, err := o.DB.SweepOld(t.Context(), time.Now().Add(89*24*time.Hour), time.Minute)
	require.NoError(t, err)
	require.Equal(t, 1, pgtest.Value[int](t, o.URL, `SELECT count(*)::int FROM recordings`))
	_, _, err = o.DB.SweepOld(t.Context(), time.Now().Add(91*24*time.Hour), time.Minute)
	require.NoError(t, err)
	require.Zero(t, pgtest.Value[int](t, o.URL, `SELECT count(*)::int FROM recordings`))
}
