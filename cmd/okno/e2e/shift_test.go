package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
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
desk:
  replies: {most: 5, many: 3, price: 9.50 KZT}
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
		s.desk.pastes(t, ".cases input[name=subject]", fmt.Sprintf("%d%s", n, strings.Repeat("ж", 190)))
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

// Forms speak the desk's language, whatever the browser's is; what becomes of a case stands in the timeline, with what the citizen is told of it.
func TestFormsAndTheTimelineSpeakTheDesksLanguage(t *testing.T) {
	t.Parallel()
	s := newShift(t)
	const citizen = "+77010000004"
	s.talks(t, citizen)
	says := func(selector, want string) {
		t.Helper()
		s.desk.clicks(t, ".cases form .primary")
		require.Equal(t, want, value[string](t, s.desk, fmt.Sprintf(`document.querySelector(%s).validationMessage`, quoted(selector))))
	}
	s.desk.clicks(t, ".cases .open-case")
	says(".cases input[name=subject]", "Заполните это поле")
	s.desk.types(t, ".cases input[name=subject]", "Ошибка в отчестве")
	s.desk.types(t, ".cases input.day", "31.02.2099")
	says(".cases input.day", "Напишите день так: 28.11.2026")
	s.desk.clears(t, ".cases input.day")
	s.desk.types(t, ".cases input.day", "1.2.2020")
	says(".cases input.day", "Этот день уже прошёл")
	s.desk.clicks(t, ".languages button[lang=kk]")
	says(".cases input.day", "Бұл күн өтіп кетті")
	s.desk.clicks(t, ".languages button[lang=ru]")
	s.desk.clears(t, ".cases input.day")
	s.desk.types(t, ".cases input.day", "01.02.2099")
	s.desk.clicks(t, ".cases form .primary")
	s.desk.reads(t, ".cases .case", "01.02.2099")
	s.desk.reads(t, ".thread .move", "Зарегистрировано")

	// The case moves elsewhere: it stands in the timeline with what the citizen got by SMS.
	number := pgtest.Value[string](t, s.database, `SELECT number FROM cases ORDER BY opened_at DESC LIMIT 1`)
	s.desk.clicksOn(t, `[...document.querySelectorAll('.cases .case')].find((e) => e.innerText.includes('Ошибка в отчестве'))?.querySelector('.row.muted button')`)
	s.desk.chooses(t, `.cases select[name=to]`, "accepted")
	s.desk.types(t, `.cases input[name=why]`, "Проверено")
	s.desk.types(t, `.cases input[name=tell]`, "Ваше заявление принято")
	s.desk.clicks(t, ".cases form .primary")
	s.desk.reads(t, ".thread", number+": Зарегистрировано → Принято · Проверено")
	s.desk.reads(t, ".thread", "✉ Ваше заявление принято")
	s.gets(t, citizen, "Ваше заявление принято")

	// A letter folds.
	s.sends(t, citizen, strings.Repeat("письмо ", 300)+"конец")
	s.desk.reads(t, ".thread .unfold", "Показать целиком")
	require.NotContains(t, value[string](t, s.desk, `document.querySelector('.thread').innerText`), "конец")
	s.desk.clicks(t, ".thread .unfold")
	s.desk.reads(t, ".thread", "конец")
}

// One message has one size: how many segments it takes and what they cost, a warning, and a limit beyond which it does not go.
func TestAReplyHasASize(t *testing.T) {
	t.Parallel()
	s := newShift(t)
	s.talks(t, "+77010000004")
	for _, row := range []struct {
		letters int
		shows   string
		many    bool
	}{{70, "1 SMS · 9.50 KZT", false}, {71, "2 SMS · 19 KZT", false}, {3 * 67, "3 SMS · 28.50 KZT", true}, {5*67 + 1, "6 SMS > 5 · 57 KZT", true}} {
		s.desk.clears(t, ".reply textarea")
		s.desk.pastes(t, ".reply textarea", strings.Repeat("ж", row.letters))
		s.desk.reads(t, ".segments", row.shows)
		require.Equal(t, row.many, value[bool](t, s.desk, `document.querySelector('.segments').classList.contains('many')`), row.shows)
		require.Equal(t, row.letters > 5*67, value[bool](t, s.desk, `document.querySelector('.reply button.primary').disabled`))
	}
}

// An agent chooses devices, which stay chosen, and sees and hears that they work; whoever has none is told.
func TestDevicesAreChosenAndTried(t *testing.T) {
	t.Parallel()
	s := newShift(t)
	s.desk.clicks(t, "#section-account")
	s.desk.clicks(t, "#hear")
	s.desk.reads(t, "#device-microphone", "Fake Audio Input 1")
	const id = `[...document.querySelectorAll('#device-microphone option')].find((o) => o.innerText === 'Fake Audio Input 1').value`
	microphone := value[string](t, s.desk, id)
	s.desk.chooses(t, "#device-microphone", microphone)
	speaks := func() bool { return value[bool](t, s.desk, `document.querySelector('#level')?.value > 0.4`) }
	eventually(t, patience, speaks, func() string { return "the level does not move" })
	s.desk.clicks(t, "#hear")
	s.desk.misses(t, "#level")

	// What the page opens from now on is that microphone.
	s.desk.do(t, "reload", chromedp.Reload())
	s.desk.sees(t, "#connection-lamp.on")
	s.desk.runs(t, `window.asked = []
		const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
		navigator.mediaDevices.getUserMedia = async (wish) => {
			const stream = await open(wish)
			window.asked.push(stream.getAudioTracks()[0].getSettings().deviceId)
			return stream
		}`)
	s.desk.clicks(t, "#section-account")
	s.desk.holds(t, "#device-microphone", microphone)
	s.desk.clicks(t, "#hear")
	eventually(t, patience, speaks, func() string { return "the level does not move" })
	require.Equal(t, []string{microphone}, value[[]string](t, s.desk, `window.asked`))
	s.desk.clicks(t, "#hear")

	// One that is gone gives way to another, and is said to be gone.
	s.desk.runs(t, `localStorage.setItem('okno-devices', JSON.stringify({microphone: 'pulled out', headset: 'pulled out', ring: 'pulled out'}))`)
	s.desk.do(t, "reload", chromedp.Reload())
	s.desk.clicks(t, "#section-account")
	s.desk.reads(t, "#device-microphone", "Не подключено")
	s.desk.clicks(t, "#hear")
	eventually(t, patience, speaks, func() string { return "the level does not move" })
	s.desk.clicks(t, "#try-ring")

	without := browse(t, s.http+"/desk/", "")
	without.types(t, "input[name=login]", "boris")
	without.types(t, "input[name=password]", "okno-demo")
	without.clicks(t, "form button.primary")
	without.clicks(t, "#section-account")
	without.clicks(t, "#hear")
	without.reads(t, "#soundcheck", "Микрофон не найден")
}

// While the page is behind others, an agent is told of an offer and of a citizen's word, and of nothing that others may not see.
func TestAnAgentIsToldWhileThePageIsBehind(t *testing.T) {
	t.Parallel()
	s := newShift(t)
	const citizen = "+77010000004"
	calls(t, s.desk, browser.SetPermission, browser.SetPermissionParams{Permission: &browser.PermissionDescriptor{Name: "notifications"}, Setting: browser.PermissionSettingGranted})
	s.desk.runs(t, `window.told = []
		const Shown = window.Notification
		window.Notification = class extends Shown { constructor(title, options) { super(title, options); window.told.push(title + (options.body ?? '')) } }`)
	look := func(front bool) { // a browser without a screen has all pages in front
		t.Helper()
		s.desk.runs(t, fmt.Sprintf(`document.hasFocus = () => %v; window.dispatchEvent(new Event('focus'))`, front))
	}
	told := func(want string) {
		t.Helper()
		var is string
		eventually(t, patience, func() bool {
			is = value[string](t, s.desk, `window.told.join(', ')`)
			return is == want
		}, func() string { return is })
	}
	look(false)
	s.sends(t, citizen, "ОПЕРАТОР")
	told("Переписка по SMS")
	look(true)
	s.desk.clicks(t, ".offer .accept")
	s.desk.sees(t, ".reply textarea")
	s.sends(t, citizen, "Вижу вас")
	s.desk.reads(t, ".thread", "Вижу вас")
	told("Переписка по SMS")
	look(false)
	s.sends(t, citizen, "Секрет")
	told("Переписка по SMS, Гражданин написал")
}

// What a citizen writes soon after the end of a thread comes back to whoever had it, with the story, and without a word to the citizen.
func TestAQuestionAfterAThreadComesBack(t *testing.T) {
	t.Parallel()
	s := newShift(t)
	const citizen = "+77010000004"
	s.talks(t, citizen)
	s.desk.types(t, ".reply textarea", "Всё готово\r")
	s.gets(t, citizen, "Всё готово")
	s.desk.clicks(t, "button.finish")
	s.desk.files(t, "resolved")
	told := len(s.operator.Written(citizen))
	s.sends(t, citizen, "Спасибо, и ещё: куда прийти?")
	s.desk.reads(t, ".offer .reason", "Продолжает переписку")
	require.Equal(t, "aliya", pgtest.Value[string](t, s.database, `SELECT a.login FROM contacts c JOIN agents a ON a.id = c.prefers WHERE c.state = 'offered'`))
	s.desk.clicks(t, ".offer .accept")
	s.desk.reads(t, ".thread", "Спасибо, и ещё: куда прийти?")
	s.desk.reads(t, ".thread", "Всё готово")
	require.Len(t, s.operator.Written(citizen), told)
}

// A whole shift by keyboard alone: log in, become available, answer, write, note, open and move a case, file, take a break, log out.
func TestAShiftByKeyboardAlone(t *testing.T) {
	t.Parallel()
	s := newShift(t)
	const citizen = "+77010000004"
	press := func(keys string) {
		t.Helper()
		s.desk.do(t, "press "+keys, chromedp.KeyEvent(keys))
	}
	// reach goes on with Tab until an element has the focus.
	reach := func(selector string) {
		t.Helper()
		s.desk.sees(t, selector)
		for range 80 {
			if value[bool](t, s.desk, fmt.Sprintf(`document.activeElement?.matches(%s) ?? false`, quoted(selector))) {
				return
			}
			press(kb.Tab)
		}
		require.Fail(t, "no key leads there", selector)
	}
	is := func(query, want string) {
		t.Helper()
		var found string
		eventually(t, patience, func() bool {
			found = pgtest.Opened[string](t, s.database, query)
			return found == want
		}, func() string { return found + ", and not " + want })
	}
	const status = `SELECT status || ' ' || status_reason FROM agents WHERE login = 'aliya'`
	reach(".logout")
	press(kb.Enter)
	reach("input[name=login]")
	press("aliya")
	reach("input[name=password]")
	press("okno-demo" + kb.Enter)
	s.desk.reads(t, "#connection-lamp", "На связи")
	reach("#status")
	press(kb.Home)
	is(status, "available ")

	s.sends(t, citizen, "ОПЕРАТОР")
	s.desk.sees(t, ".offer .accept")
	press(kb.F2)
	s.desk.focusIn(t, ".reply textarea")
	press("Слушаю вас" + kb.Enter)
	s.gets(t, citizen, "Слушаю вас")
	reach(".cases .open-case")
	press(kb.Enter)
	reach(".cases input[name=subject]")
	press("Ошибка в отчестве" + kb.Enter)
	is(`SELECT subject || ' ' || state FROM cases ORDER BY opened_at DESC LIMIT 1`, "Ошибка в отчестве registered")
	reach("form.note textarea")
	press("Позвонить завтра")
	reach("form.note button")
	press(kb.Enter)
	s.desk.reads(t, ".thread", "Позвонить завтра")
	reach("button.finish")
	press(kb.Enter)
	reach(`.wrapup input[type=radio]`)
	press(" ")
	reach(".wrapup button.file")
	press(kb.Enter)
	s.desk.misses(t, ".wrapup")
	require.NotEmpty(t, pgtest.Value[string](t, s.database, `SELECT disposition FROM contacts ORDER BY id DESC LIMIT 1`))
	reach("#status")
	press(kb.ArrowDown)
	is(status, "paused break")
	reach(".logout")
	press(kb.Enter)
	s.desk.sees(t, "input[name=login]")
	is(status, "offline ")
}
