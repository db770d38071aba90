package vosk

import (
	"context"
	"encoding/binary"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/grammar"
	"okno/internal/speech"
	"okno/internal/speech/speechtest"
)

// sound is so much of silence, or of a tone as loud as speech.
func sound(length time.Duration, tone bool) []byte {
	samples := make([]byte, int(length*speech.SampleRate/time.Second)*speech.BytesPerSample)
	for i := range len(samples) / 2 {
		if tone {
			v := int16(8000 * math.Sin(float64(i)*2*math.Pi*440/speech.SampleRate))
			binary.LittleEndian.PutUint16(samples[2*i:], uint16(v))
		}
	}
	return samples
}

func start(t *testing.T) (*speechtest.Server, *Engine) {
	t.Helper()
	server := speechtest.Start(t)
	return server, New(map[grammar.Language]string{grammar.Russian: server.URL()})
}

func listen(t *testing.T, e *Engine, expected ...string) speech.Listener {
	t.Helper()
	listener, err := e.Listen(t.Context(), grammar.Russian, expected)
	require.NoError(t, err)
	t.Cleanup(listener.Close)
	return listener
}

// A caller is heard in pieces: words come while they are said, and for good behind them.
func TestACallIsHeard(t *testing.T) {
	t.Parallel()
	server, engine := start(t)
	server.Understand("семь четыре", "да")
	listener := listen(t, engine, "да", "четвёртый")

	hear := func(samples []byte) speech.Utterance {
		t.Helper()
		u, err := listener.Hear(t.Context(), samples)
		require.NoError(t, err)
		return u
	}
	require.Zero(t, hear(sound(200*time.Millisecond, false)))
	require.Equal(t, speech.Utterance{Words: []speech.Word{{Text: "семь"}, {Text: "четыре"}}}, hear(sound(600*time.Millisecond, true)))
	require.Equal(t, speech.Utterance{Final: true, Words: []speech.Word{
		{Text: "семь", Begin: 200 * time.Millisecond, End: 500 * time.Millisecond, Confidence: 1},
		{Text: "четыре", Begin: 500 * time.Millisecond, End: 800 * time.Millisecond, Confidence: 1},
	}}, hear(sound(500*time.Millisecond, false)))
	require.Zero(t, hear(sound(time.Second, false)))

	hear(sound(400*time.Millisecond, true))
	last, err := listener.End(t.Context())
	require.NoError(t, err)
	require.True(t, last.Final)
	require.Equal(t, "да", last.Text())
	require.Equal(t, []string{"да", "четвёртый", "четвертый", "[unk]"}, server.Sessions()[0].Phrases)
	require.True(t, server.Sessions()[0].Ended)
}

// A whole recording is one call: nothing that is said in it is lost.
func TestARecordingIsHeardAtOnce(t *testing.T) {
	t.Parallel()
	server, engine := start(t)
	server.Understand("раз", "два", "три")
	var recording []byte
	for range 2 {
		recording = append(recording, sound(time.Second, true)...)
		recording = append(recording, sound(4*time.Second, false)...)
	}
	recording = append(recording, sound(time.Second, true)...)
	listener := listen(t, engine)
	first, err := listener.Hear(t.Context(), recording)
	require.NoError(t, err)
	require.Equal(t, "раз два", first.Text())
	last, err := listener.End(t.Context())
	require.NoError(t, err)
	require.Equal(t, "три", last.Text())
	require.Equal(t, 10*time.Second, last.Words[0].Begin)
	require.Empty(t, server.Sessions()[0].Phrases)
	require.Equal(t, 11*time.Second, server.Sessions()[0].Heard)
}

func TestAnswersAreRead(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]speech.Utterance{
		`{"partial": ""}`:         {},
		`{"partial": "[unk] Да"}`: {Words: []speech.Word{{}, {Text: "да"}}},
		`{"text": ""}`:            {},
		`{"text": "да"}`:          {Final: true, Words: []speech.Word{{Text: "да", Confidence: 1}}},
		`{"text": "[unk] да", "result": [{"word": "[unk]", "start": 0.03, "end": 0.5, "conf": 0.4}, {"word": "да", "start": 1e300, "end": -1, "conf": 7}]}`: {Final: true,
			Words: []speech.Word{{Begin: 30 * time.Millisecond, End: 500 * time.Millisecond, Confidence: 0.4}, {Text: "да", Begin: 24 * time.Hour, End: 24 * time.Hour, Confidence: 1}}},
	} {
		u, err := parse([]byte(said))
		require.NoError(t, err, said)
		require.Equal(t, want, u, said)
	}
	for _, said := range []string{``, `null`, `[]`, `{}`, `{"text": 7}`, `{"result": []}`, `{"alternatives": []}`} {
		_, err := parse([]byte(said))
		require.ErrorIs(t, err, ErrAnswer, said)
	}
}

// Whatever a server does wrong is an error soon, and never a word.
func TestServersFail(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]speechtest.Fault{
		"closes": speechtest.Closes, "silent": speechtest.Silent, "nonsense": speechtest.Nonsense, "foreign": speechtest.Foreign, "endless": speechtest.Endless,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, engine := start(t)
			engine.limit = 500 * time.Millisecond
			server.Fail(fault)
			listener := listen(t, engine)
			_, err := listener.Hear(t.Context(), sound(time.Second, true))
			require.Error(t, err)
			_, err = listener.End(t.Context())
			require.Error(t, err)
		})
	}
}

func TestServersRefuse(t *testing.T) {
	t.Parallel()
	server, engine := start(t)
	server.Fail(speechtest.Refuses)
	_, err := engine.Listen(t.Context(), grammar.Russian, nil)
	require.ErrorContains(t, err, "503")
	_, err = engine.Listen(t.Context(), grammar.Kazakh, nil)
	require.ErrorIs(t, err, speech.ErrLanguage)
	away := New(map[grammar.Language]string{grammar.Russian: "ws://127.0.0.1:1"})
	_, err = away.Listen(t.Context(), grammar.Russian, nil)
	require.Error(t, err)
}

// Who listens does so no longer than its context, however slow the server is.
func TestAListenerEndsWithItsContext(t *testing.T) {
	t.Parallel()
	server, engine := start(t)
	server.Fail(speechtest.Silent)
	listener := listen(t, engine)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := listener.Hear(ctx, sound(time.Second, true))
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Eventually(t, func() bool { return !server.Sessions()[0].Open }, 5*time.Second, 10*time.Millisecond)
}

// A question that is over takes leave of the server.
func TestAListenerTakesLeave(t *testing.T) {
	t.Parallel()
	server, engine := start(t)
	listener := listen(t, engine)
	_, err := listener.Hear(t.Context(), sound(100*time.Millisecond, false))
	require.NoError(t, err)
	listener.Close()
	listener.Close()
	require.Eventually(t, func() bool { return server.Sessions()[0].Left }, 5*time.Second, 10*time.Millisecond)
}

func TestURLsAreChecked(t *testing.T) {
	t.Parallel()
	require.NoError(t, Check("ws://127.0.0.1:2700"))
	require.NoError(t, Check("wss://speech.example/kk"))
	for _, wrong := range []string{"", "127.0.0.1:2700", "http://127.0.0.1:2700", "ws:///x"} {
		require.Error(t, Check(wrong), wrong)
	}
}
