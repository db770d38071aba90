package e2e

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/cases"
	"okno/internal/catalogue"
	"okno/internal/dialogue"
	"okno/internal/postgres/pgtest"
	"okno/internal/sample"
)

const (
	kk = dialogue.Kazakh
	ru = dialogue.Russian
	en = dialogue.English
)

// service gives a service of the sample catalogue in a language.
func service(t *testing.T, code string, l dialogue.Language) catalogue.Text {
	t.Helper()
	file, err := sample.Catalogue()
	require.NoError(t, err)
	for _, s := range file.Services {
		if s.Code == code {
			return s.Texts[l]
		}
	}
	require.FailNow(t, "no such service", code)
	return catalogue.Text{}
}

// serviceWritten is what is told of a service by SMS.
func (w *world) serviceWritten(t *testing.T, code string, l dialogue.Language) string {
	t.Helper()
	return w.write(l, whole("service.tell").with("code", dialogue.TypeCode, code).with("short", dialogue.TypeText, service(t, code, l).Short))
}

// status is what is told of the case of a sample citizen that is not settled.
func (w *world) status(t *testing.T, number string) say {
	t.Helper()
	state := pgtest.Value[string](t, w.database, `SELECT state FROM cases WHERE number = $1`, number)
	due := pgtest.Value[time.Time](t, w.database, `SELECT due_on FROM cases WHERE number = $1`, number)
	return whole("status.tell").with("case", dialogue.TypeCaseNumber, number).with("stage", dialogue.TypePhrase, "stage."+state).
		with("next", dialogue.TypePhrase, "next."+state).with("due", dialogue.TypeDate, due.Format(time.DateOnly))
}

// mistyped is the case number with a wrong last digit.
func mistyped(number string) string {
	last := number[len(number)-1]
	return number[:len(number)-1] + string('0'+(last-'0'+1)%10)
}

// unknownCase is a number that is well formed, and no case's.
func unknownCase(t *testing.T) string {
	t.Helper()
	number, err := cases.NewNumbering([]byte("another installation")).Number(1)
	require.NoError(t, err)
	return number
}

// A citizen whom Okno does not know chooses a language, hears a service in full and has it sent by SMS.
func (w *world) serviceByPhone(t *testing.T) {
	t.Parallel()
	phone := w.calls(t, "+77015550001")
	at := time.Duration(0)
	for _, l := range []dialogue.Language{kk, ru, en} {
		at = w.hears(t, phone, l, at, whole("language.choose"))
	}
	phone.Key(t, "2")
	at = w.hears(t, phone, ru, at, begins("main.menu"))
	phone.Key(t, "1")
	at = w.hears(t, phone, ru, at, begins("service.how"))
	phone.Key(t, "1")
	at = w.hears(t, phone, ru, at, whole("service.ask"))
	phone.Key(t, "031")
	text := service(t, "031", ru)
	told := whole("service.tell").with("code", dialogue.TypeCode, "031").with("name", dialogue.TypeText, text.Name).with("spoken", dialogue.TypeText, text.Spoken)
	at = w.hears(t, phone, ru, at, told)
	at = w.hears(t, phone, ru, at, begins("service.after_both"))
	phone.Key(t, "5")
	at = w.hears(t, phone, ru, at, whole("sms.sent"))
	w.gets(t, "+77015550001", w.serviceWritten(t, "031", ru))
	at = w.hears(t, phone, ru, at, begins("main.else"))
	phone.Key(t, "2")
	w.hears(t, phone, ru, at, whole("bye"))
	phone.Ends(t, 5*time.Second)

	// the language is remembered: the next call begins with the menu
	again := w.calls(t, "+77015550001")
	w.hears(t, again, ru, 0, begins("main.menu"))
	for _, l := range []dialogue.Language{kk, ru, en} {
		asked := again.Heard().Find(w.clips(t, l, whole("language.choose"))[0])
		require.False(t, asked.Found(), "asked again for the language: %v", asked)
	}
	again.HangUp(t)
}

// A citizen keys a case number, wrongly at first, and is told what is wrong each time.
func (w *world) statusByPhone(t *testing.T) {
	t.Parallel()
	const citizen = "+77010000002"
	number := w.caseOf(t, citizen, "awaiting_citizen")
	phone := w.calls(t, citizen)
	at := w.hears(t, phone, ru, 0, begins("main.menu"))
	phone.Key(t, "2")
	at = w.hears(t, phone, ru, at, begins("status.ask"))
	phone.Key(t, mistyped(number))
	at = w.hears(t, phone, ru, at, whole("status.mistyped"))
	at = w.hears(t, phone, ru, at, begins("status.ask"))
	phone.Key(t, unknownCase(t))
	at = w.hears(t, phone, ru, at, whole("status.unknown"))
	at = w.hears(t, phone, ru, at, begins("status.ask"))
	phone.Key(t, number)
	at = w.hears(t, phone, ru, at, w.status(t, number))
	at = w.hears(t, phone, ru, at, begins("status.after_open"))
	phone.Key(t, "5")
	w.hears(t, phone, ru, at, whole("sms.sent"))
	w.hasGot(t, citizen, w.write(ru, w.status(t, number)))
	phone.HangUp(t)
}

// A stranger hears the stage of a case, and nothing that is the applicant's.
func (w *world) statusOfAnothersCase(t *testing.T) {
	t.Parallel()
	number := w.caseOf(t, "+77010000003", "accepted")
	phone := w.calls(t, "+77015550002")
	w.hears(t, phone, kk, 0, begins("language.choose"))
	phone.Key(t, "32"+number)
	at := w.hears(t, phone, en, 0, whole("status.stage").with("case", dialogue.TypeCaseNumber, number).with("stage", dialogue.TypePhrase, "stage.accepted"))
	phone.Key(t, "1")
	w.hears(t, phone, en, at, begins("verify.who"))
	phone.HangUp(t)
}

// Keys pressed ahead are kept, and what they pass over is not said.
func (w *world) keysAhead(t *testing.T) {
	t.Parallel()
	const citizen = "+77010000001"
	number := w.caseOf(t, citizen, "in_progress")
	phone := w.calls(t, citizen)
	phone.Key(t, "2"+number)
	w.hears(t, phone, kk, 0, w.status(t, number))
	for _, passedOver := range []string{"main.menu", "status.ask"} {
		clip := w.clips(t, kk, whole(passedOver))[0]
		found := phone.Heard().Find(clip)
		require.False(t, found.Found(), "%s was said to its end: %v", passedOver, found)
	}
	phone.HangUp(t)
}

// A key during a prompt stops it at once.
func (w *world) bargeIn(t *testing.T) {
	t.Parallel()
	phone := w.calls(t, "+77010000004")
	menu := w.clips(t, ru, whole("main.menu"))[0]
	at := w.hears(t, phone, ru, 0, begins("main.menu"))
	phone.Key(t, "1")
	next := w.hears(t, phone, ru, at, begins("service.how")) - 2*time.Second
	require.Less(t, next-at, 5*time.Second, "the menu went on")
	end := phone.Heard().Find(menu.From(menu.Length() - 3*time.Second))
	require.False(t, end.Found(), "the menu was said to its end: %v", end)
	phone.HangUp(t)
}

// Nobody is on duty: whoever asks for an operator and says yes waits to be called back, by phone as by SMS.
func (w *world) nobodyOnDuty(t *testing.T) {
	t.Parallel()
	const caller, writer = "+77010000003", "+77010000004"
	owed := func(number string) {
		const found = `SELECT count(*) FROM contacts c JOIN interactions i ON i.id = c.interaction_id WHERE i.number = $1 AND c.channel = 'callback'`
		eventually(t, patience, func() bool { return pgtest.Opened[int](t, w.database, found, number) == 1 },
			func() string { return "no callback waits for " + number })
	}
	phone := w.calls(t, caller)
	w.hears(t, phone, en, 0, begins("main.menu"))
	phone.Key(t, "0")
	at := w.hears(t, phone, en, 0, whole("operator.closed"))
	phone.Key(t, "1")
	at = w.hears(t, phone, en, at, whole("operator.callback"))
	phone.Key(t, "1") // the first of the times that are offered then
	w.hears(t, phone, en, at, whole("bye"))
	phone.Ends(t, 5*time.Second)

	w.sends(t, writer, "ОПЕРАТОР")
	w.gets(t, writer, w.write(ru, whole("operator.closed")))
	w.sends(t, writer, "1")
	w.gets(t, writer, w.write(ru, whole("operator.callback"))+"\n"+w.write(ru, whole("bye")))
	owed(caller)
	owed(writer)
	// They are called tomorrow: the operator of other tests is offered nothing before that.
	pgtest.Exec(t, w.database, `UPDATE contacts SET due_at = now() + interval '1 day' WHERE channel = 'callback'`)
}

// What is switched on is heard before the menu by whoever calls from there, in the caller's language or in all, and no more once it is off.
func (w *world) announcementByPhone(t *testing.T) {
	t.Parallel()
	const there = "+77058"
	texts := map[dialogue.Language]string{kk: "Ауданда су тасқыны.", ru: "В районе паводок.", en: "There is a flood in the district."}
	on := []string{"emergency", "on", "--prefix", there}
	for l, text := range texts {
		on = append(on, "--text", string(l)+"="+text)
	}
	require.Contains(t, w.run(t, on...), "is on")
	require.Contains(t, w.run(t, "emergency", "show"), "for "+there)
	phone := w.calls(t, there+"000001")
	at := w.hears(t, phone, kk, 0, whole("greeting"))
	for _, l := range []dialogue.Language{kk, ru, en} {
		at = w.hears(t, phone, l, at, whole("announcement").with("text", dialogue.TypeText, texts[l]))
	}
	w.hears(t, phone, kk, at, begins("language.choose"))
	phone.HangUp(t)

	require.Contains(t, w.run(t, "emergency", "off"), "is off")
	require.Contains(t, w.run(t, "emergency", "show"), "nothing is on")
	phone = w.calls(t, there+"000002")
	at = w.hears(t, phone, en, 0, whole("greeting"))
	next := w.hears(t, phone, kk, at, begins("language.choose"))
	require.Less(t, next-at, 4*time.Second, "nothing in between")
	phone.HangUp(t)
}
