package ivr_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/acd"
	"okno/internal/attachment"
	"okno/internal/attachment/folder"
	"okno/internal/call"
	"okno/internal/contact"
	"okno/internal/dialogue"
	"okno/internal/floor"
	"okno/internal/floor/floortest"
	"okno/internal/news"
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
	flag.Parse()
	parallel := true
	flag.Visit(func(f *flag.Flag) { parallel = parallel && f.Name != "test.parallel" })
	if parallel { // calls are mostly waited for: more of them at a time than there are cores
		_ = flag.Set("test.parallel", "8")
	}
	os.Exit(m.Run())
}

// world is a line on a real Asterisk, telephones on another, a real store and floor, and a dialogue that follows a script.
type world struct {
	*floortest.House
	asterisk *sandbox.Asterisk
	ariURL   string         // of the line
	outward  ivr.Outward    // of the line
	relay    *ivrtest.Relay // to ARI, in a world of faults
	wire     *pgtest.Wire   // to Postgres, likewise
	phones   *ivrtest.Phones
	espeak   string
	voice    voice.Config
	pack     *voice.Pack
	script   *script
	kept     string // the folder of recordings
	files    *attachment.Keeper
	news     *news.News
	metrics  *prometheus.Registry
	active   prometheus.Gauge
	quality  *prometheus.HistogramVec
	speech   *ivr.Speech
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
	return buildWorld(t, pgtest.URL(t))
}

// buildWorld is a world without a line whose database is at a URL.
func buildWorld(t *testing.T, database string) *world { return buildWorldOn(t, database, nil) }

// buildWorldOn is buildWorld on an Asterisk with files of the site's own.
func buildWorldOn(t *testing.T, database string, site map[string]string) *world {
	t.Helper()
	tools, err := sandbox.Prepare(t.Context(), "asterisk", "speech")
	require.NoError(t, err)
	w := &world{script: &script{}, metrics: prometheus.NewRegistry(), kept: t.TempDir()}
	w.files = keeper(t, w.kept)
	w.news, err = news.Open("")
	require.NoError(t, err)
	t.Cleanup(w.news.Close)
	w.House = floortest.Build(t, database, w.news)
	w.Floor = floor.New(w.Units, w.script, zerolog.Nop())
	w.active = ivr.ActiveCalls(w.metrics, "test")
	w.quality = ivr.CallQuality(prometheus.NewRegistry())
	w.espeak = tools.Espeak
	w.voice = voice.Config{
		Engines: voice.Espeak(tools.Espeak), Folder: t.TempDir(), Log: zerolog.Nop(),
	}
	w.pack = voice.New(w.voice)
	for _, text := range texts {
		require.Len(t, w.pack.Clips(t.Context(), [][]dialogue.Fragment{{words(text)}}), 1)
	}
	w.asterisk, err = sandbox.StartAsterisk(t.Context(), sandbox.AsteriskConfig{
		Tree: tools.AsteriskTree, Run: t.TempDir(), Username: "okno", Password: "secret", Sounds: w.voice.Folder, Loopback: true, Site: site,
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.asterisk.Stop()) })
	w.ariURL = w.asterisk.ARI()
	w.phones = ivrtest.StartPhones(t, tools, w.asterisk.SIP())
	w.AddAgents(t, 2)
	for i, extension := range []string{"1001", "1002"} {
		w.sitAt(t, i, extension)
	}
	return w
}

// keeper keeps files in a folder.
func keeper(t *testing.T, path string) *attachment.Keeper {
	t.Helper()
	files, err := folder.New(path)
	require.NoError(t, err)
	return attachment.NewKeeper(files)
}

// sitAt gives an agent the phone of an extension on the other Asterisk.
func (w *world) sitAt(t *testing.T, agent int, extension string) {
	t.Helper()
	w.Agents[agent].Endpoint = "PJSIP/loopback/sip:" + extension + "@" + w.phones.SIP()
	pgtest.Exec(t, w.URL, fmt.Sprintf(`UPDATE agents SET endpoint = '%s' WHERE id = %d`, w.Agents[agent].Endpoint, w.Agents[agent].ID))
}

// start runs a line, as a process that has just come up would.
func (w *world) start(t *testing.T) {
	t.Helper()
	w.line, w.stop = w.run(t, "node-1")
	require.Eventually(t, func() bool { return w.line.Ready() == nil }, 10*time.Second, 20*time.Millisecond)
}

// run runs a line as a node.
func (w *world) run(t *testing.T, node string) (line *ivr.Line, stop func()) {
	t.Helper()
	hints, unsubscribe := w.news.Subscribe(news.Orders)
	log := zerolog.New(zerolog.NewTestWriter(t)).With().Timestamp().Str("node", node).Logger()
	line = ivr.New(ivr.Config{
		Asterisk: ivr.Asterisk{Name: "ast1", URL: w.ariURL, Username: "okno", Password: "secret", Area: "727",
			Trunk: w.trunk(), Outward: w.outward},
		Node: node, Floor: w.Floor, Store: w.DB, Voice: w.pack, Files: w.files, Hints: hints, Active: w.active, Quality: w.quality, Speech: w.speech, Log: log,
	})
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- line.Run(ctx) }()
	return line, sync.OnceFunc(func() {
		cancel()
		require.NoError(t, <-ran)
		unsubscribe()
	})
}

// trunk is the way to the telephones of the other Asterisk.
func (w *world) trunk() string { return "PJSIP/loopback/sip:{number}@" + w.phones.SIP() }

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
		live, err := w.DB.LiveCalls(t.Context(), "ast1")
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

// only gives the one live call, once it is at the stage.
func (w *world) only(t *testing.T, stage call.Stage) call.Call {
	t.Helper()
	var live []call.Call
	require.Eventually(t, func() bool {
		var err error
		live, err = w.DB.LiveCalls(t.Context(), "ast1")
		return err == nil && len(live) == 1 && live[0].Stage == stage
	}, 10*time.Second, 50*time.Millisecond, "no call that is %s", stage)
	return live[0]
}

var texts = map[string]string{
	"menu":    "Здравствуйте, вы позвонили на единую линию. Чтобы набрать код услуги, нажмите один. Чтобы поговорить с оператором, нажмите два. Чтобы закончить, нажмите три.",
	"ask":     "Наберите код услуги: три цифры.",
	"number":  "Наберите номер обращения.",
	"slow":    "Наберите шесть цифр, не торопитесь.",
	"told":    "Вы набрали код",
	"wrong":   "Такого варианта нет.",
	"silence": "Вы ничего не нажали.",
	"queue":   "Соединяем вас с оператором. Пожалуйста, подождите.",
	"place":   "Ваш номер в очереди",
	"choices": "Чтобы вернуться в меню и не ждать больше оператора, нажмите один. Чтобы услышать своё место ещё раз, нажмите любую другую клавишу.",
	"same":    "Пожалуйста, оставайтесь на линии. Оператор вам ответит.",
	"record":  "Вам звонит оператор. Можно записать разговор? Если да, нажмите один. Если нет, нажмите два.",
	"message": "Оставьте сообщение после сигнала.",
	"heard":   "Вы сказали:",
	"written": "Произнести это не получается: мы отправили вам SMS.",
	"bye":     "Спасибо за обращение. До свидания.",
}

// name is said to whoever keys a star in the menu; nothing has rendered it.
const name = "Қосымша білім беру орталығы"

func words(text string) dialogue.Fragment {
	return dialogue.Fragment{Kind: dialogue.Words, Language: dialogue.Russian, Text: text}
}

func digits(text string) dialogue.Fragment {
	return dialogue.Fragment{Kind: dialogue.SpokenDigits, Language: dialogue.Russian, Text: text}
}

// queued is a citizen who waits for an operator. It gives the interaction and the contact.
func (w *world) queued(t *testing.T, number string) (phone *ivrtest.Phone, interaction, id int64) {
	t.Helper()
	phone = w.phones.Call(t, number, "1414")
	phone.Key(t, "2")
	w.hears(t, phone, "queue", "", 0)
	interaction = w.only(t, call.Waiting).Interaction
	return phone, interaction, w.ContactOf(t, interaction)
}

// accepted is an operator who accepts a contact: the phone is about to ring.
func (w *world) accepted(t *testing.T, agent int, id int64) {
	t.Helper()
	w.Do(t, func(s *store.Work) error {
		return s.SetStatus(t.Context(), w.Agents[agent].ID, acd.Available, "", "test")
	})
	w.Do(t, func(s *store.Work) error {
		return s.SetStatus(t.Context(), w.Agents[1-agent].ID, acd.Paused, "break", "test")
	})
	require.Eventually(t, func() bool {
		w.Dispatch(t)
		return w.Contact(t, id).State == contact.Offered
	}, 5*time.Second, 20*time.Millisecond, "no offer")
	w.Accept(t, w.Agents[agent], id)
}

// comes waits until a contact is in a state.
func (w *world) comes(t *testing.T, id int64, state contact.State) contact.Contact {
	t.Helper()
	var c contact.Contact
	require.Eventually(t, func() bool { c = w.Contact(t, id); return c.State == state }, 15*time.Second, 20*time.Millisecond,
		"the contact is not %s", state)
	return c
}

// talks is a citizen who talks with the first operator.
func (w *world) talks(t *testing.T, number string) (citizen, operator *ivrtest.Phone, interaction, id int64) {
	t.Helper()
	citizen, interaction, id = w.queued(t, number)
	w.accepted(t, 0, id)
	operator = w.connects(t, id, "1001")
	return citizen, operator, interaction, id
}

// releases is an operator who ends the talk at the desk.
func (w *world) releases(t *testing.T, agent int, id int64) {
	t.Helper()
	w.Do(t, func(s *store.Work) error { return w.Floor.Release(t.Context(), s, w.Agents[agent], id) })
}

// agentLeg is the channel of the operator's leg of the one live call.
func (w *world) agentLeg(t *testing.T, stage call.Stage) string {
	t.Helper()
	leg, ok := w.only(t, stage).Leg(call.Agent)
	require.True(t, ok)
	return leg.ID
}

// inputs are what the dialogue was told of an interaction.
func (w *world) inputs(t *testing.T, interaction int64) []string {
	t.Helper()
	return pgtest.Opened[[]string](t, w.URL, `SELECT coalesce(array_agg(body ORDER BY id), '{}') FROM entries WHERE interaction_id = $1 AND kind = 'did'`, interaction)
}

// playing are the playbacks that Asterisk has for a call: one that plays, and those queued behind it.
func (w *world) playing(t *testing.T, channel string) (live []string) {
	t.Helper()
	for n := range 16 {
		id := fmt.Sprintf("%s-play-%d", channel, n)
		if status, _ := w.ari(t, http.MethodGet, "/playbacks/"+id, ""); status == http.StatusOK {
			live = append(live, id)
		}
	}
	return live
}

// ari asks the line's Asterisk itself.
func (w *world) ari(t *testing.T, method, path, body string) (status int, said string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, w.asterisk.ARI()+path, strings.NewReader(body))
	require.NoError(t, err)
	request.SetBasicAuth("okno", "secret")
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(content)
}
