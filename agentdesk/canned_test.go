package agentdesk_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/floor/floortest"
	"okno/internal/postgres/pgtest"
)

func TestCannedRepliesAreWrittenByLeaders(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	cookie, _ := o.logIn(t, floortest.Password)
	texts := m{"kk": "{case} дайын", "ru": "Дело {case} готово", "en": "Case {case} is ready"}
	p := o.open(t, cookie, nil)
	require.Equal(t, "forbidden", p.Sends("canned_save", m{"code": "готово", "texts": texts})["code"])
	o.becomes(t, "supervisor")
	p = o.open(t, cookie, nil)
	require.Equal(t, "texts.kk", p.Sends("canned_save", m{"code": "готово", "texts": m{"ru": "Готово", "en": "Ready"}})["field"])
	require.Equal(t, true, p.Sends("canned_save", m{"code": "Готово", "texts": texts})["ok"])
	require.Equal(t, "conflict", p.Sends("canned_save", m{"code": "готово", "texts": texts})["code"], "there is one")
	require.Equal(t, true, p.Sends("canned_save", m{"code": "готово", "texts": texts, "version": 1})["ok"])
	require.Equal(t, "conflict", p.Sends("canned_save", m{"code": "готово", "texts": texts, "version": 1})["code"], "somebody else was first")
	o.becomes(t, "agent")
	status, all := o.asks(t, cookie, http.MethodGet, "/desk/canned", nil)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, []any{m{"code": "готово", "texts": texts, "version": 2.}}, all["replies"])
	p = o.open(t, cookie, nil)
	require.Equal(t, "forbidden", p.Sends("canned_remove", m{"code": "готово", "version": 2})["code"])
	o.becomes(t, "supervisor")
	p = o.open(t, cookie, nil)
	require.Equal(t, "conflict", p.Sends("canned_remove", m{"code": "готово", "version": 1})["code"])
	require.Equal(t, true, p.Sends("canned_remove", m{"code": "готово", "version": 2})["ok"])
	require.Equal(t, "canned.save canned.save canned.remove", pgtest.Value[string](t, o.URL, `SELECT string_agg(action, ' ' ORDER BY id) FROM audit WHERE action LIKE 'canned.%'`))
}
