package ivr_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/attachment"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
	"okno/ivr/ivrtest"
)

// leaves is a caller who is asked for a message, and hears the tone.
func (w *world) leaves(t *testing.T, number string) *ivrtest.Phone {
	t.Helper()
	phone := w.phones.Call(t, number, "1414")
	phone.Key(t, "9")
	w.hears(t, phone, "message", "", 0)
	require.Eventually(t, func() bool { return len(w.spooled(t)) == 1 }, 5*time.Second, 20*time.Millisecond, "nothing is recorded")
	return phone
}

// spooled lists the files in Asterisk's spool.
func (w *world) spooled(t *testing.T) (found []string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(w.asterisk.Config.Run, "spool", "recording"))
	require.NoError(t, err)
	for _, e := range entries {
		found = append(found, e.Name())
	}
	return found
}

// filed waits until a message is the file of a case, and gives it.
func (w *world) filed(t *testing.T) ivrtest.Sound {
	t.Helper()
	require.Eventually(t, func() bool {
		return pgtest.Value[int](t, w.URL, `SELECT count(*)::int FROM case_attachments`) == 1
	}, 15*time.Second, 50*time.Millisecond, "no file of a case")
	require.Zero(t, pgtest.Value[int](t, w.URL, `SELECT count(*)::int FROM recordings`))
	var s attachment.Stored
	s.File = pgtest.Value[string](t, w.URL, `SELECT file FROM case_attachments`)
	require.Equal(t, "audio/wav", pgtest.Value[string](t, w.URL, `SELECT media_type FROM case_attachments`))
	var key attachment.Key
	w.Do(t, func(work *store.Work) (err error) {
		key, err = work.CaseKey(t.Context(), pgtest.Value[int64](t, w.URL, `SELECT case_id FROM case_attachments`))
		return err
	})
	content, err := w.files.Read(t.Context(), key, s)
	require.NoError(t, err)
	defer content.Close()
	whole, err := io.ReadAll(content)
	require.NoError(t, err)
	require.True(t, bytes.HasPrefix(whole, []byte("RIFF")))
	path := filepath.Join(t.TempDir(), "message.wav")
	require.NoError(t, os.WriteFile(path, whole, 0o600))
	w.requireSpoolEmpty(t)
	return ivrtest.ReadSound(t, path)
}

// A caller leaves a message, which # ends, hears it, and it becomes the file of a case.
func TestMessageByVoice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	phone := w.leaves(t, "+77010000101")
	said := w.says(t, phone, "vm-nobodyavail")
	after := phone.Heard().Length()
	phone.Key(t, "#")
	at := w.hears(t, phone, "heard", "", after)
	phone.Hears(t, said.Until(2*time.Second), at-200*time.Millisecond, 10*time.Second)
	w.hears(t, phone, "bye", "", at)
	w.ends(t)
	requireSaid(t, w.filed(t), said, true)
}

// Silence ends a message, and one that says nothing is none.
func TestSilenceEndsAMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	phone := w.leaves(t, "+77010000102")
	said := w.says(t, phone, "vm-nobodyavail")
	w.hears(t, phone, "heard", "", 0)
	w.hears(t, phone, "bye", "", 0)
	w.ends(t)
	file := w.filed(t)
	requireSaid(t, file, said, true)
	require.Less(t, file.Length(), said.Length()+2*time.Second, "the silence is kept")

	phone = w.leaves(t, "+77010000103")
	w.hears(t, phone, "bye", "", 0)
	w.ends(t)
	w.requireSpoolEmpty(t)
	require.Equal(t, 1, pgtest.Value[int](t, w.URL, `SELECT count(*)::int FROM cases`))
}

// Whoever hangs up in the middle of a message has left what was said, if that is longer than two seconds; whoever sees to the line then, and
// though Okno was dead.
func TestHangUpInAMessage(t *testing.T) {
	t.Parallel()
	w := newWorldWithoutLine(t)
	kill := w.startChild(t)
	phone := w.leaves(t, "+77010000104")
	<-time.After(500 * time.Millisecond)
	phone.HangUp(t)
	require.Eventually(t, func() bool {
		live, err := w.DB.LiveCalls(t.Context(), "ast1")
		return err == nil && len(live) == 0
	}, 5*time.Second, 50*time.Millisecond)
	w.requireSpoolEmpty(t)
	require.Zero(t, pgtest.Value[int](t, w.URL, `SELECT count(*)::int FROM cases`))

	phone = w.leaves(t, "+77010000105")
	said := w.says(t, phone, "vm-nobodyavail")
	kill()
	phone.HangUp(t)
	w.start(t)
	defer w.stop()
	requireSaid(t, w.filed(t), said, true)
	require.Equal(t, 1, pgtest.Value[int](t, w.URL, `SELECT count(*)::int FROM cases`))
}

// Okno dies while a message is being recorded: Asterisk records on, and the caller is heard to the end.
func TestMessageSurvivesKill(t *testing.T) {
	t.Parallel()
	w := newWorldWithoutLine(t)
	kill := w.startChild(t)
	phone := w.leaves(t, "+77010000106")
	first := w.says(t, phone, "vm-nobodyavail")
	kill()
	w.start(t)
	defer w.stop()
	second := w.says(t, phone, "agent-pass")
	phone.Key(t, "#")
	w.hears(t, phone, "heard", "", 0)
	w.hears(t, phone, "bye", "", 0)
	w.ends(t)
	file := w.filed(t)
	requireSaid(t, file, first, true)
	requireSaid(t, file, second, true)
}
