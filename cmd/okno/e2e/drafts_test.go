package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
)

// What is written survives switching, a reload, a crash of the browser and a logout; a field that was sent or filed is empty.
func TestDraftsSurvive(t *testing.T) {
	t.Parallel()
	s := newShift(t)
	const citizen, other = "+77010000004", "+77010000002"
	s.talks(t, citizen)
	s.desk.types(t, ".reply textarea", "Начатый ответ")
	s.desk.types(t, ".note textarea", "Перезвонить в отдел")
	s.desk.clicks(t, ".cases .open-case")
	s.desk.types(t, ".cases input[name=subject]", "Ошибка в отчестве")
	s.desk.reads(t, ".segments", "1 SMS")
	s.kept(t, "case", "Ошибка в отчестве")

	s.talks(t, other)
	s.desk.holds(t, ".reply textarea", "")
	s.desk.clicks(t, ".contacts li:first-child button")
	s.desk.holds(t, ".reply textarea", "Начатый ответ")
	s.desk.types(t, ".reply textarea", ", перед самой перезагрузкой")
	s.desk.do(t, "reload", chromedp.Reload())
	s.desk.clicks(t, ".contacts li:first-child button")
	s.desk.holds(t, ".reply textarea", "Начатый ответ, перед самой перезагрузкой")
	s.desk.holds(t, ".note textarea", "Перезвонить в отдел")
	s.desk.holds(t, ".cases input[name=subject]", "Ошибка в отчестве")
	require.NotContains(t, pgtest.Dump(t, s.database), "отчестве")

	s.desk = browse(t, s.http+"/desk/", recorded(operatorSays)) // on another machine
	s.logsIn(t)
	s.desk.clicks(t, ".contacts li:first-child button")
	s.desk.holds(t, ".reply textarea", "Начатый ответ, перед самой перезагрузкой")
	s.desk.clicks(t, ".reply button.primary")
	s.gets(t, citizen, "Начатый ответ, перед самой перезагрузкой")
	s.desk.holds(t, ".reply textarea", "")
	s.desk.clicks(t, ".cases form .primary")
	s.desk.reads(t, ".cases .case", "Ошибка в отчестве")
	eventually(t, patience, func() bool {
		return pgtest.Value[string](t, s.database, `SELECT string_agg(field, ' ') FROM drafts`) == "note"
	}, func() string { return "what was sent is still kept" })
}

// kept waits until the server has a draft.
func (s *shift) kept(t *testing.T, field, about string) {
	t.Helper()
	eventually(t, patience, func() bool {
		return pgtest.Value[int](t, s.database, `SELECT count(*) FROM drafts WHERE field = $1`, field) == 1
	}, func() string { return "no draft about " + about })
}

// The end of a wrap-up files what was chosen and written by then, and says so.
func TestTheEndOfAWrapUpSavesWhatStandsThere(t *testing.T) {
	t.Parallel()
	s := newShift(t)
	s.talks(t, "+77010000004")
	s.desk.types(t, ".note textarea", "Просил справку")
	s.desk.clicks(t, "button.finish")
	s.desk.clicks(t, `.wrapup input[value="informed"]`)
	s.desk.types(t, ".wrapup input[name=note]", "Отправил ссылку")
	s.kept(t, "wrap_up", "the outcome")
	eventually(t, patience, func() bool {
		return s.drafted(t, "wrap_up") == `{"disposition":"informed","note":"Отправил ссылку"}`
	}, func() string { return s.drafted(t, "wrap_up") })
	pgtest.Exec(t, s.database, `UPDATE contacts SET wrap_up_until = now() WHERE state = 'wrap_up'`)
	s.desk.sees(t, "#overdue")
	require.Equal(t, "informed", pgtest.Value[string](t, s.database, `SELECT disposition FROM contacts ORDER BY id DESC LIMIT 1`))
	require.Equal(t, "Просил справку\nОтправил ссылку",
		pgtest.Opened[string](t, s.database, `SELECT body FROM entries WHERE kind = 'note' ORDER BY id DESC LIMIT 1`))
	require.Zero(t, pgtest.Value[int](t, s.database, `SELECT count(*) FROM drafts`))
}

// drafted asks the server, as the page does, what it has of a field of the only contact.
func (s *shift) drafted(t *testing.T, field string) string {
	t.Helper()
	return value[string](t, s.desk, fmt.Sprintf(`(async () => {
		const view = await (await fetch('/desk/contacts/%d')).json()
		return view.drafts[%s] ?? ''
	})()`, pgtest.Value[int64](t, s.database, `SELECT max(id) FROM contacts`), quoted(field)))
}
