package e2e

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"okno/internal/call"
	"okno/internal/postgres/pgtest"
	"okno/ivr/ivrtest"
)

// requireMusic has a citizen hear music, and nothing of what the operator's microphone hears.
func (w *world) requireMusic(t *testing.T, citizen *ivrtest.Phone) {
	t.Helper()
	voice := ivrtest.ReadSound(t, recorded(operatorSays))
	after := citizen.Heard().Length()
	eventually(t, patience, func() bool { return citizen.Heard().From(after).Length() > voice.Length()+time.Second }, func() string { return "no music" })
	heard := citizen.Heard().From(after)
	require.Greater(t, heard.Level(), -50.0, "no music")
	require.False(t, heard.Find(voice.Until(2*time.Second)).Found(), "whoever is held hears the operator")
}

// An operator holds and resumes a call, sends keys and switches the microphone off.
func (w *world) talkAtDesk(t *testing.T, desk *page) {
	citizen := w.queued(t, "+77010000002")
	desk.clicks(t, ".offer .accept")
	desk.sees(t, "button.hangup")
	w.requireTalk(t, citizen, desk)
	desk.clicks(t, "button.hold")
	desk.sees(t, "button.hold[aria-pressed=true]")
	w.requireMusic(t, citizen)
	desk.clicks(t, "button.keys")
	desk.clicks(t, `.pad button[data-key="5"]`)
	desk.reads(t, ".banner", "Сейчас это невозможно") // nobody hears it
	desk.clicks(t, "button.hold")
	desk.sees(t, "button.hold[aria-pressed=false]")
	desk.clicks(t, `.pad button[data-key="1"]`)
	desk.reads(t, ".pad output", "51")
	desk.clicks(t, "button.keys")
	w.requireTalk(t, citizen, desk)

	desk.clicks(t, "button.mute")
	desk.sees(t, "button.mute[aria-pressed=true]")
	quiet := citizen.Heard().Length()
	<-time.After(ivrtest.ReadSound(t, recorded(operatorSays)).Length() + time.Second) // the microphone's whole round
	heard := citizen.Heard().From(quiet + time.Second)
	require.Less(t, heard.Level(), -60.0, "a microphone that is off is heard")
	desk.clicks(t, "button.mute")
	w.requireTalk(t, citizen, desk)

	// A colleague is asked, comes into the talk, and goes on alone with the citizen.
	expert := browse(t, w.http+"/desk/", recorded(operatorSays))
	expert.logsIn(t, "boris", demoPassword)
	expert.sees(t, "#phone-lamp.on")
	expert.chooses(t, "#status", "available")
	eventually(t, patience, func() bool {
		return pgtest.Value[string](t, w.database, `SELECT status FROM agents WHERE login = 'boris'`) == "available"
	}, func() string { return "not available" })
	desk.clicks(t, "button.transfer")
	desk.clicks(t, ".destinations button.consult")
	expert.sees(t, ".offer .accept")
	desk.clicks(t, "button.cancel") // and thought better of
	expert.misses(t, ".offer .accept")
	w.requireTalk(t, citizen, desk)
	desk.clicks(t, "button.transfer")
	desk.types(t, ".destinations input[name=note]", "Просит ускорить")
	desk.clicks(t, ".destinations button.consult")
	desk.reads(t, ".parties", "вызываем")
	w.requireMusic(t, citizen)
	expert.clicks(t, ".offer .accept")
	expert.reads(t, ".parties", "Коллега просит совета")
	expert.sees(t, ".thread .bubble") // the story goes along
	desk.clicks(t, "button.swap")
	w.requireTalk(t, citizen, desk)
	desk.clicks(t, "button.conference")
	desk.reads(t, "button.complete", "Выйти из разговора")
	desk.picture(t, "desk-conference.png")
	desk.clicks(t, "button.complete")
	expert.misses(t, ".parties")
	w.requireTalk(t, citizen, expert)
	desk.files(t, "forwarded")

	// Back without a word.
	expert.clicks(t, "button.transfer")
	expert.types(t, ".destinations input[name=note]", "Ждёт ответа")
	expert.clicks(t, ".destinations button.pass")
	desk.clicks(t, ".offer .accept")
	desk.reads(t, ".thread", "Ждёт ответа")
	w.requireTalk(t, citizen, desk)
	expert.files(t, "forwarded")
	expert.clicks(t, "button.logout")
	desk.clicks(t, "button.hangup")
	w.filed(t, desk, "resolved")
}

// An operator loads the page anew in a call: the citizen hears music, and within seconds the operator again. Held stays held.
func (w *world) reloadInACall(t *testing.T, desk *page) {
	citizen := w.queued(t, "+77010000002")
	desk.clicks(t, ".offer .accept")
	desk.sees(t, "button.hangup")
	w.requireTalk(t, citizen, desk)
	for range 2 {
		desk.do(t, "reload", chromedp.Reload())
		loaded := time.Now()
		desk.sees(t, "button.mute")
		t.Logf("audio is back %v after the page was loaded", time.Since(loaded))
		w.requireTalk(t, citizen, desk)
	}
	desk.clicks(t, "button.hold")
	w.requireMusic(t, citizen)
	desk.do(t, "reload", chromedp.Reload())
	desk.sees(t, "button.mute")
	w.requireMusic(t, citizen)
	desk.clicks(t, "button.hold")
	w.requireTalk(t, citizen, desk)

	// A page that does not come back leaves the citizen to the queue.
	after := citizen.Heard().Length()
	desk.do(t, "leave", chromedp.Navigate("about:blank"))
	citizen.Hears(t, w.clips(t, ru, whole("operator.wait"))[0], after, call.AwayPatience+patience)
	desk.do(t, "come back", chromedp.Navigate(w.http+"/desk/"))
	desk.clicks(t, ".offer .accept")
	w.requireTalk(t, citizen, desk)
	desk.clicks(t, "button.hangup")
	w.filed(t, desk, "resolved")
}
