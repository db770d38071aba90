package ivr_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/dialogue"
	"okno/internal/postgres/pgtest"
	"okno/internal/speech/speechtest"
	"okno/internal/speech/vosk"
	"okno/ivr"
	"okno/ivr/ivrtest"
)

// spokenNodes is what may be said where the script waits: at its menu and for its code.
func spokenNodes(t *testing.T) map[string]*dialogue.Spoken {
	t.Helper()
	d, err := dialogue.Parse(map[string]string{
		"dialogue.yaml": `
dialogue: spoken
start: {voice: menu}
nodes:
  menu:
    menu: {say: menu}
    options: [{key: "1", spoken: code, to: ask}, {key: "3", spoken: over, to: bye}]
  ask: {ask: {say: ask, expect: code, into: code, spoken: true}, to: menu}
  bye: {end: {}}`,
		"texts/ru.yaml": `{menu: "Меню.", ask: "Код.", code: "код, код услуги", over: "закончить"}`,
		"texts/kk.yaml": `{menu: "Мәзір."}`,
		"texts/en.yaml": `{menu: "Menu."}`,
	}, &dialogue.Vocabulary{Entries: map[string]dialogue.Entry{"code": {MinDigits: 3, MaxDigits: 3}}})
	require.NoError(t, err)
	menu, err := d.Step(d.Begin(dialogue.Voice, dialogue.Russian, nil), dialogue.Input{Kind: dialogue.Started})
	require.NoError(t, err)
	ask, err := d.Step(menu.State, dialogue.Input{Kind: dialogue.Keys, Keys: "1"})
	require.NoError(t, err)
	return map[string]*dialogue.Spoken{"menu": menu.Expect.Spoken, "ask": ask.Expect.Spoken}
}

// newListeningWorld is a world whose line understands what the server does.
func newListeningWorld(t *testing.T) (*world, *speechtest.Server) {
	t.Helper()
	w, server := newWorldWithoutLine(t), speechtest.Start(t)
	w.script.spoken = spokenNodes(t)
	w.speech = &ivr.Speech{Engine: vosk.New(map[dialogue.Language]string{dialogue.Russian: server.URL()}), Languages: []dialogue.Language{dialogue.Russian},
		Confidence: 0.6, Questions: ivr.SpeechQuestions(w.metrics)}
	return w, server
}

// questions is how many questions have come to an end that the counter tells of.
func (w *world) questions(t *testing.T, outcome string) float64 {
	t.Helper()
	families, err := w.metrics.Gather()
	require.NoError(t, err)
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			if family.GetName() == "okno_speech_questions_total" && metric.GetLabel()[0].GetValue() == outcome {
				return metric.GetCounter().GetValue()
			}
		}
	}
	return 0
}

// sounds lists what is in Asterisk of callers who are heard.
func (w *world) sounds(t *testing.T) (found []string) {
	t.Helper()
	for _, kind := range []string{"/channels", "/bridges"} {
		status, body := w.ari(t, http.MethodGet, kind, "")
		require.Equal(t, http.StatusOK, status)
		var all []struct{ ID string }
		require.NoError(t, json.Unmarshal([]byte(body), &all))
		for _, one := range all {
			if strings.HasPrefix(one.ID, "okno-speech-") {
				found = append(found, one.ID)
			}
		}
	}
	return found
}

func (w *world) noSounds(t *testing.T) {
	t.Helper()
	require.Eventually(t, func() bool { return len(w.sounds(t)) == 0 }, 10*time.Second, 50*time.Millisecond, "%v stay in asterisk", w.sounds(t))
}

// speaks says a word into a phone once its call is listened to, in the question with a number.
func (w *world) speaks(t *testing.T, phone *ivrtest.Phone, server *speechtest.Server, question int) {
	t.Helper()
	require.Eventually(t, func() bool {
		all := server.Sessions()
		return len(all) >= question && all[question-1].Heard > 0
	}, 10*time.Second, 20*time.Millisecond, "nobody listens")
	phone.Speak(t, w.recorded("digits/7"))
}

// A caller who speaks is understood as one who presses keys, while a prompt is said and behind it; and as well by the process that takes the call over.
func TestACallerSpeaks(t *testing.T) {
	t.Parallel()
	w, server := newListeningWorld(t)
	for _, left := range []string{"/bridges/okno-speech-left?type=mixing", // of a process before
		"/channels/externalMedia?channelId=okno-speech-left-media&app=okno&external_host=INCOMING&transport=websocket&encapsulation=none&connection_type=server&format=slin"} {
		status, body := w.ari(t, http.MethodPost, left, "")
		require.Equal(t, http.StatusOK, status, body)
	}
	require.Len(t, w.sounds(t), 2)
	w.start(t)
	w.noSounds(t)

	server.Understand("код услуги", "ноль", "тридцать один", "закончить")
	phone := w.phones.Call(t, "+77010000901", "1414")
	menu := w.clip(t, "menu")
	w.speaks(t, phone, server, 1)
	at := w.hears(t, phone, "ask", "", 0)
	require.False(t, phone.Heard().Find(menu.From(menu.Length()-3*time.Second)).Found(), "the menu was said to its end")
	require.Contains(t, server.Sessions()[0].Phrases, "код услуги")

	w.speaks(t, phone, server, 2)
	phone.Spoken(t)
	<-time.After(2 * speechtest.Pause) // as people leave it between two numbers
	phone.Speak(t, w.recorded("digits/7"))
	at = w.hears(t, phone, "told", "031", at)

	require.Len(t, w.sounds(t), 3)
	w.stop()
	w.noSounds(t)
	w.start(t)
	t.Cleanup(func() { w.stop() })
	w.speaks(t, phone, server, 4)
	w.hears(t, phone, "bye", "", at)
	phone.Ends(t, 5*time.Second)
	w.ends(t)
	w.noSounds(t)
	require.InDelta(t, 3, w.questions(t, "answered"), 0)
	require.Zero(t, w.questions(t, "failed"))
}

// A key wins over what is said, and is all that is left when the engine fails.
func TestKeysAlwaysWork(t *testing.T) {
	t.Parallel()
	w, server := newListeningWorld(t)
	w.start(t)
	t.Cleanup(func() { w.stop() })
	phone := w.phones.Call(t, "+77010000902", "1414")
	server.UnderstandUnsurely("закончить", 0.3)
	w.speaks(t, phone, server, 1)
	phone.Spoken(t)
	<-time.After(2 * speechtest.Pause) // what is not sure is not heard
	phone.Key(t, "1")
	at := w.hears(t, phone, "ask", "", 0)

	server.Understand("семь")
	w.speaks(t, phone, server, 2)
	phone.Spoken(t)
	<-time.After(2 * speechtest.Pause)
	phone.Key(t, "031")
	at = w.hears(t, phone, "told", "031", at)

	server.Fail(speechtest.Closes)
	phone.Key(t, "1")
	at = w.hears(t, phone, "ask", "", at)
	phone.Key(t, "742")
	at = w.hears(t, phone, "told", "742", at)
	w.noSounds(t)
	sessions := len(server.Sessions())
	phone.Key(t, "3")
	w.hears(t, phone, "bye", "", at)
	phone.Ends(t, 5*time.Second)
	w.ends(t)
	require.Len(t, server.Sessions(), sessions, "an engine that failed is not tried again")
	require.InDelta(t, 1, w.questions(t, "failed"), 0)
	require.Equal(t, []string{"keys 1", "keys 031", "keys deaf 1", "keys deaf 742", "keys deaf 3", "hangup"}, pgtest.Opened[[]string](t, w.URL,
		`SELECT array_agg(body ORDER BY id) FROM entries WHERE speaker = 'citizen' AND kind = 'did'`), "the dialogue is told, for its prompts")

	server.Fail(speechtest.Silent) // as one that has too much to do
	phone = w.phones.Call(t, "+77010000903", "1414")
	require.Eventually(t, func() bool { return w.questions(t, "failed") == 2 }, 10*time.Second, 50*time.Millisecond)
	phone.Key(t, "3")
	w.hears(t, phone, "bye", "", 0)
	phone.Ends(t, 5*time.Second)
	w.ends(t)
	w.noSounds(t)
}
