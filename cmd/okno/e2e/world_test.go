package e2e

import (
	"fmt"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/dialogue/line"
	"okno/internal/postgres/pgtest"
	"okno/internal/sandbox"
	"okno/internal/speech/speechtest"
	"okno/ivr/ivrtest"
	"okno/ivr/voice"
	"okno/sms/smstest/foreign"
	"okno/sms/text"
)

// world is Okno with the sample region, between an Asterisk of its own, telephones on another, and a mobile operator.
type world struct {
	*okno
	database string // URL
	asterisk *sandbox.Asterisk
	phones   *ivrtest.Phones
	operator *foreign.SMSC
	speech   *speechtest.Server // recognises Russian
	texts    *dialogue.Texts
	pack     *voice.Pack
}

const configuration = `
database_url: %q
sms:
  short_number: "1414"
  links:
    - {name: operator-a, addr: %q, system_id: okno, password: "${SMPP_A}", bind: transceiver, window: 64}
%svoice:
  espeak: %q
  clips: %q
  asterisks:
    - {name: ast1, ari_url: %q, username: okno, password: "${ARI_1}", trunk: "PJSIP/loopback/sip:{number}@%s", vouches: true, sip_ws: %q}
demo: {phone: true, smsc: %q}
attachments: {dir: %q}
`

// simulated are the numbers of another operator, who is played by Okno's own simulator.
const simulated = "    - {name: operator-b, addr: %q, system_id: okno, password: \"${SMPP_A}\", prefixes: [\"7707\"]}\n"

// newWorld starts everything, and waits until a call can be made.
func newWorld(t *testing.T) *world {
	t.Helper()
	need(t, "espeak-ng", tools.Espeak)
	w := &world{database: pgtest.URL(t), operator: foreign.Start(t), speech: speechtest.Start(t)}

	clips := clipCache()
	w.asterisk = startAsterisk(t, "", clips)
	w.phones = ivrtest.StartPhones(t, tools, w.asterisk.SIP())

	w.prepareVoice(t, clips)

	smpp, http := startSimulator(t)
	w.okno = newOkno(t, fmt.Sprintf(configuration, w.database, w.operator.Addr, fmt.Sprintf(simulated, smpp),
		tools.Espeak, clips, w.asterisk.ARI(), w.phones.SIP(), w.asterisk.WebSocket(), "http://"+http, t.TempDir())+fmt.Sprintf("speech: {recognition: {ru: %q}}\n", w.speech.URL()))
	w.run(t, "sample")
	w.start(t)
	w.awaitReady(t, 3*time.Minute) // the first time, it renders some thousand clips
	return w
}

// startAsterisk starts an Asterisk that takes citizens' calls from this machine; it ends with the test. Its name is "" where it is the only one.
func startAsterisk(t *testing.T, name, clips string) *sandbox.Asterisk {
	t.Helper()
	need(t, "Asterisk", tools.AsteriskTree)
	a, err := sandbox.StartAsterisk(t.Context(), sandbox.AsteriskConfig{
		Tree: tools.AsteriskTree, Run: t.TempDir(), Name: name, Username: "okno", Password: "secret", Sounds: clips, Loopback: true,
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, a.Stop()) })
	return a
}

// prepareVoice reads the dialogue's texts, and makes what turns them into clips.
func (w *world) prepareVoice(t *testing.T, clips string) {
	t.Helper()
	files, err := dialogue.Source(line.Files)
	require.NoError(t, err)
	definition, err := dialogue.Parse(files, conversation.Vocabulary(text.Segments))
	require.NoError(t, err)
	w.texts = definition.Texts
	w.pack = voice.New(voice.Config{Engines: voice.Espeak(tools.Espeak), Folder: clips, Log: zerolog.Nop()})
}

// startSimulator starts Okno's own SMSC, and gives its addresses.
func startSimulator(t *testing.T) (smpp, http string) {
	t.Helper()
	for _, address := range []*string{&smpp, &http} {
		port, err := sandbox.FreePort()
		require.NoError(t, err)
		*address = fmt.Sprintf("127.0.0.1:%d", port)
	}
	folder := t.TempDir()
	simulator, err := sandbox.Start(sandbox.Command{
		Name: "smscsim", Path: filepath.Join(programs, "smscsim"), Args: []string{"--listen", smpp, "--http", http, "--system-id", "okno"},
		Env: []string{"SMSCSIM_PASSWORD=secret"}, LogFile: filepath.Join(folder, "log"), PIDFile: filepath.Join(folder, "pid"), StopSignal: syscall.SIGTERM,
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, simulator.Stop()) })
	return smpp, http
}

// caseOf is the number of the sample citizen's case in a state.
func (w *world) caseOf(t *testing.T, number, state string) string {
	t.Helper()
	return pgtest.Opened[string](t, w.database, `SELECT number FROM cases WHERE contact = $1 AND state = $2 ORDER BY id LIMIT 1`, number, state)
}

// calls has a citizen call, and tells what Okno kept of it if the test fails.
func (w *world) calls(t *testing.T, number string) *ivrtest.Phone {
	t.Helper()
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("what Okno kept of %s:\n%s", number, pgtest.Opened[string](t, w.database, transcript, number))
		}
	})
	return w.phones.Call(t, number, "1414")
}

const transcript = `
SELECT coalesce(string_agg(format('%s %s %s %s: %s', to_char(e.at, 'HH24:MI:SS.MS'), i.channel, e.speaker, e.kind, e.body), E'\n' ORDER BY e.id), 'nothing')
FROM entries e JOIN interactions i ON i.id = e.interaction_id WHERE i.number = $1`

// say is something that Okno says.
type say struct {
	key    string
	values map[string]dialogue.Value
	most   time.Duration // listen to this much of it; 0: all
	speech bool          // as whoever may speak hears it
}

// clips are the sounds of it.
func (w *world) clips(t *testing.T, l dialogue.Language, s say) []ivrtest.Sound {
	t.Helper()
	fragments := w.texts.Speak(dialogue.Utterance{Key: s.key, Language: l, Values: s.values, Speech: s.speech})
	require.NotEmpty(t, fragments, "there is no text %s to be spoken", s.key)
	var sounds []ivrtest.Sound
	for _, uri := range w.pack.Clips(t.Context(), [][]dialogue.Fragment{fragments}) {
		sounds = append(sounds, ivrtest.ReadSound(t, strings.TrimPrefix(uri, "sound:")+".wav"))
	}
	return sounds
}

const (
	patience = time.Minute            // for what comes at once on a machine that has time for it
	gap      = 400 * time.Millisecond // between two clips of one prompt, at most
	silence  = -70                    // dB
)

// hears waits until the phone has heard something said, clip by clip in this order and without a gap, and returns the place
// where it ends.
func (w *world) hears(t *testing.T, phone *ivrtest.Phone, l dialogue.Language, after time.Duration, s say) time.Duration {
	t.Helper()
	at := after
	for i, clip := range w.clips(t, l, s) {
		if s.most > 0 && clip.Length() > s.most {
			clip = clip.Until(s.most)
		}
		if clip.Level() < silence { // nothing that could be found: a pause between groups of digits
			at += clip.Length()
			continue
		}
		from := at
		if i > 0 {
			from = max(after, at-gap/2)
		}
		end := phone.Hears(t, clip, from, patience+clip.Length())
		if i > 0 {
			require.InDelta(t, at, end-clip.Length(), float64(gap), "clip %d of %s does not follow at once", i+1, s.key)
		}
		at = end
		if s.most > 0 {
			break
		}
	}
	return at
}

// begins is say, of which the first two seconds are enough to know it.
func begins(key string) say { return say{key: key, most: 2 * time.Second} }

func whole(key string) say { return say{key: key} }

// told is how it is said to callers who may speak.
func (s say) told() say {
	s.speech = true
	return s
}

// with gives a parameter its value.
func (s say) with(name string, typ dialogue.Type, text string) say {
	values := map[string]dialogue.Value{name: {Type: typ, Text: text}}
	for other, value := range s.values {
		values[other] = value
	}
	s.values = values
	return s
}
