package e2e

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
	"okno/ivr/ivrtest"
)

// recorded is a recording of Asterisk's, for people to say.
func recorded(name string) string {
	return filepath.Join(tools.AsteriskSounds(), "ru_RU_f_IvrvoiceRU", name+".wav")
}

// What the operator says into Chromium's microphone, and the citizen into the telephone.
var (
	operatorSays = "vm-nobodyavail"
	citizenSays  = "vm-options"
)

// An operator's shift in a browser: a call, during which Okno dies once, and an SMS thread.
func (w *world) desk(t *testing.T) {
	desk := browse(t, w.http+"/desk/", recorded(operatorSays))
	desk.logsIn(t, "aliya", demoPassword)
	desk.sees(t, "#connection-lamp.on")
	desk.sees(t, "#phone-lamp.on")
	desk.chooses(t, "#status", "available")

	t.Run("Microphone", func(t *testing.T) { w.withoutMicrophone(t) })
	t.Run("Call", func(t *testing.T) { w.callAtDesk(t, desk) })
	t.Run("Talk", func(t *testing.T) { w.talkAtDesk(t, desk) })
	t.Run("AutoAccept", func(t *testing.T) { w.autoAcceptAtDesk(t, desk) })
	t.Run("Recording", func(t *testing.T) { w.recordingAtDesk(t, desk) })
	t.Run("Reload", func(t *testing.T) { w.reloadInACall(t, desk) })
	t.Run("Cases", func(t *testing.T) { w.casesAtDesk(t, desk) })
	t.Run("Outgoing", func(t *testing.T) { w.outgoingAtDesk(t, desk) })
	t.Run("OutgoingReload", func(t *testing.T) { w.reloadWhileItRings(t, desk) })
	t.Run("Thread", func(t *testing.T) { w.threadAtDesk(t, desk) })

	t.Run("Away", func(t *testing.T) { w.logoutWhileAway(t, desk) })
}

// An operator without a microphone is told before a citizen waits for it, and is not available.
func (w *world) withoutMicrophone(t *testing.T) {
	desk := browse(t, w.http+"/desk/", "")
	desk.logsIn(t, "boris", demoPassword)
	desk.sees(t, "#connection-lamp.on")
	desk.chooses(t, "#status", "available")
	desk.reads(t, "#microphone", "Микрофон не найден")
	require.Equal(t, "offline", pgtest.Value[string](t, w.database, `SELECT status FROM agents WHERE login = 'boris'`))
	desk.holds(t, "#status", "offline")
	desk.clicks(t, "#microphone button") // it still is not there
	desk.reads(t, "#microphone", "Микрофон не найден")
	desk.clicks(t, ".logout")
	eventually(t, patience, func() bool { // the page is closed then
		return pgtest.Value[int](t, w.database, `SELECT count(*)::int FROM logins l JOIN agents a ON a.id = l.agent_id WHERE a.login = 'boris' AND l.ended_at IS NULL`) == 0
	}, func() string { return "the login does not end" })
}

// An operator logs out while Okno is away: the page lets go at once, and the login ends as soon as Okno is back.
func (w *world) logoutWhileAway(t *testing.T, desk *page) {
	w.kill(t)
	desk.misses(t, "#connection-lamp.on")
	desk.clicks(t, "button.logout")
	desk.sees(t, "input[name=login]")
	desk.logsIn(t, "aliya", demoPassword)
	desk.sees(t, "input[name=login]") // the old login is still to be ended
	w.start(t)
	w.awaitReady(t, time.Minute)
	eventually(t, patience, func() bool {
		return pgtest.Value[string](t, w.database, `SELECT status FROM agents WHERE login = 'aliya'`) == "offline" &&
			pgtest.Value[int](t, w.database, `SELECT count(*)::int FROM logins WHERE ended_at IS NULL`) == 0
	}, func() string { return "the operator stays logged in" })
	desk.clicks(t, "form button.primary")
	desk.sees(t, "#connection-lamp.on")
	desk.clicks(t, "button.logout")
	desk.sees(t, "input[name=login]")
	eventually(t, patience, func() bool {
		return pgtest.Value[int](t, w.database, `SELECT count(*)::int FROM logins WHERE ended_at IS NULL`) == 0
	}, func() string { return "the login does not end" })
}

// queued calls and asks for an operator, with a question about a case.
func (w *world) queued(t *testing.T, number string) *ivrtest.Phone {
	t.Helper()
	phone := w.calls(t, number)
	w.hears(t, phone, ru, 0, begins("main.menu"))
	phone.Key(t, "2"+w.caseOf(t, number, "awaiting_citizen")+"0")
	w.hears(t, phone, ru, 0, whole("operator.wait"))
	return phone
}

// requireTalk has both say something that the other hears. The operator's microphone hears a recording over and over.
func (w *world) requireTalk(t *testing.T, citizen *ivrtest.Phone, desk *page) {
	t.Helper()
	after := citizen.Heard().Length()
	voice := ivrtest.ReadSound(t, recorded(operatorSays))
	citizen.Hears(t, voice.Until(2*time.Second), after, patience+voice.Length())
	citizen.Speak(t, recorded(citizenSays))
	desk.hearsSomething(t)
}

func (w *world) callAtDesk(t *testing.T, desk *page) {
	citizen := w.queued(t, "+77010000002")
	desk.reads(t, ".offer .reason", w.write(ru, whole("why.status")))
	desk.misses(t, ".offer .person") // an offer shows why, not who
	desk.clicks(t, ".offer .accept")
	accepted := time.Now()
	desk.hearsSomething(t)
	t.Logf("%v after the click the operator has heard a second of the citizen", time.Since(accepted).Round(10*time.Millisecond))
	desk.reads(t, ".head .person", "Иван Петров")
	desk.reads(t, ".head .person", "+7701•••0002")
	desk.clicks(t, ".head button.chip.number")
	desk.clicks(t, ".reveal .reason-check")
	desk.reads(t, ".head span.chip.number", "+77010000002")
	desk.sees(t, "button.hangup")
	w.requireTalk(t, citizen, desk)
	desk.reads(t, ".cases", "Технический паспорт")
	desk.sees(t, ".thread .bubble")
	desk.reads(t, ".thread .machine", "Разговор с автоматом")
	var thread struct{ Top, Shown, Whole float64 }
	eventually(t, patience, func() bool { // though the buttons of a talk take room from it
		thread = value[struct{ Top, Shown, Whole float64 }](t, desk,
			`(() => { const e = document.querySelector('.thread'); return {Top: e.scrollTop, Shown: e.clientHeight, Whole: e.scrollHeight} })()`)
		return thread.Whole-thread.Top-thread.Shown < 2
	}, func() string { return fmt.Sprintf("the last line is not shown: %+v", thread) })
	desk.picture(t, "desk.png")
	lines := func() int { return value[int](t, desk, `document.querySelectorAll('.thread .line').length`) }
	before := lines()
	desk.clicks(t, ".thread .machine")
	eventually(t, patience, func() bool { return lines() >= before+5 }, func() string { return "what was folded does not open" })
	desk.clicks(t, ".thread .machine")

	// Okno dies, and comes back: the two talk on, and the desk still has the call.
	w.kill(t)
	w.requireTalk(t, citizen, desk)
	w.start(t)
	desk.sees(t, "#connection-lamp.on")
	w.requireTalk(t, citizen, desk)

	after := citizen.Heard().Length()
	desk.clicks(t, "button.hangup")
	w.hears(t, citizen, ru, after, whole("bye"))
	citizen.Ends(t, 5*time.Second)
	w.filed(t, desk, "resolved")
}

// A call of a queue that wants it is accepted by the page itself: nobody presses a key, and the two talk.
func (w *world) autoAcceptAtDesk(t *testing.T, desk *page) {
	pgtest.Exec(t, w.database, `UPDATE queues SET auto_accept = true WHERE name = 'general'`)
	defer pgtest.Exec(t, w.database, `UPDATE queues SET auto_accept = false WHERE name = 'general'`)
	citizen := w.calls(t, "+77015550077") // of its own: a number joins a queue ten times an hour
	w.hears(t, citizen, kk, 0, begins("language.choose"))
	citizen.Key(t, "20")
	desk.sees(t, "button.hangup")
	w.requireTalk(t, citizen, desk)
	desk.clicks(t, "button.hangup")
	citizen.Ends(t, patience)
	w.filed(t, desk, "resolved")
}

// filed files a disposition for the contact that the desk shows, and wants it kept.
func (w *world) filed(t *testing.T, desk *page, disposition string) {
	t.Helper()
	desk.files(t, disposition)
	require.Equal(t, disposition, pgtest.Value[string](t, w.database, `SELECT disposition FROM contacts ORDER BY id DESC LIMIT 1`))
}

// files files a disposition for the contact that a desk shows.
func (p *page) files(t *testing.T, disposition string) {
	t.Helper()
	p.clicks(t, `.wrapup input[value="`+disposition+`"]`)
	p.clicks(t, ".wrapup button.file")
	p.misses(t, ".wrapup")
}

// A citizen writes, and an operator goes on in the same thread.
func (w *world) threadAtDesk(t *testing.T, desk *page) {
	const citizen = "+77010000004"
	w.exchange(t, citizen, "ОПЕРАТОР", w.write(ru, whole("operator.wait")))
	desk.clicks(t, ".offer .accept")
	desk.reads(t, ".head .person", "Мария Ли")
	desk.sees(t, ".reply textarea")
	w.sends(t, citizen, "Как исправить отчество в справке?")
	desk.reads(t, ".thread .bubble", "Как исправить отчество в справке?")
	desk.types(t, ".reply textarea", "Подайте заявление в ЦОН: ответим за 3 дня.")
	desk.clicks(t, ".reply button.primary")
	w.gets(t, citizen, "Подайте заявление в ЦОН: ответим за 3 дня.")
	desk.reads(t, ".thread .bubble", "Подайте заявление в ЦОН: ответим за 3 дня.")
	// The operator asks who it is. Then the number may be taken off the citizen, and be bound again.
	desk.misses(t, ".head button.bind")
	desk.clicks(t, ".head button.verify")
	desk.clicks(t, ".head button.unbind")
	desk.reads(t, ".thread", "открепил номер")
	const bound = `SELECT count(*) FROM bindings WHERE ended_at IS NULL AND proof = 'operator'`
	require.Zero(t, pgtest.Value[int](t, w.database, bound))
	desk.clicks(t, ".head button.bind")
	desk.reads(t, ".thread", "закрепил номер")
	desk.types(t, ".find input", "ОТЧЕСТВО")
	desk.reads(t, ".thread .bubble", "Как исправить отчество в справке?")
	require.NotContains(t, value[string](t, desk, `document.querySelector('.thread').innerText`), "Подайте заявление")
	desk.types(t, ".find input", "щщщ")
	desk.reads(t, ".thread", "Не найдено")
	desk.clears(t, ".find input")
	desk.reads(t, ".thread", "Подайте заявление")
	require.Equal(t, 1, pgtest.Value[int](t, w.database, bound))
	desk.clicks(t, "button.finish")
	w.filed(t, desk, "resolved")
}

// An operator opens a case in a call, and moves it.
func (w *world) casesAtDesk(t *testing.T, desk *page) {
	citizen := w.queued(t, "+77010000002")
	desk.clicks(t, ".offer .accept")
	desk.sees(t, "button.hangup")
	desk.clicks(t, ".cases .open-case")
	desk.chooses(t, `.cases select[name=kind]`, "appeal")
	desk.types(t, `.cases input[name=subject]`, "Просит ускорить")
	desk.clicks(t, ".cases form .primary")
	desk.reads(t, ".cases .case", "Просит ускорить")
	const openedCase = `SELECT state FROM cases WHERE subject = 'Просит ускорить'`
	require.Equal(t, "registered", pgtest.Opened[string](t, w.database, openedCase))

	desk.clicksOn(t, `[...document.querySelectorAll('.cases .case')].find((e) => e.innerText.includes('Просит ускорить'))?.querySelector('button')`)
	desk.chooses(t, `.cases select[name=to]`, "accepted")
	desk.types(t, `.cases input[name=why]`, "Проверено")
	desk.types(t, `.cases input[name=tell]`, "Обращение принято")
	desk.clicks(t, ".cases form .primary")
	eventually(t, patience, func() bool { return pgtest.Opened[string](t, w.database, openedCase) == "accepted" },
		func() string { return "the case is not moved" })
	desk.misses(t, ".cases form")
	desk.reads(t, ".line.move .delivery", "✓") // what becomes of the SMS shows by itself

	desk.types(t, ".search input", "ускорение петров\r") // no case is about both
	desk.sees(t, "#found-nothing")
	desk.clears(t, ".search input")
	desk.types(t, ".search input", "ускорить\r")
	desk.reads(t, ".found-cases li", "Открыть")
	desk.clears(t, ".search input")
	desk.types(t, ".search input", "иван пет\r")
	desk.reads(t, ".found-citizens li", "Иван П•••")
	desk.picture(t, "desk-search.png")
	desk.clicks(t, ".found-citizens button")
	desk.sees(t, ".head .person")

	citizen.HangUp(t)
	w.filed(t, desk, "case_opened")
}

// clears empties a field.
func (p *page) clears(t *testing.T, selector string) {
	t.Helper()
	require.True(t, value[bool](t, p, fmt.Sprintf(`(() => {
		const e = document.querySelector(%s)
		e.value = ''
		e.dispatchEvent(new Event('input', {bubbles: true}))
		return true
	})()`, quoted(selector))))
}

// A citizen's phone in a browser, in three languages: it writes and is answered, calls, hears the menu and keys.
func (w *world) phone(t *testing.T) {
	needAxe(t)
	phone := browse(t, w.http+"/phone/", recorded(citizenSays))
	for _, language := range []struct{ code, title, wrong string }{
		{"en", "A citizen's phone", "This is no telephone number"},
		{"kk", "Азаматтың телефоны", "Бұл телефон нөмірі емес"},
		{"ru", "Телефон гражданина", "Это не номер телефона"},
	} {
		phone.clicks(t, ".languages button[lang="+language.code+"]")
		phone.reads(t, "h1", language.title)
		phone.do(t, "no number", chromedp.SetValue(chromedp.CSS("input[name=number]"), "12"))
		phone.clicks(t, "form.on button")
		phone.reads(t, ".trouble", language.wrong)
		require.Empty(t, phone.violations(t, "html"), language.code)
	}
	phone.do(t, "reload", chromedp.Reload())
	phone.reads(t, "h1", "Телефон гражданина")
	phone.do(t, "number", chromedp.SetValue(chromedp.CSS("input[name=number]"), "+77077000001"))
	phone.clicks(t, "form.on button")
	phone.types(t, ".sms form input", "ИНФО 031")
	phone.clicks(t, ".sms form button")
	phone.reads(t, ".thread .mine .bubble", "ИНФО 031")
	phone.reads(t, ".thread .theirs .bubble", w.serviceWritten(t, "031", ru))
	require.Empty(t, phone.violations(t, "html"), "of a phone that is on")

	phone.clicks(t, "#call")
	phone.reads(t, "#call-state", "1414 ·")
	phone.hearsSomething(t)
	phone.clicks(t, `button[data-key="2"]`)
	const keyed = `SELECT count(*)::int FROM entries e JOIN interactions i ON i.id = e.interaction_id
		WHERE e.kind = 'keyed' AND e.body = '2' AND i.id = (SELECT max(id) FROM interactions WHERE channel = 'voice')`
	eventually(t, patience, func() bool { return pgtest.Opened[int](t, w.database, keyed) == 1 }, func() string { return "the key is not heard" })
	phone.hearsSomething(t)
	phone.picture(t, "phone.png")
	phone.clicks(t, "#hangup")
	phone.reads(t, "#call-state", "Okno")
}
