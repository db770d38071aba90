package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
	"okno/sms/smstest/foreign"
)

// shift is an agent who answers SMS in a browser, behind a network that may fail.
type shift struct {
	*world
	desk *page
	wire *wire
}

func newShift(t *testing.T) *shift {
	t.Helper()
	w := &world{database: pgtest.URL(t), operator: foreign.Start(t)}
	w.okno = newOkno(t, fmt.Sprintf(`
database_url: %q
roles: [sms, desk, worker]
sms:
  links:
    - {name: operator-a, addr: %q, system_id: okno, password: "${SMPP_A}", binds: 2}
`, w.database, w.operator.Addr))
	w.run(t, "sample")
	w.start(t)
	w.awaitReady(t, time.Minute)
	s := &shift{world: w, wire: newWire(t, w.http[len("http://"):])}
	s.desk = browse(t, "http://"+s.wire.addr()+"/desk/", recorded(operatorSays))
	s.logsIn(t)
	s.desk.chooses(t, "#status", "available")
	eventually(t, patience, func() bool { // whoever asks before that is told that nobody is there
		return pgtest.Value[string](t, s.database, `SELECT status FROM agents WHERE login = 'aliya'`) == "available"
	}, func() string { return "not available" })
	return s
}

func (s *shift) logsIn(t *testing.T) {
	t.Helper()
	s.desk.types(t, "input[name=login]", "aliya")
	s.desk.types(t, "input[name=password]", "okno-demo")
	s.desk.clicks(t, "form button.primary")
	s.desk.reads(t, "#connection-lamp", "На связи")
}

// talks has a citizen write to the agent, who accepts.
func (s *shift) talks(t *testing.T, citizen string) {
	t.Helper()
	s.sends(t, citizen, "ОПЕРАТОР")
	s.desk.clicks(t, ".offer .accept")
	s.desk.sees(t, ".reply textarea")
}

// A network that swallows everything is noticed within seconds, nothing can be answered meanwhile, and all is well soon after it heals.
func TestADeadNetworkIsNoticed(t *testing.T) {
	t.Parallel()
	s := newShift(t)
	const citizen = "+77010000004"
	s.talks(t, citizen)
	s.wire.spoil(t, "timeout", "", map[string]any{"timeout": 0})
	died := time.Now()
	s.desk.sees(t, ".banner")
	t.Logf("noticed after %v", time.Since(died))
	s.desk.reads(t, "#connection-lamp", "Нет связи")
	s.desk.types(t, ".reply textarea", "Ответ вслепую")
	s.desk.sees(t, ".reply button.primary:disabled")
	s.desk.types(t, ".reply textarea", "\r")
	s.wire.heal(t)
	healed := time.Now()
	s.desk.reads(t, "#connection-lamp", "На связи")
	t.Logf("back after %v", time.Since(healed))
	s.desk.misses(t, ".banner")
	s.desk.clicks(t, ".reply button.primary")
	s.gets(t, citizen, "Ответ вслепую")
}

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

// An SMS goes once, however often Enter is pressed; what waits for the network can be taken back.
func TestAnSMSGoesOnce(t *testing.T) {
	t.Parallel()
	s := newShift(t)
	const citizen = "+77010000004"
	s.talks(t, citizen)
	before := len(s.operator.Written(citizen))
	s.desk.types(t, ".reply textarea", "Один раз\r\r\r")
	s.gets(t, citizen, "Один раз")
	s.desk.reads(t, ".line.ours .delivery", "✓") // what becomes of it shows by itself

	// The network has died, and nobody has noticed yet: it is sent into nothing, and taken back.
	s.wire.spoil(t, "timeout", "", map[string]any{"timeout": 0})
	s.desk.types(t, ".reply textarea", "Передумал\r")
	s.desk.clicks(t, ".waiting .take-back")
	s.wire.heal(t)
	s.desk.holds(t, ".reply textarea", "Передумал")
	s.desk.misses(t, ".waiting")

	// It has arrived, and its answer got lost: whoever takes it back is told that it has gone.
	s.desk.reads(t, "#connection-lamp", "На связи")
	s.wire.spoil(t, "timeout", "downstream", map[string]any{"timeout": 0})
	s.desk.types(t, ".reply textarea", "!\r")
	s.gets(t, citizen, "Передумал!")
	s.desk.clicks(t, ".waiting .take-back")
	s.wire.heal(t)
	s.desk.misses(t, ".waiting")
	s.desk.holds(t, ".reply textarea", "")
	s.desk.reads(t, ".thread .bubble", "Передумал!")
	require.Len(t, s.operator.Written(citizen), before+2)
}

// Nothing takes the focus while somebody writes: an offer has a key of its own, and then the focus is where the work begins.
func TestNothingStealsTheFocus(t *testing.T) {
	t.Parallel()
	s := newShift(t)
	const citizen, other = "+77010000004", "+77010000002"
	s.talks(t, citizen)
	s.desk.focusIn(t, ".reply textarea")
	s.desk.types(t, ".reply textarea", "Пишу")
	s.sends(t, other, "ОПЕРАТОР")
	s.desk.sees(t, ".offer .accept")
	s.desk.do(t, "write on", chromedp.KeyEvent(" дальше"))
	s.desk.holds(t, ".reply textarea", "Пишу дальше")
	s.desk.sees(t, ".offer .accept")
	s.desk.do(t, "accept", chromedp.KeyEvent(kb.F2))
	s.desk.misses(t, ".offer")
	s.desk.focusIn(t, ".reply textarea")
	s.desk.holds(t, ".reply textarea", "")

	// A word in the thread that is not in front is marked, and counted in the title.
	s.sends(t, citizen, "Вы тут?")
	s.desk.reads(t, ".contacts .unseen", "1 новых")
	require.Equal(t, "(1) Okno", value[string](t, s.desk, `document.title`))
	s.desk.clicks(t, ".contacts li:first-child button")
	s.desk.misses(t, ".contacts .unseen")
	require.Equal(t, "Okno", value[string](t, s.desk, `document.title`))
}

// focusIn waits until an element has the focus.
func (p *page) focusIn(t *testing.T, selector string) {
	t.Helper()
	eventually(t, patience, func() bool {
		return value[bool](t, p, fmt.Sprintf(`document.activeElement === document.querySelector(%s)`, quoted(selector)))
	}, func() string { return "the focus is not in " + selector })
}

// holds waits until a field has a value.
func (p *page) holds(t *testing.T, selector, want string) {
	t.Helper()
	var there string
	eventually(t, patience, func() bool {
		there = value[string](t, p, fmt.Sprintf(`document.querySelector(%s)?.value ?? '(no field)'`, quoted(selector)))
		return there == want
	}, func() string { return fmt.Sprintf("%s has %q, and not %q", selector, there, want) })
}

// Nobody's thread is nobody's: whoever takes a break is asked about open threads, and what is left goes back to the front of its queue.
func TestOpenThreadsAreAskedAbout(t *testing.T) {
	t.Parallel()
	s := newShift(t)
	const citizen = "+77010000004"
	state := func(want string) {
		t.Helper()
		var is string
		eventually(t, patience, func() bool {
			is = pgtest.Value[string](t, s.database, `SELECT c.state || ' ' || a.status FROM contacts c, agents a WHERE a.login = 'aliya' ORDER BY c.id DESC LIMIT 1`)
			return is == want
		}, func() string { return is + ", and not " + want })
	}
	s.talks(t, citizen)
	s.desk.chooses(t, "#status", "paused:lunch")
	s.desk.reads(t, ".asked", "Открытые переписки: 1")
	state("connected available") // nothing is done before the answer
	s.desk.clicks(t, ".asked .keep")
	state("connected paused")
	s.desk.chooses(t, "#status", "available")
	state("connected available")
	s.desk.chooses(t, "#status", "offline")
	s.desk.misses(t, ".asked .keep")
	s.desk.clicks(t, ".asked .give-back")
	state("waiting offline")
	s.desk.misses(t, ".contact")
	s.desk.reads(t, ".queues", "1 Общие вопросы")
	s.desk.chooses(t, "#status", "available")
	s.desk.clicks(t, ".offer .accept")
	s.desk.reads(t, ".thread", "ОПЕРАТОР") // with the story
}

// Arrow keys pass what is between: one decision is one change.
func TestOneDecisionIsOneChange(t *testing.T) {
	t.Parallel()
	s := newShift(t)
	const changes = `SELECT version FROM agents WHERE login = 'aliya'`
	before := pgtest.Value[int](t, s.database, changes)
	s.desk.holds(t, "#status", "available")
	s.desk.do(t, "focus", chromedp.Focus(chromedp.CSS("#status")))
	s.desk.focusIn(t, "#status")
	s.desk.do(t, "three down", chromedp.KeyEvent(kb.ArrowDown+kb.ArrowDown+kb.ArrowDown))
	s.desk.holds(t, "#status", "paused:training")
	eventually(t, patience, func() bool {
		return pgtest.Value[string](t, s.database, `SELECT status || ' ' || status_reason FROM agents WHERE login = 'aliya'`) == "paused training"
	}, func() string {
		return pgtest.Value[string](t, s.database, `SELECT status || ' ' || status_reason FROM agents WHERE login = 'aliya'`)
	})
	require.Equal(t, before+1, pgtest.Value[int](t, s.database, changes))
}

// One tab is the desk; another is told, takes it over, and gives it back. Whoever leaves a citizen behind is asked.
func TestOneTabIsTheDesk(t *testing.T) {
	t.Parallel()
	s := newShift(t)
	const citizen = "+77010000004"
	s.talks(t, citizen)
	s.desk.types(t, ".reply textarea", "Начато в первой")
	second := s.desk.tab(t, "http://"+s.wire.addr()+"/desk/")
	second.reads(t, "#other-tab", "другой вкладке")
	s.desk.reads(t, "#connection-lamp", "На связи")
	second.clicks(t, "#other-tab button")
	second.reads(t, "#connection-lamp", "На связи")
	second.holds(t, ".reply textarea", "Начато в первой")
	s.desk.reads(t, "#other-tab", "другой вкладке")
	second.types(t, ".reply textarea", ", кончено во второй\r")
	s.gets(t, citizen, "Начато в первой, кончено во второй")

	second.do(t, "leave", chromedp.Navigate("about:blank"))
	second.mu.Lock()
	require.Equal(t, 1, second.asked, "a citizen is in it")
	second.mu.Unlock()
	s.desk.clicks(t, "#other-tab button")
	s.desk.reads(t, ".thread .bubble", "кончено во второй")
	s.desk.clicks(t, "button.finish")
	s.desk.clicks(t, `.wrapup input[value="resolved"]`)
	s.desk.clicks(t, ".wrapup button.file")
	s.desk.misses(t, ".wrapup")
	s.desk.do(t, "leave", chromedp.Navigate("about:blank"))
	s.desk.mu.Lock()
	require.Zero(t, s.desk.asked, "nobody is in it")
	s.desk.mu.Unlock()
}

// The layout stands still: nothing is cut off or out of reach on a small screen or at twice the size, whatever people write.
func TestTheLayoutStandsStill(t *testing.T) {
	t.Parallel()
	s := newShift(t)
	height := func() float64 { return value[float64](t, s.desk, `document.querySelector('.topbar').offsetHeight`) }
	before := height()
	const citizen = "+77010000004"
	s.talks(t, citizen)
	require.Equal(t, before, height(), "the top bar keeps its height")
	for n := range 5 {
		s.desk.clicks(t, ".cases .open-case")
		s.desk.types(t, ".cases input[name=subject]", fmt.Sprintf("%d%s", n, strings.Repeat("ж", 190)))
		s.desk.clicks(t, ".cases form .primary")
		s.desk.misses(t, ".cases form")
	}
	s.sends(t, citizen, strings.Repeat("щ", 300))
	s.sends(t, citizen, "\u202eслева направо \u2067مرحبا بالعالم")
	s.desk.reads(t, ".thread", "مرحبا")
	s.desk.reads(t, ".cases", "4ж")
	for _, size := range []struct {
		width, height int64
		scale         float64
	}{{1440, 900, 1}, {1024, 768, 1}, {640, 450, 2}} { // the last is 1280 × 900 at 200 %
		s.desk.do(t, "resize", chromedp.EmulateViewport(size.width, size.height, chromedp.EmulateScale(size.scale)))
		out := value[[]string](t, s.desk, `(() => {
			const scrolls = (e) => e && e !== document.body && (['auto', 'scroll'].includes(getComputedStyle(e).overflowX) || scrolls(e.parentElement))
			return [...document.querySelectorAll('button, input, textarea, select, .bubble, .case, h1, h2')].filter((e) => {
				const b = e.getBoundingClientRect()
				return b.width > 0 && !e.closest('.visually-hidden') && (b.right > innerWidth + 1 || b.left < -1) && !scrolls(e.parentElement)
			}).map((e) => e.tagName + '.' + e.className + ' to ' + Math.round(e.getBoundingClientRect().right))
		})()`)
		require.Empty(t, out, "%d px", size.width)
		require.Empty(t, value[[]string](t, s.desk, `[...document.querySelectorAll('.topbar > *')].filter((e) => e.scrollWidth > e.clientWidth + 1)
			.map((e) => e.className + ' ' + e.innerText)`), "%d px: it runs into its neighbour", size.width)
		require.LessOrEqual(t, value[int64](t, s.desk, `document.documentElement.scrollWidth`), size.width)
		s.desk.picture(t, fmt.Sprintf("desk-%d.png", size.width))
	}
}
