package e2e

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
	"okno/ivr/ivrtest"
)

// A caller is asked and says yes; the operator sees that the talk is recorded, pauses that, and hears the talk once it is over, from any place on.
// Another says no, and the operator sees that. What was said is written down.
func (w *world) recordingAtDesk(t *testing.T, desk *page) {
	needAxe(t)
	pgtest.Exec(t, w.database, `UPDATE queues SET recording = 'asked', transcripts = true, wrap_up_seconds = 600 WHERE name = 'general'`)
	defer pgtest.Exec(t, w.database, `UPDATE queues SET recording = 'off', transcripts = false, wrap_up_seconds = NULL WHERE name = 'general'`)
	w.speech.Understand("потерян паспорт")
	asked := func(answer string) *ivrtest.Phone {
		citizen := w.calls(t, "+77010000002")
		w.hears(t, citizen, ru, 0, begins("main.menu"))
		citizen.Key(t, "0")
		w.hears(t, citizen, ru, 0, whole("recording.asked"))
		citizen.Key(t, answer)
		desk.clicks(t, ".offer .accept")
		desk.sees(t, "button.hangup")
		w.requireTalk(t, citizen, desk)
		return citizen
	}
	citizen := asked("2")
	desk.sees(t, ".recording.none")
	desk.misses(t, "button.record")
	desk.clicks(t, "button.hangup")
	citizen.Ends(t, patience)
	w.filed(t, desk, "resolved")
	require.Zero(t, pgtest.Value[int](t, w.database, `SELECT count(*) FROM recordings`))

	citizen = asked("1")
	desk.sees(t, ".recording.on")
	desk.clicks(t, "button.record")
	desk.reads(t, ".recording.paused", "на паузе")
	desk.clicks(t, "button.record[aria-pressed=true]")
	desk.sees(t, ".recording.on")
	desk.clicks(t, "button.hangup")
	citizen.Ends(t, patience)
	desk.sees(t, ".thread .talk audio")
	length := value[float64](t, desk, `(async () => { const a = document.querySelector('.thread .talk audio'); await a.play(); return a.duration })()`)
	require.Greater(t, length, 2.0)
	eventually(t, patience, func() bool {
		return value[float64](t, desk, `document.querySelector('.thread .talk audio').currentTime`) > 0.5
	},
		func() string { return "the talk does not play" })
	desk.sees(t, ".thread .talk .waveform path.theirs")
	require.Empty(t, desk.violations(t, ".thread .talk .waveform"))
	desk.runs(t, `{ const a = document.querySelector('.thread .talk audio'); a.currentTime = a.duration - 1 }`)
	eventually(t, patience, func() bool {
		return value[float64](t, desk, `document.querySelector('.thread .talk audio').currentTime`) > length-0.9
	},
		func() string { return "the talk does not go on from another place" })
	desk.runs(t, `document.querySelector('.thread .talk audio').pause()`)
	w.transcriptIsTriedAgain(t, desk)
	w.transcriptAtDesk(t, desk)
	require.Positive(t, pgtest.Value[int](t, w.database, `SELECT count(*) FROM audit WHERE action = 'recording.hear'`))
	w.filed(t, desk, "resolved")
}

// The transcript has failed; the operator has the talk written down again.
func (w *world) transcriptIsTriedAgain(t *testing.T, desk *page) {
	desk.sees(t, ".thread .transcript > button") // the job is done
	pgtest.Exec(t, w.database, `UPDATE transcripts SET state = 'failed', failure = 'engine', attempts = 6, done_ms = 0, sealed = NULL, tokens = '{}'`)
	desk.do(t, "reload", chromedp.Reload())
	desk.reads(t, ".thread .unwritten", "распознавание не отвечало")
	require.Empty(t, desk.violations(t, ".thread .unwritten"))
	w.speech.Understand("потерян паспорт")
	desk.clicks(t, ".thread .unwritten .retry")
	desk.sees(t, ".thread .transcript > button")
	require.Equal(t, 1, pgtest.Value[int](t, w.database, `SELECT count(*)::int FROM audit WHERE action = 'transcript.retry'`))
}

// The operator reads what was said, hears a line again, corrects it, and finds the talk by it.
func (w *world) transcriptAtDesk(t *testing.T, desk *page) {
	desk.clicks(t, ".thread .transcript > button")
	desk.reads(t, ".thread .transcript li", "потерян паспорт")
	desk.clicks(t, ".thread .transcript .play")
	eventually(t, patience, func() bool {
		return value[bool](t, desk, `(() => { const a = document.querySelector('.thread .talk audio'); return !a.paused && a.currentTime < a.duration - 1 })()`)
	},
		func() string { return "the line does not play" })
	desk.runs(t, `document.querySelector('.thread .talk audio').pause()`)
	desk.clicks(t, ".thread .transcript .correct")
	desk.focusIn(t, ".thread .transcript textarea")
	desk.clears(t, ".thread .transcript textarea")
	desk.types(t, ".thread .transcript textarea", "потерян техпаспорт")
	desk.clicks(t, ".thread .transcript form .primary")
	desk.reads(t, ".thread .transcript li", "Было распознано: потерян паспорт")
	desk.focusIn(t, ".thread .transcript .correct")
	require.Empty(t, desk.violations(t, ".thread .transcript"))
	desk.types(t, ".search input", "техпаспорта\r")
	desk.reads(t, ".found-talks li", "Алия")
	desk.clicks(t, ".found .row button")
	desk.sees(t, ".wrapup")
}
