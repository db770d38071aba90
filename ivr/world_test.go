package ivr_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/call"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/postgres"
	"okno/internal/postgres/pgtest"
	"okno/internal/sandbox"
	"okno/ivr"
	"okno/ivr/ivrtest"
	"okno/ivr/voice"
)

func TestMain(m *testing.M) {
	ivr.PrepareTransport()
	os.Exit(m.Run())
}

// world is a line on a real Asterisk, telephones on another, a real store, and a conversation that follows a script.
type world struct {
	asterisk *sandbox.Asterisk
	phones   *ivrtest.Phones
	pack     *voice.Pack
	db       *postgres.DB
	script   *script
	metrics  *prometheus.Registry
	active   prometheus.Gauge
	line     *ivr.Line
	stop     func()
}

func newWorld(t *testing.T) *world {
	t.Helper()
	tools, err := sandbox.Prepare(t.Context(), "asterisk", "speech")
	require.NoError(t, err)
	w := &world{db: pgtest.New(t), metrics: prometheus.NewRegistry()}
	w.active = ivr.ActiveCalls(w.metrics, "test")
	w.script = &script{db: w.db, at: map[int64]string{}, heard: map[int64][]dialogue.Input{}}
	sounds := t.TempDir()
	w.pack = voice.New(voice.Config{
		Espeak: tools.Espeak, Folder: sounds, Recorded: voice.RecordedSets(tools.AsteriskSounds()), Log: zerolog.Nop(),
	})
	for _, text := range texts {
		require.Len(t, w.pack.Clips(t.Context(), [][]dialogue.Fragment{{words(text)}}), 1)
	}
	w.asterisk, err = sandbox.StartAsterisk(t.Context(), sandbox.AsteriskConfig{
		Tree: tools.AsteriskTree, Run: t.TempDir(), Username: "okno", Password: "secret", Sounds: sounds, Loopback: true,
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.asterisk.Stop()) })
	w.phones = ivrtest.StartPhones(t, tools, w.asterisk.SIP())
	w.start(t)
	t.Cleanup(func() { w.stop() })
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

// script is a small dialogue: a menu, a code, a queue, a goodbye.
type script struct {
	db *postgres.DB

	mu    sync.Mutex
	at    map[int64]string // the node of each interaction
	heard map[int64][]dialogue.Input
	lost  []bool // how operators left
	down  int    // steps that are to fail
}

func (s *script) Begin(ctx context.Context, c call.Call) (conversation.Turn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.fail(); err != nil {
		return conversation.Turn{}, err
	}
	err := s.db.Do(ctx, func(w *postgres.Work) (err error) {
		c.Interaction, err = w.OpenInteraction(ctx, conversation.Interaction{
			Channel: dialogue.Voice, Number: c.Number, Verification: "none", Language: dialogue.Russian})
		if err != nil {
			return err
		}
		return w.AddCall(ctx, c)
	})
	s.at[c.Interaction] = "menu"
	return s.turn(c.Interaction), err
}

func (s *script) Advance(_ context.Context, interaction int64, in dialogue.Input) (conversation.Turn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.fail(); err != nil {
		return conversation.Turn{}, err
	}
	s.heard[interaction] = append(s.heard[interaction], in)
	switch {
	case in.Kind == dialogue.Resumed || in.Kind == dialogue.Hangup:
		return s.turn(interaction), nil
	case in.Kind == dialogue.Silence:
		return s.turn(interaction, words(texts["silence"])), nil
	case s.at[interaction] == "ask":
		s.at[interaction] = "menu"
		return s.turn(interaction, words(texts["told"]), digits(in.Keys)), nil
	}
	next, ok := map[string]string{"1": "ask", "2": "queue", "3": "bye"}[in.Keys]
	if !ok {
		return s.turn(interaction, words(texts["wrong"])), nil
	}
	s.at[interaction] = next
	return s.turn(interaction), nil
}

func (s *script) OperatorLeft(_ context.Context, interaction int64, lost bool) (conversation.Turn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lost = append(s.lost, lost)
	if !lost {
		s.at[interaction] = "bye"
	}
	return s.turn(interaction), nil
}

// turn says what is to be said first, and then the node's own text.
func (s *script) turn(interaction int64, first ...dialogue.Fragment) conversation.Turn {
	turn := conversation.Turn{Interaction: interaction, Language: dialogue.Russian}
	if len(first) > 0 {
		turn.Spoken = append(turn.Spoken, first)
	}
	at := s.at[interaction]
	turn.Spoken = append(turn.Spoken, []dialogue.Fragment{words(texts[at])})
	switch at {
	case "menu":
		turn.Expect = dialogue.Expectation{Kind: dialogue.ExpectKey, Keys: "123", Timeout: 2 * time.Second}
	case "ask":
		turn.Expect = dialogue.Expectation{Kind: dialogue.ExpectDigits, MinDigits: 3, MaxDigits: 3, Back: "*", Terminator: "#",
			Timeout: 4 * time.Second, InterDigit: 2 * time.Second}
	case "queue":
		turn.Expect = dialogue.Expectation{Kind: dialogue.ExpectOutcome, Queue: true}
	default:
		turn.Expect = dialogue.Expectation{Kind: dialogue.ExpectNothing}
	}
	return turn
}

func (s *script) fail() error {
	if s.down == 0 {
		return nil
	}
	s.down--
	return context.DeadlineExceeded
}

// inputs are what the conversation was told of an interaction.
func (s *script) inputs(interaction int64) []dialogue.Input {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.heard[interaction])
}

func (s *script) departures() []bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.lost)
}
