package e2e

import (
	"fmt"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"okno/internal/attachment/s3/s3test"
	"okno/internal/postgres/pgtest"
)

// An operator takes a case from the list, adds a file, reads it back, links the case, splits it, and takes the link and the file back.
func TestACaseIsWorkedOnAtThePage(t *testing.T) {
	t.Parallel()
	url, folder := pgtest.URL(t), filepath.Join(t.TempDir(), "attachments")
	o := newOkno(t, fmt.Sprintf("database_url: %q\nroles: [desk]\nattachments: {dir: %q}\n", url, folder))
	o.run(t, "sample")
	pgtest.Exec(t, url, `UPDATE cases SET due_at = now() + interval '1 hour'`)
	o.start(t)
	o.awaitReady(t, time.Minute)
	desk := opensCase(t, o)
	number := value[string](t, desk, `document.querySelector('#worklist tr[data-number] .open').closest('tr').dataset.number`)
	other := pgtest.Value[string](t, url, `SELECT number FROM cases WHERE number <> $1 LIMIT 1`, number)

	desk.attaches(t, "new Uint8Array(21 << 20)")
	desk.sees(t, "#opened-case .attachments .wrong")
	desk.attaches(t, "'содержание акта '.repeat(100000)") // 3 MB: more than any other request may have
	desk.reads(t, "#opened-case .attachments li a", "акт.txt")
	require.Equal(t, "содержание акта содержание", value[string](t, desk, `fetch(document.querySelector('#opened-case .attachments li a').href).then((r) => r.text()).then((s) => s.slice(0, 26))`))
	desk.reads(t, "#opened-case .history", "+ акт.txt")

	desk.clicks(t, "#opened-case .link-case summary")
	desk.types(t, "#opened-case input[name=other]", other)
	desk.types(t, "#opened-case .link-case form:first-of-type input[name=why]", "одно дело")
	desk.clicks(t, "#opened-case button[value=link]")
	desk.reads(t, "#opened-case .case-links", other[:3]+" "+other[3:6]+" "+other[6:])
	desk.types(t, "#opened-case .split-case input[name=subject]", "Отдельное дело")
	desk.types(t, "#opened-case .split-case textarea", "Весь текст отдельного дела.")
	desk.types(t, "#opened-case .split-case input[name=why]", "другое ведомство")
	desk.clicks(t, "#opened-case .split-case button")
	desk.reads(t, "#opened-case .case-links", "Из него выделено")
	require.Equal(t, 1, pgtest.Value[int](t, url, `SELECT count(*) FROM case_links WHERE kind = 'split_from'`))
	desk.picture(t, "desk-case.png")

	desk.clicks(t, "#opened-case .case-links .unlink")
	desk.reads(t, "#opened-case .history", "больше нет")
	require.Zero(t, pgtest.Value[int](t, url, `SELECT count(*) FROM case_links WHERE kind = 'related'`))
	desk.clicks(t, "#opened-case .remove-file summary")
	desk.types(t, "#opened-case .remove-file input[name=why]", "не тот акт")
	desk.clicks(t, "#opened-case .remove-file button")
	desk.reads(t, "#opened-case .history", "− акт.txt: не тот акт")
	require.Zero(t, pgtest.Value[int](t, url, `SELECT count(*) FROM case_attachments`))
}

// opensCase is an operator's desk, in which the operator has taken a case that is due.
func opensCase(t *testing.T, o *okno) *page {
	t.Helper()
	desk := browse(t, o.http+"/desk/", recorded(operatorSays))
	desk.logsIn(t, "aliya", demoPassword)
	desk.clicks(t, "#section-work")
	desk.clicks(t, "#view-due")
	desk.clicks(t, "#worklist .take")
	desk.sees(t, "#opened-case .subject")
	return desk
}

// attaches adds a file to the case that is open; content is an expression of the page's.
func (p *page) attaches(t *testing.T, content string) {
	t.Helper()
	require.True(t, value[bool](t, p, fmt.Sprintf(`(() => {
		const input = document.querySelector('#opened-case input[type=file]'), files = new DataTransfer()
		files.items.add(new File([%s], 'акт.txt'))
		input.files = files.files
		return input.files.length === 1
	})()`, content)))
	p.clicks(t, "#opened-case .attachments label:has(input[type=file]) + button")
}

// The files of cases lie in an object store. While it is away, the desk says so, /readyz names it, and all else goes on.
func TestFilesOfCasesLieInAnObjectStore(t *testing.T) {
	t.Parallel()
	url, store := pgtest.URL(t), s3test.NewServer(t)
	c := store.Config
	o := newOkno(t, fmt.Sprintf("database_url: %q\nroles: [desk]\nattachments: {s3: {endpoint: %q, bucket: %q, prefix: %q, access_key: %q, secret_key: %q, ca_file: %q}}\n",
		url, c.Endpoint, c.Bucket, c.Prefix, c.AccessKey, c.SecretKey, c.CAFile))
	o.run(t, "sample")
	pgtest.Exec(t, url, `UPDATE cases SET due_at = now() + interval '1 hour'`)
	o.start(t)
	o.awaitReady(t, time.Minute)
	desk := opensCase(t, o)
	desk.attaches(t, "'содержание акта '.repeat(100000)")
	desk.reads(t, "#opened-case .attachments li a", "акт.txt")
	require.Len(t, store.Keys(t), 1)
	require.NotContains(t, string(store.Get(t, store.Keys(t)[0])), "содержание", "it is sealed")
	const download = `fetch(document.querySelector('#opened-case .attachments li a').href).then((r) => r.text()).then((s) => s.length + s.slice(0, 10))`
	require.Equal(t, "1600000содержание", value[string](t, desk, download))

	store.Fail(func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { w.WriteHeader(http.StatusForbidden) })
	var told map[string]string
	eventually(t, 10*time.Second, func() bool {
		var status int
		status, told = o.ready(t)
		require.Equal(t, http.StatusOK, status, "the node is ready without its files: %v", told)
		return told["attachments"] != ""
	}, func() string { return "nothing is told of the store" })
	require.Contains(t, told["attachments"], c.Endpoint)
	desk.attaches(t, "'второй'")
	desk.sees(t, "#opened-case .attachments .wrong")
	store.Fail(nil)
	eventually(t, 10*time.Second, func() bool {
		_, told = o.ready(t)
		return len(told) == 0
	}, func() string { return fmt.Sprint(told) })
	require.Len(t, store.Keys(t), 1)
	require.Equal(t, "1600000содержание", value[string](t, desk, download))
}

// An operator moves several cases together: what was ordered by mistake is taken back within ten seconds, and survives a reload until then.
func TestCasesAreMovedTogether(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	o := newOkno(t, fmt.Sprintf("database_url: %q\nroles: [desk, worker]\n", url))
	o.run(t, "sample")
	const mine = 300 // more than a batch may have, and more than the page draws at once
	pgtest.Exec(t, url, fmt.Sprintf(`
		INSERT INTO cases (number, kind, state, assignee, due_at)
		SELECT lpad(n::text, 9, '0'), 'appeal', 'registered', (SELECT id FROM agents WHERE login = 'aliya'), now() + n * interval '1 hour' FROM generate_series(1, %d) n`, mine))
	o.start(t)
	o.awaitReady(t, time.Minute)
	accepted := func() int {
		return pgtest.Value[int](t, url, `SELECT count(*)::int FROM case_moves WHERE from_state = 'registered' AND to_state = 'accepted' AND by LIKE 'agent:%'`)
	}
	desk := browse(t, o.http+"/desk/", recorded(operatorSays))
	desk.logsIn(t, "aliya", demoPassword)
	desk.clicks(t, "#section-work")
	order := func() {
		t.Helper()
		desk.clicks(t, "#worklist tr[data-row='0'] .tick")
		desk.runs(t, `document.querySelector("#worklist tr[data-row='11'] .tick").dispatchEvent(new MouseEvent('click', {shiftKey: true, bubbles: true, cancelable: true}))`)
		desk.reads(t, "#move-together b", "12")
		desk.chooses(t, "#move-together select", "accepted")
		desk.types(t, "#move-together input[name=why]", "принято по списку")
		desk.clicks(t, "#move-together button.primary")
		desk.misses(t, "#move-together")
	}
	desk.sees(t, "#worklist tr[data-row='0']")
	require.Less(t, value[int](t, desk, `document.querySelectorAll('#worklist tr[data-row]').length`), 120, "what is out of view is not drawn")
	order()
	desk.do(t, "reload", chromedp.Reload())
	desk.reads(t, ".batches", "Принято")
	require.Empty(t, desk.violations(t, "html"))
	desk.picture(t, "desk-batch.png")
	desk.clicks(t, ".batches .undo")
	desk.misses(t, ".batches")
	order()
	desk.reads(t, ".batches [data-state=done]", "продвинуто: 12")
	require.Equal(t, 12, accepted())
	desk.reads(t, "#worklist tbody tr:first-child", "Принято")
	desk.clicks(t, ".batches button")
	desk.misses(t, ".batches")
	desk.clicks(t, "#worklist .tick-all")
	desk.sees(t, "#move-together")
	desk.misses(t, "#move-together option[value=accepted]") // some are there by now
	desk.clicks(t, "#worklist .tick-all")
	desk.misses(t, "#move-together")
}

// A supervisor gives several cases to a queue, then to an agent, and takes that back within ten seconds.
func TestASupervisorGivesCasesAway(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	o := newOkno(t, fmt.Sprintf("database_url: %q\nroles: [desk]\n", url))
	o.run(t, "sample")
	pgtest.Exec(t, url, `UPDATE cases SET due_at = now() + interval '1 hour'`)
	o.start(t)
	o.awaitReady(t, time.Minute)
	desk := browse(t, o.http+"/desk/", recorded(operatorSays))
	desk.logsIn(t, "saule", demoPassword)
	desk.clicks(t, "#section-work")
	desk.clicks(t, "#view-due")
	given := func() string {
		return pgtest.Value[string](t, url, `SELECT concat_ws(' ', count(*) FILTER (WHERE queue = 'general'), count(*) FILTER (WHERE assignee = (SELECT id FROM agents WHERE login = 'boris'))) FROM cases`)
	}
	tick := func() {
		desk.clicks(t, "#worklist tr:nth-child(1) .tick")
		desk.clicks(t, "#worklist tr:nth-child(2) .tick")
	}
	become := func(want string) {
		t.Helper()
		eventually(t, patience, func() bool { return given() == want }, func() string { return "given: " + given() + ", and not " + want })
		desk.misses(t, "#worklist .tick:checked")
	}
	tick()
	desk.chooses(t, "#assign", "queue:general")
	become("2 0")
	desk.misses(t, ".undo") // nobody had them before
	tick()
	desk.chooses(t, "#assign", "agent:boris")
	become("2 2") // the queue is where it goes back to
	desk.clicks(t, ".undo")
	become("2 0")
	desk.misses(t, ".undo")
}

// A supervisor filters the cases by two things, finds them again after a reload and under a name, and looks at one with a reason. The operator
// who has it open sees that, and that it is over.
func TestCasesAreFilteredAndSeenTogether(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	o := newOkno(t, fmt.Sprintf("database_url: %q\nroles: [desk]\n", url))
	o.run(t, "sample")
	pgtest.Exec(t, url, `UPDATE cases SET due_at = now() + interval '1 hour'`)
	o.start(t)
	o.awaitReady(t, time.Minute)
	desk := opensCase(t, o)
	number := value[string](t, desk, `document.querySelector('#worklist tr[data-number] .open').closest('tr').dataset.number`)
	require.Contains(t, value[string](t, desk, `location.search`), "cases=due")

	chief := browse(t, o.http+"/desk/", recorded(operatorSays))
	chief.logsIn(t, "saule", demoPassword)
	chief.clicks(t, "#section-work")
	chief.clicks(t, "#view-all")
	chief.chooses(t, "#case-filter select[name=assignee]", "aliya")
	only := fmt.Sprintf(`#worklist tr[data-number="%s"]:only-child .look`, number)
	chief.sees(t, only)
	chief.types(t, "#case-filter .save-view input", "Алия")
	chief.clicks(t, "#case-filter .save-view button")
	chief.clicks(t, "#case-filter .clear")
	chief.misses(t, only)
	chief.clicks(t, "#case-filter .saved button")
	chief.sees(t, only)
	chief.runs(t, `location.reload()`)
	chief.sees(t, `#case-filter .saved button[aria-pressed=true]`)
	chief.clicks(t, only)
	chief.types(t, "#look-why input", "жалоба на срок")
	chief.clicks(t, "#look-why button")
	chief.reads(t, "#opened-case .lookers", "Алия")
	desk.reads(t, "#opened-case .lookers", "Сауле")
	desk.types(t, "#opened-case form.inline input[name=why]", "смотрю бумаги")
	chief.reads(t, "#opened-case .lookers .writing", "Алия")
	chief.clicks(t, "#section-reports")
	desk.misses(t, "#opened-case .lookers")
	require.Empty(t, value[string](t, chief, `location.search`))
}
