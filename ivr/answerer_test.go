package ivr_test

import (
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/contact"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

// sound is a file with so much talk: a tone as loud as speech.
func sound(t *testing.T, length time.Duration) string {
	t.Helper()
	const rate = 8000
	content := []byte("data\x00\x00\x00\x00")
	for i := range int(length.Seconds() * rate) {
		content = binary.LittleEndian.AppendUint16(content, uint16(int16(8000*math.Sin(2*math.Pi*440*float64(i)/rate))))
	}
	file := filepath.Join(t.TempDir(), "talk.wav")
	require.NoError(t, os.WriteFile(file, content, 0o600))
	return file
}

// greeting is how long the machines here speak.
const greeting = 7 * time.Second

// An answering machine that answers a callback is hung up on, and no operator's phone rings: that was an attempt. The second is the last.
func TestAnAnsweringMachineIsNobodyReached(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.owed(t, "1002")
	for _, state := range []contact.State{contact.Waiting, contact.Ended} {
		w.accepted(t, 0, id)
		machine := w.phones.Rings(t, "1002", 10*time.Second)
		machine.Speak(t, sound(t, greeting))
		machine.Ends(t, 10*time.Second)
		require.Equal(t, state, w.comes(t, id, state).State)
		w.ends(t)
		pgtest.Exec(t, w.URL, `UPDATE contacts SET due_at = now()`)
	}
	require.Equal(t, contact.Unreached, w.Contact(t, id).Outcome)
	require.Zero(t, pgtest.Value[int](t, w.URL, `SELECT count(*)::int FROM call_orders WHERE kind = 'connect'`))
}

// A person who says hello, and one who listens, hears why the telephone rang, and talks.
func TestAPersonIsNoAnsweringMachine(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, hello := range []time.Duration{0, 700 * time.Millisecond} {
		id := w.owed(t, "1002")
		w.accepted(t, 0, id)
		citizen := w.phones.Rings(t, "1002", 10*time.Second)
		if hello > 0 {
			citizen.Speak(t, sound(t, hello))
		}
		w.hears(t, citizen, "queue", "", 0)
		operator := w.connects(t, id, "1001")
		w.requireTalk(t, citizen, operator)
		citizen.HangUp(t)
		operator.Ends(t, 5*time.Second)
		w.comes(t, id, contact.WrapUp)
		w.ends(t)
		w.Do(t, func(s *store.Work) error { return w.Floor.File(t.Context(), s, w.Agents[0], id, "resolved", "") })
	}
}
