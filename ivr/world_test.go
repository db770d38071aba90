package ivr_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/call"
	"okno/internal/dialogue"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
	"okno/internal/sandbox"
	"okno/ivr"
	"okno/ivr/ivrtest"
	"okno/ivr/voice"
)

// lineEnv makes the test program run a line instead of tests, so that a test can kill it: a lineOptions in JSON.
const lineEnv = "OKNO_TEST_RUN_LINE"

func TestMain(m *testing.M) {
	ivr.PrepareTransport()
	if options := os.Getenv(lineEnv); options != "" {
		runLine(options)
		return
	}
	os.Exit(m.Run())
}

// world is a line on a real Asterisk, telephones on another, a real store, and a conversation that follows a script.
type world struct {
	asterisk *sandbox.Asterisk
	phones   *ivrtest.Phones
	voice    voice.Config
	pack     *voice.Pack
	url      string // of the database
	db       *store.Store
	script   *script
	metrics  *prometheus.Registry
	active   prometheus.Gauge
	line     *ivr.Line
	stop     func()
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := newWorldWithoutLine(t)
	w.start(t)
	t.Cleanup(func() { w.stop() })
	return w
}

func newWorldWithoutLine(t *testing.T) *world {
	t.Helper()
	tools, err := sandbox.Prepare(t.Context(), "asterisk", "speech")
	require.NoError(t, err)
	w := &world{url: pgtest.URL(t), metrics: prometheus.NewRegistry()}
	w.db = pgtest.Open(t, w.url)
	w.active = ivr.ActiveCalls(w.metrics, "test")
	w.script = newScript(w.db, filepath.Join(t.TempDir(), "script.json"))
	w.voice = voice.Config{
		Espeak: tools.Espeak, Folder: t.TempDir(), Recorded: voice.RecordedSets(tools.AsteriskSounds()), Log: zerolog.Nop(),
	}
	w.pack = voice.New(w.voice)
	for _, text := range texts {
		require.Len(t, w.pack.Clips(t.Context(), [][]dialogue.Fragment{{words(text)}}), 1)
	}
	w.asterisk, err = sandbox.StartAsterisk(t.Context(), sandbox.AsteriskConfig{
		Tree: tools.AsteriskTree, Run: t.TempDir(), Username: "okno", Password: "secret", Sounds: w.voice.Folder, Loopback: true,
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.asterisk.Stop()) })
	w.phones = ivrtest.StartPhones(t, tools, w.asterisk.SIP())
	return w
}

// start runs a line, as a process that has just come up would.
func (w *world) start(t *testing.T) {
	t.Helper()
	log := zerolog.New(zerolog.NewTestWriter(t)).With().Timestamp().Logger()
	w.line = ivr.New(ivr.Config{
		Asterisk:     ivr.Asterisk{Name: "ast1", URL: w.asterisk.ARI(), Username: "okno", Password: "secret"},
		Node:         "node-1",
		Conversation: w.script, Operators: w.script, Store: w.db, Voice: w.pack, Active: w.active, Log: log,
	})
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- w.line.Run(ctx) }()
	w.stop = sync.OnceFunc(func() {
		cancel()
		require.NoError(t, <-ran)
	})
	require.Eventually(t, func() bool { return w.line.Ready() == nil }, 10*time.Second, 20*time.Millisecond)
}

// clip is the sound of a text.
func (w *world) clip(t *testing.T, name string) ivrtest.Sound {
	t.Helper()
	uris := w.pack.Clips(t.Context(), [][]dialogue.Fragment{{words(texts[name])}})
	require.Len(t, uris, 1)
	return ivrtest.ReadSound(t, strings.TrimPrefix(uris[0], "sound:")+".wav")
}

// hears waits until the phone has heard a text, and the digits after it, in this order and without a gap. It returns the
// place where they end.
func (w *world) hears(t *testing.T, phone *ivrtest.Phone, name, spelled string, after time.Duration) time.Duration {
	t.Helper()
	const within, gap = 15 * time.Second, 150 * time.Millisecond
	at := phone.Hears(t, w.clip(t, name), after, within)
	for _, uri := range w.pack.Clips(t.Context(), [][]dialogue.Fragment{{digits(spelled)}}) {
		clip := ivrtest.ReadSound(t, strings.TrimPrefix(uri, "sound:")+".wav")
		end := phone.Hears(t, clip, at-gap, within)
		require.InDelta(t, at, end-clip.Length(), float64(gap), "%s does not follow at once", uri)
		at = end
	}
	return at
}

// recorded is a file of Asterisk's own, for people to say.
func (w *world) recorded(name string) string {
	return filepath.Join(w.asterisk.Config.Tree, "usr/share/asterisk/sounds/ru_RU_f_IvrvoiceRU", name+".wav")
}

// ends waits until no call lives, in the process and in the store.
func (w *world) ends(t *testing.T) {
	t.Helper()
	require.Eventually(t, func() bool {
		live, err := w.db.LiveCalls(t.Context(), "ast1")
		return err == nil && len(live) == 0 && w.activeCalls(t) == 0
	}, 5*time.Second, 50*time.Millisecond)
}

// activeCalls is what the gauge okno_calls_active shows.
func (w *world) activeCalls(t *testing.T) float64 {
	families, err := w.metrics.Gather()
	require.NoError(t, err)
	require.Equal(t, "okno_calls_active", families[0].GetName())
	return families[0].GetMetric()[0].GetGauge().GetValue()
}

// only gives the one live call, once it is in the state.
func (w *world) only(t *testing.T, state call.State) call.Call {
	t.Helper()
	var live []call.Call
	require.Eventually(t, func() bool {
		var err error
		live, err = w.db.LiveCalls(t.Context(), "ast1")
		return err == nil && len(live) == 1 && live[0].State == state
	}, 10*time.Second, 50*time.Millisecond, "no call that is %s", state)
	return live[0]
}

var texts = map[string]string{
	"menu":    "Здравствуйте, вы позвонили на единую линию. Чтобы набрать код услуги, нажмите один. Чтобы поговорить с оператором, нажмите два. Чтобы закончить, нажмите три.",
	"ask":     "Наберите код услуги: три цифры.",
	"told":    "Вы набрали код",
	"wrong":   "Такого варианта нет.",
	"silence": "Вы ничего не нажали.",
	"queue":   "Соединяем вас с оператором. Пожалуйста, подождите.",
	"bye":     "Спасибо за обращение. До свидания.",
}

func words(text string) dialogue.Fragment {
	return dialogue.Fragment{Kind: dialogue.Words, Language: dialogue.Russian, Text: text}
}

func digits(text string) dialogue.Fragment {
	return dialogue.Fragment{Kind: dialogue.SpokenDigits, Language: dialogue.Russian, Text: text}
}
