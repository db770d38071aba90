package agentdesk_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/acd"
	"okno/internal/floor/floortest"
	"okno/internal/postgres/pgtest"
	"okno/internal/privacy"
)

// What colleagues write to each other arrives at once, is counted until it is read, and shows to nobody else. A note that names a colleague does,
// too.
func TestColleaguesWriteToEachOther(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.hires(t, acd.Agent{Login: "other", Name: "Другой", Role: "agent", Languages: []string{"ru"}})
	o.hires(t, acd.Agent{Login: "third", Name: "Третья", Role: "agent", Languages: []string{"ru"}})
	o.hires(t, acd.Agent{Login: "checks", Name: "Аудитор", Role: "auditor", Languages: []string{"ru"}})
	id := func(login string) int64 {
		return pgtest.Value[int64](t, o.URL, `SELECT id FROM agents WHERE login = '`+login+`'`)
	}
	cookie, _ := o.logIn(t, floortest.Password)
	p := o.open(t, cookie, nil)
	otherCookie := cookieAt(t, o.server.URL, "other")
	other := o.open(t, otherCookie, nil)
	memos := func(cookie string) []any {
		t.Helper()
		status, answer := o.asks(t, cookie, http.MethodGet, "/desk/memos", nil)
		require.Equal(t, http.StatusOK, status)
		return answer["memos"].([]any)
	}
	unread := func(want float64) {
		t.Helper()
		other.Until("unread memos", func(got m) bool { return got["type"] == "snapshot" && got["memos"] == want })
	}
	require.Equal(t, true, p.Sends("memo_send", m{"to": id("other"), "text": " кто видел дело 5? "})["ok"])
	unread(1)
	got := memos(otherCookie)[0].(m)
	require.Equal(t, []any{"кто видел дело 5?", float64(o.Agents[0].ID), false, false}, []any{got["text"], got["from"], got["read"], got["mention"]})
	require.Empty(t, memos(cookieAt(t, o.server.URL, "third")))
	require.NotContains(t, pgtest.Value[string](t, o.URL, `SELECT encode(sealed, 'escape') FROM memos`), "кто")
	require.Equal(t, true, other.Sends("memos_read", m{"from": o.Agents[0].ID, "up_to": got["id"]})["ok"])
	unread(0)
	require.Equal(t, true, memos(cookie)[0].(m)["read"])

	for _, wrong := range []m{{"to": id("other"), "text": " "}, {"to": id("other"), "text": strings.Repeat("ы", 1001)}, {"to": o.Agents[0].ID, "text": "я"},
		{"to": id("checks"), "text": "аудитору"}, {"to": 4711, "text": "никому"}} {
		require.Equal(t, false, p.Sends("memo_send", wrong)["ok"], wrong)
	}
	require.Equal(t, 1, pgtest.Value[int](t, o.URL, `SELECT count(*)::int FROM memos`))
	status, _ := o.asks(t, cookieAt(t, o.server.URL, "checks"), http.MethodGet, "/desk/memos", nil)
	require.Equal(t, http.StatusForbidden, status)

	c := o.threadOf(t, p)
	require.Equal(t, true, p.Sends("note", m{"contact": c, "text": "@other гляньте, и @nobody тоже, и @aliya"})["ok"])
	unread(1)
	got = memos(otherCookie)[0].(m)
	require.Equal(t, []any{true, "@other гляньте, и @nobody тоже, и @aliya"}, []any{got["mention"], got["text"]})
	require.Equal(t, 2, pgtest.Value[int](t, o.URL, `SELECT count(*)::int FROM memos`), "whoever writes is not told")
}

// Whoever works on a case notes something about it, and who is named in the note reads it. It goes with the citizen.
func TestNotesOnACase(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.hires(t, acd.Agent{Login: "other", Name: "Другой", Role: "agent", Languages: []string{"ru"}})
	number := o.opens(t, "+77010008806", "900513000008", 1)[0]
	cookie, _ := o.logIn(t, floortest.Password)
	other := cookieAt(t, o.server.URL, "other")
	path := "/desk/cases/" + number
	note := func(cookie, text string) int {
		t.Helper()
		status, _ := o.asks(t, cookie, http.MethodPost, path+"/note", m{"text": text})
		return status
	}
	require.Equal(t, http.StatusForbidden, note(cookie, "не моё"))
	status, _ := o.asks(t, cookie, http.MethodPost, path+"/take", nil)
	require.Equal(t, http.StatusNoContent, status)
	require.Equal(t, http.StatusNoContent, note(cookie, " ждём справку, @other "))
	require.Equal(t, http.StatusForbidden, note(other, "чужое"))
	require.Equal(t, http.StatusBadRequest, note(cookie, "  "))
	require.Equal(t, http.StatusBadRequest, note(cookie, strings.Repeat("ы", 1001)))
	notes := func() []any {
		t.Helper()
		status, view := o.asks(t, cookie, http.MethodGet, path, nil)
		require.Equal(t, http.StatusOK, status)
		return view["notes"].([]any)
	}
	require.Len(t, notes(), 1)
	require.Equal(t, []any{"ждём справку, @other", "Алия"}, []any{notes()[0].(m)["text"], notes()[0].(m)["name"]})
	_, answer := o.asks(t, other, http.MethodGet, "/desk/memos", nil)
	got := answer["memos"].([]any)[0].(m)
	require.Equal(t, []any{true, number, "ждём справку, @other"}, []any{got["mention"], got["about"], got["text"]})
	require.Equal(t, 1, pgtest.Value[int](t, o.URL, `SELECT count(*)::int FROM audit WHERE action = 'case.note'`))
	require.NotContains(t, pgtest.Dump(t, o.URL), "справку")

	citizen := pgtest.Value[int64](t, o.URL, `SELECT citizen_id FROM cases WHERE number = '`+number+`'`)
	archive, err := o.DB.ExportCitizen(t.Context(), citizen, "test", "просит гражданин")
	require.NoError(t, err)
	require.Contains(t, fmt.Sprintf("%+v", archive.Cases), "ждём справку")
	_, err = o.DB.EraseCitizen(t.Context(), citizen, "test", "просит гражданин", func(privacy.Erasure) error { return nil })
	require.NoError(t, err)
	require.Zero(t, pgtest.Value[int](t, o.URL, `SELECT (SELECT count(*) FROM case_notes WHERE sealed IS NOT NULL) + (SELECT count(*) FROM memos)`))
}

// threadOf is a thread that the agent has in hand.
func (o *office) threadOf(t *testing.T, p *page) any {
	t.Helper()
	require.Equal(t, true, p.Sends("set_status", m{"status": "available"})["ok"])
	o.writes(t, "оператор")
	contact := p.Snapshot("an offer", inState("offered"))[0].(m)["id"]
	require.Equal(t, true, p.Sends("accept", m{"contact": contact})["ok"])
	return contact
}
