package e2e

import (
	"fmt"
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
	return newShiftOn(t, pgtest.URL(t))
}

func newShiftOn(t *testing.T, database string) *shift {
	t.Helper()
	w := &world{database: database, operator: foreign.Start(t)}
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
	s.desk.logsIn(t, "aliya", demoPassword)
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

// serves is a thread with a citizen from its beginning to its end, with one answer.
func (s *shift) serves(t *testing.T, citizen, answer string) {
	t.Helper()
	s.talks(t, citizen)
	s.desk.types(t, ".reply textarea", answer+"\r")
	s.gets(t, citizen, answer)
	s.desk.clicks(t, "button.finish")
	s.desk.files(t, "resolved")
}

// What a citizen writes soon after the end of a thread comes back to whoever had it, with the story, and without a word to the citizen. Whoever promises to
// call keeps the callback.
func TestAQuestionAfterAThreadComesBack(t *testing.T) {
	t.Parallel()
	s := newShift(t)
	const citizen = "+77010000004"
	s.serves(t, citizen, "Всё готово")
	told := len(s.operator.Written(citizen))
	s.sends(t, citizen, "Спасибо, и ещё: куда прийти?")
	s.desk.reads(t, ".offer .reason", "Продолжает переписку")
	require.Equal(t, "aliya", pgtest.Value[string](t, s.database, `SELECT a.login FROM contacts c JOIN agents a ON a.id = c.addressed_to WHERE c.state = 'offered'`))
	s.desk.reads(t, ".offer .for-you", "Для вас")
	s.desk.clicks(t, ".offer .accept")
	s.desk.reads(t, ".thread", "Спасибо, и ещё: куда прийти?")
	s.desk.reads(t, ".thread", "Всё готово")
	require.Len(t, s.operator.Written(citizen), told)
	s.desk.clicks(t, "button.finish")
	s.desk.clicks(t, `.wrapup input[value="callback"]`)
	s.desk.clicks(t, `.promise input[name="own"]`)
	s.desk.clicks(t, ".promise-call")
	s.desk.reads(t, ".promise", "Обещано")
	s.desk.reads(t, "ul.for-you", "Оператор обещал перезвонить")
	s.desk.clicks(t, ".wrapup button.file")
	s.desk.misses(t, ".wrapup")
}
