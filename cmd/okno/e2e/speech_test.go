package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/catalogue"
	"okno/internal/dialogue"
	"okno/internal/grammar"
	"okno/internal/postgres/pgtest"
	"okno/internal/sample"
	"okno/internal/speech/speechtest"
	"okno/ivr/ivrtest"
	"okno/sms/text"
)

const speechConfiguration = `
database_url: %q
sms: {short_number: "1414"}
voice:
  espeak: %q
  clips: %q
  asterisks:
    - {name: ast1, ari_url: %q, username: okno, password: "${ARI_1}", vouches: true}
speech: {recognition: {ru: %q}, answers: true}
`

// Callers say what others key: a choice, a number of nine digits, the items of a list, back, repeat and an operator, in a menu and in an entry. They hear what
// follows from it, and that they may speak.
func TestCallersSpeak(t *testing.T) {
	t.Parallel()
	need(t, "espeak-ng", tools.Espeak)
	w := &world{database: pgtest.URL(t), speech: speechtest.Start(t)}
	clips := clipCache()
	w.asterisk = startAsterisk(t, "", clips)
	w.phones = ivrtest.StartPhones(t, tools, w.asterisk.SIP())
	w.prepareVoice(t, clips)
	w.okno = newOkno(t, fmt.Sprintf(speechConfiguration, w.database, tools.Espeak, clips, w.asterisk.ARI(), w.speech.URL()))
	w.run(t, "sample")
	w.start(t)
	w.awaitReady(t, 3*time.Minute)

	questions := 0
	// answers says something into a phone, once the next question is listened to.
	answers := func(phone *ivrtest.Phone, words string) {
		t.Helper()
		questions++
		eventually(t, patience, func() bool {
			all := w.speech.Sessions()
			return len(all) >= questions && all[questions-1].Heard > 0
		}, func() string { return "nobody listens" })
		w.speech.Understand(words)
		phone.Speak(t, recorded("digits/7")) // which words they are, the server is told
	}
	const citizen = "+77010000002"
	said := func() []string {
		return pgtest.Opened[[]string](t, w.database, `SELECT array_agg(e.body ORDER BY e.id) FROM entries e JOIN interactions i ON i.id = e.interaction_id
			WHERE i.number = $1 AND e.speaker = 'citizen' AND e.kind = 'said'`, citizen)
	}

	number := w.caseOf(t, citizen, "awaiting_citizen")
	phone := w.calls(t, citizen)
	answers(phone, "узнать статус")
	at := w.hears(t, phone, ru, 0, begins("status.ask").told())
	answers(phone, "повторите")
	at = w.hears(t, phone, ru, at, whole("status.ask").told())
	menu := w.clips(t, ru, whole("main.menu"))[0]
	require.False(t, phone.Heard().Find(menu.From(menu.Length()-3*time.Second)).Found(), "the menu was said to its end")
	require.Subset(t, w.speech.Sessions()[0].Phrases, []string{"узнать статус", "назад", "повторите", "оператор", "два"})
	var digits []string
	for _, digit := range number {
		words, ok := grammar.Say(ru, grammar.Count, string(digit), grammar.Form{})
		require.True(t, ok)
		digits = append(digits, words...)
	}
	answers(phone, strings.Join(digits, " "))
	w.hears(t, phone, ru, at, w.status(t, number))
	require.Equal(t, []string{"2", "9", number}, said())
	phone.HangUp(t)
	questions = len(w.speech.Sessions())

	file, err := sample.Catalogue()
	require.NoError(t, err)
	listed, problems := file.Check(text.Segments, nil)
	require.Empty(t, problems)
	services := catalogue.NewIndex(listed, nil, time.Now)
	first := services.In(services.Categories()[1])[0]
	item := func(key, label string) say {
		return whole("list.item").told().with("key", dialogue.TypeDigits, key).with("label", dialogue.TypeText, label)
	}
	phone = w.calls(t, citizen)
	answers(phone, "услуги")
	at = w.hears(t, phone, ru, 0, begins("service.how"))
	answers(phone, "из списка")
	at = w.hears(t, phone, ru, at, whole("service.category"))
	answers(phone, "второй")
	at = w.hears(t, phone, ru, at, whole("service.choose"))
	at = w.hears(t, phone, ru, at, item("1", first.Texts[ru].Title))
	answers(phone, "назад")
	at = w.hears(t, phone, ru, at, whole("service.category"))
	answers(phone, "номер два")
	at = w.hears(t, phone, ru, at, whole("service.choose"))
	answers(phone, "повторите")
	at = w.hears(t, phone, ru, at, whole("service.choose"))
	answers(phone, "первую")
	w.hears(t, phone, ru, at, whole("service.tell").with("code", dialogue.TypeCode, first.Code).with("name", dialogue.TypeText, first.Texts[ru].Name).
		with("spoken", dialogue.TypeText, first.Texts[ru].Spoken))
	require.Equal(t, []string{"2", "9", number, "1", "2", "2", "*", "2", "9", "1"}, said())
	phone.HangUp(t)
	questions = len(w.speech.Sessions())

	phone = w.calls(t, citizen)
	answers(phone, "узнать статус")
	at = w.hears(t, phone, ru, 0, begins("status.ask").told())
	answers(phone, "семь")
	require.Subset(t, w.speech.Sessions()[questions-1].Phrases, []string{"семь", "назад", "повторите", "оператор"})
	phone.Spoken(t)
	<-time.After(2 * speechtest.Pause) // the next is another utterance, in the same question
	w.speech.Understand("оператор")
	phone.Speak(t, recorded("digits/7"))
	w.hears(t, phone, ru, at, begins("operator.closed"))
	require.Equal(t, []string{"2", "0"}, said()[10:], "the digits before it are dropped")
	phone.HangUp(t)
}
