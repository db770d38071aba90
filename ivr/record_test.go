package ivr_test

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"okno/internal/attachment"
	"okno/internal/call"
	"okno/internal/floor"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
	"okno/internal/recording"
	"okno/ivr/ivrtest"
)

// recordedTalk is a citizen who has agreed to be recorded and talks with the first operator, of whom a recording is being made.
func (w *world) recordedTalk(t *testing.T, number string) (citizen, operator *ivrtest.Phone, interaction, id int64) {
	t.Helper()
	w.asksFor(t)
	citizen, interaction, id = w.queued(t, number)
	pgtest.Exec(t, w.URL, `UPDATE interactions SET may_record = true`)
	w.accepted(t, 0, id)
	operator = w.connects(t, id, "1001")
	w.recording(t, interaction, true)
	return citizen, operator, interaction, id
}

// recording waits until Asterisk records both sides of a talk, or neither.
func (w *world) recording(t *testing.T, interaction int64, on bool) {
	t.Helper()
	name := pgtest.Value[string](t, w.URL, `SELECT name FROM recordings WHERE interaction_id = $1 ORDER BY id DESC LIMIT 1`, interaction)
	require.Eventually(t, func() bool {
		for _, side := range recording.Sides {
			status, _ := w.ari(t, http.MethodGet, "/recordings/live/"+recording.FileOf(name, side), "")
			if (status == http.StatusOK) != on {
				return false
			}
		}
		return true
	}, 5*time.Second, 20*time.Millisecond)
}

// keptRecording waits until the recordings of an interaction are kept, so many of them, and gives both sides of the last one.
func (w *world) keptRecording(t *testing.T, interaction int64, count int) (citizen, others ivrtest.Sound) {
	t.Helper()
	require.Eventually(t, func() bool {
		return pgtest.Value[int](t, w.URL, `SELECT count(*)::int FROM recordings WHERE interaction_id = $1 AND state = 'kept'`, interaction) == count
	}, 15*time.Second, 50*time.Millisecond, "not kept")
	var s attachment.Stored
	s.File = pgtest.Value[string](t, w.URL, `SELECT file FROM recordings WHERE interaction_id = $1 ORDER BY id DESC LIMIT 1`, interaction)
	require.Equal(t, "audio/wav", pgtest.Value[string](t, w.URL, `SELECT media_type FROM recordings WHERE file = $1`, s.File))
	key, err := w.DB.RecordingKey(t.Context(), interaction)
	require.NoError(t, err)
	content, err := w.files.Read(t.Context(), key, s)
	require.NoError(t, err)
	defer content.Close()
	whole, err := io.ReadAll(content)
	require.NoError(t, err)
	require.EqualValues(t, len(whole), pgtest.Value[int64](t, w.URL, `SELECT size FROM recordings WHERE file = $1`, s.File))
	return ivrtest.ReadStereo(t, whole)
}

// requireSpoolEmpty waits until nothing is left in Asterisk's spool.
func (w *world) requireSpoolEmpty(t *testing.T) {
	t.Helper()
	require.Eventually(t, func() bool {
		found, err := filepath.Glob(filepath.Join(w.asterisk.Config.Run, "spool", "recording", "*"))
		require.NoError(t, err)
		return len(found) == 0
	}, 5*time.Second, 50*time.Millisecond, "files stay in the spool")
}

// obeyed waits until the orders to a call are answered, and some more: an order is answered before it is carried out.
func (w *world) obeyed(t *testing.T, interaction int64) {
	t.Helper()
	require.Eventually(t, func() bool {
		return pgtest.Value[int](t, w.URL, `SELECT count(*)::int FROM call_orders WHERE call_id = $1 AND state IN ('new', 'taken')`, interaction) == 0
	}, 15*time.Second, 20*time.Millisecond)
	<-time.After(time.Second)
}

// says has a phone say a clip to its end.
func (w *world) says(t *testing.T, phone *ivrtest.Phone, clip string) ivrtest.Sound {
	t.Helper()
	phone.Speak(t, w.recorded(clip))
	phone.Spoken(t)
	return ivrtest.ReadSound(t, w.recorded(clip))
}

// requireSaid holds that something is in a recording, or nothing of it: a busy machine tears what is said, and does not invent it.
func requireSaid(t *testing.T, in, clip ivrtest.Sound, said bool) {
	t.Helper()
	if share := in.Share(clip); said {
		require.Greater(t, share, 0.5, "it is not there")
	} else {
		require.Less(t, share, 0.2, "it is there")
	}
}

// What the citizen says is on the one channel, what the operator says on the other, over a hold, and nothing of a pause is on either. What is
// kept is sealed, and nothing stays in Asterisk.
func TestTalkIsRecorded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	citizen, operator, interaction, id := w.recordedTalk(t, "+77010000091")
	asked := w.says(t, citizen, "vm-nobodyavail")
	answered := w.says(t, operator, "agent-pass")
	w.holds(t, id, true)
	w.holds(t, id, false)
	require.Eventually(t, func() bool { return w.inRoom(t) == 2 }, 5*time.Second, 20*time.Millisecond)

	pause := func(on bool) {
		w.Do(t, func(s *store.Work) error { return w.Floor.PauseRecording(t.Context(), s, w.Agents[0], id, on) })
		w.obeyed(t, interaction)
	}
	pause(true)
	secret := w.says(t, citizen, "vm-isonphone")
	w.says(t, operator, "vm-isonphone")
	pause(false)
	thanked := w.says(t, citizen, "vm-isunavail")
	citizen.HangUp(t)
	w.ends(t)

	left, right := w.keptRecording(t, interaction, 1)
	for _, clip := range []ivrtest.Sound{asked, thanked} {
		requireSaid(t, left, clip, true)
		requireSaid(t, right, clip, false)
	}
	requireSaid(t, right, answered, true)
	requireSaid(t, left, answered, false)
	// A busy machine's phones send late, and each channel has its own lateness: half a second is far below what a lost pause or hold would shift.
	require.Greater(t, right.Find(answered).At, left.Find(asked).At+asked.Length()-500*time.Millisecond, "the channels do not go together")
	requireSaid(t, left, secret, false)
	requireSaid(t, right, secret, false)
	require.InDelta(t, left.Length(), right.Length(), float64(200*time.Millisecond))
	w.requireSpoolEmpty(t)
	file := pgtest.Value[string](t, w.URL, `SELECT file FROM recordings WHERE interaction_id = $1`, interaction)
	path, err := attachment.Path(file)
	require.NoError(t, err)
	sealed, err := os.ReadFile(filepath.Join(w.kept, path))
	require.NoError(t, err)
	require.NotContains(t, string(sealed), "WAVE")
	require.InDelta(t, 7*24, pgtest.Value[float64](t, w.URL, `SELECT extract(epoch FROM expires_at - began_at)::float8 / 3600 FROM recordings WHERE file = $1`, file), 1)
	_, channels := w.ari(t, http.MethodGet, "/channels", "")
	require.NotContains(t, channels, "okno-talk")
}

// A pause of the operator ends by itself.
func TestPauseOfRecordingEndsByItself(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	citizen, _, interaction, id := w.recordedTalk(t, "+77010000092")
	w.Do(t, func(s *store.Work) error {
		if err := w.Floor.PauseRecording(t.Context(), s, w.Agents[0], id, true); err != nil {
			return err
		}
		return s.PauseRecording(t.Context(), interaction, 2*time.Second)
	})
	<-time.After(4 * time.Second)
	said := w.says(t, citizen, "vm-nobodyavail")
	citizen.HangUp(t)
	left, _ := w.keptRecording(t, interaction, 1)
	requireSaid(t, left, said, true)
}

// Whoever was not asked, or refused, or waits in a queue that records nobody, is not recorded: there is neither a row nor a file.
func TestNobodyIsRecordedUnasked(t *testing.T) {
	t.Parallel()
	for name, set := range map[string]string{
		"refused":   `UPDATE interactions SET may_record = false`,
		"not asked": `UPDATE interactions SET may_record = NULL`,
		"off":       `WITH agreed AS (UPDATE interactions SET may_record = true) UPDATE queues SET recording = 'off'`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			pgtest.Exec(t, w.URL, `UPDATE queues SET recording = 'asked'`)
			citizen, _, id := w.queued(t, "+77010000093")
			pgtest.Exec(t, w.URL, set)
			w.accepted(t, 0, id)
			operator := w.connects(t, id, "1001")
			w.requireTalk(t, citizen, operator)
			require.ErrorIs(t, w.DB.Do(t.Context(), func(s *store.Work) error {
				return w.Floor.PauseRecording(t.Context(), s, w.Agents[0], id, true)
			}), recording.ErrNone)
			_, channels := w.ari(t, http.MethodGet, "/channels", "")
			require.NotContains(t, channels, "okno-talk")
			citizen.HangUp(t)
			w.ends(t)
			require.Zero(t, pgtest.Value[int](t, w.URL, `SELECT count(*)::int FROM recordings`))
			w.requireSpoolEmpty(t)
		})
	}
}

// Okno dies in a talk: Asterisk records on, and what was said before, while nobody was there and afterwards is one recording. It is silent
// where it is paused, whoever has paused it.
func TestRecordingSurvivesKill(t *testing.T) {
	t.Parallel()
	w := newWorldWithoutLine(t)
	kill := w.startChild(t)
	citizen, operator, interaction, id := w.recordedTalk(t, "+77010000094")
	before := w.says(t, citizen, "vm-nobodyavail")
	kill()
	during := w.says(t, operator, "agent-pass")
	w.Do(t, func(s *store.Work) error { return w.Floor.PauseRecording(t.Context(), s, w.Agents[0], id, true) })
	w.start(t)
	defer w.stop()
	w.only(t, call.Talking)
	w.obeyed(t, interaction)
	secret := w.says(t, citizen, "vm-isonphone")
	w.Do(t, func(s *store.Work) error { return w.Floor.PauseRecording(t.Context(), s, w.Agents[0], id, false) })
	w.obeyed(t, interaction)
	after := w.says(t, citizen, "vm-isunavail")
	w.releases(t, 0, id)
	w.hears(t, citizen, "bye", "", 0)
	w.ends(t)
	left, right := w.keptRecording(t, interaction, 1)
	requireSaid(t, left, before, true)
	requireSaid(t, right, during, true)
	requireSaid(t, left, after, true)
	requireSaid(t, left, secret, false)
	w.requireSpoolEmpty(t)
}

// A talk that ends while Okno is dead is kept by the next process, and so is what could not be kept at first. What nobody knows is removed.
func TestSpoolIsTakenInLater(t *testing.T) {
	t.Parallel()
	w := newWorldWithoutLine(t)
	kill := w.startChild(t)
	citizen, _, interaction, _ := w.recordedTalk(t, "+77010000095")
	said := w.says(t, citizen, "vm-nobodyavail")
	kill()
	citizen.HangUp(t)
	spool := filepath.Join(w.asterisk.Config.Run, "spool", "recording")
	require.NoError(t, os.WriteFile(filepath.Join(spool, "okno-talk-nobody-in.wav"), []byte("RIFF"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(spool, "theirs.wav"), []byte("RIFF"), 0o600))
	require.NoError(t, os.RemoveAll(filepath.Join(w.kept, "drafts")))
	w.start(t)
	defer w.stop()
	w.ends(t)
	require.Eventually(t, func() bool { return w.line.Recording() != nil }, 10*time.Second, 20*time.Millisecond, "nobody is told")
	require.NoError(t, os.MkdirAll(filepath.Join(w.kept, "drafts"), 0o700))
	w.stop()
	w.start(t)
	left, _ := w.keptRecording(t, interaction, 1)
	requireSaid(t, left, said, true)
	require.Eventually(t, func() bool {
		found, err := os.ReadDir(spool)
		return err == nil && len(found) == 1 && found[0].Name() == "theirs.wav"
	}, 5*time.Second, 20*time.Millisecond)
	w.stop()
}

// Asterisk cannot write: they talk, the operator sees that it is not recorded, and so does whoever looks after the line.
func TestTalkGoesOnUnrecorded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	spool := filepath.Join(w.asterisk.Config.Run, "spool", "recording")
	require.NoError(t, os.RemoveAll(spool))
	require.NoError(t, os.WriteFile(spool, nil, 0o600))
	pgtest.Exec(t, w.URL, `UPDATE queues SET recording = 'announced'`)
	citizen, _, id := w.queued(t, "+77010000096")
	pgtest.Exec(t, w.URL, `UPDATE interactions SET may_record = true`)
	w.accepted(t, 0, id)
	operator := w.connects(t, id, "1001")
	w.requireTalk(t, citizen, operator)
	require.Eventually(t, func() bool {
		return pgtest.Value[string](t, w.URL, `SELECT state FROM recordings`) == "failed"
	}, 5*time.Second, 20*time.Millisecond)
	require.ErrorContains(t, w.line.Recording(), "not recorded")
	snapshot, err := w.DB.DeskSnapshot(t.Context(), w.Agents[0].ID)
	require.NoError(t, err)
	require.Equal(t, "failed", string(snapshot.Contacts[0].Recording))
	w.requireTalk(t, citizen, operator)
	citizen.HangUp(t)
	w.ends(t)
	require.NoError(t, os.Remove(spool))
	require.NoError(t, os.MkdirAll(spool, 0o755))
	require.Eventually(t, func() bool {
		return pgtest.Value[string](t, w.URL, `SELECT state FROM recordings`) == "lost"
	}, 40*time.Second, 100*time.Millisecond)
}

// The disk fills in the middle of a talk: they talk on, the operator sees at once that it is not recorded any more, and what was written until
// then is kept. A limit on the size of Asterisk's files stands for the disk: what is written beyond it fails in the same way.
func TestTheDiskFillsDuringATalk(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	citizen, operator, interaction, _ := w.recordedTalk(t, "+77010000098")
	said := w.says(t, citizen, "vm-nobodyavail")
	spool := filepath.Join(w.asterisk.Config.Run, "spool", "recording")
	largest := func() (size uint64) {
		files, err := os.ReadDir(spool)
		require.NoError(t, err)
		for _, file := range files {
			info, err := file.Info()
			require.NoError(t, err)
			size = max(size, uint64(info.Size()))
		}
		return size
	}
	// What was said is in the file, with all that is still in a buffer.
	var full uint64
	require.Eventually(t, func() bool { full = largest(); return full > 100_000 }, 15*time.Second, 50*time.Millisecond)
	var before unix.Rlimit
	require.NoError(t, unix.Prlimit(w.asterisk.PID(), unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: full, Max: unix.RLIM_INFINITY}, &before))
	require.Eventually(t, func() bool {
		return pgtest.Value[string](t, w.URL, `SELECT state FROM recordings`) == "failed"
	}, 20*time.Second, 20*time.Millisecond, "nobody is told")
	require.ErrorContains(t, w.line.Recording(), "not recorded")
	w.requireTalk(t, citizen, operator)
	require.NoError(t, unix.Prlimit(w.asterisk.PID(), unix.RLIMIT_FSIZE, &before, nil))
	citizen.HangUp(t)
	left, _ := w.keptRecording(t, interaction, 1)
	requireSaid(t, left, said, true)
	w.requireSpoolEmpty(t)
}

// After a transfer the talk with the next operator has a recording of its own, and both belong to the interaction.
func TestRecordingAfterTransfer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	citizen, _, interaction, id := w.recordedTalk(t, "+77010000097")
	first := w.says(t, citizen, "vm-nobodyavail")
	require.NoError(t, w.transfers(t, id, floor.Target{Queue: "general"}))
	next := w.latest(t, interaction)
	w.accepted(t, 1, next.ID)
	w.connects(t, next.ID, "1002")
	w.recording(t, interaction, true)
	second := w.says(t, citizen, "agent-pass")
	citizen.HangUp(t)
	left, _ := w.keptRecording(t, interaction, 2)
	requireSaid(t, left, second, true)
	requireSaid(t, left, first, false)
	require.Equal(t, int64(2), pgtest.Value[int64](t, w.URL, `SELECT count(DISTINCT contact_id) FROM recordings WHERE interaction_id = $1`, interaction))
	require.False(t, strings.Contains(pgtest.Value[string](t, w.URL, `SELECT string_agg(state, ' ') FROM recordings`), "going"))
}
