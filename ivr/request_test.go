package ivr_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/contact"
	"okno/internal/dialogue"
	"okno/internal/postgres/pgtest"
	"okno/ivr/ivrtest"
)

// away is a world whose Okno is away, with what its Asterisk says then; the apology is short.
func away(t *testing.T) *world {
	t.Helper()
	w := newWorldWithoutLine(t)
	require.NoError(t, w.pack.PrepareAway(t.Context()))
	short := strings.TrimPrefix(w.pack.Clips(t.Context(), [][]dialogue.Fragment{{words(texts["wrong"])}})[0], "sound:")
	for _, extension := range []string{".wav", ".wav16"} {
		clip, err := os.ReadFile(short + extension)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(w.voice.Folder, "unavailable"+extension), clip, 0o644))
	}
	return w
}

// announcement is what Asterisk says by itself.
func (w *world) announcement(t *testing.T, name string) ivrtest.Sound {
	t.Helper()
	return ivrtest.ReadSound(t, filepath.Join(w.voice.Folder, name+".wav"))
}

// requests are the callbacks that Asterisk has kept.
func (w *world) requests(t *testing.T) int {
	t.Helper()
	said, err := w.asterisk.Console(t.Context(), "database show okno_callbacks")
	require.NoError(t, err)
	return strings.Count(said, "/okno_callbacks/")
}

// asks is a citizen who calls while Okno is away, hears the offer, and asks to be called back.
func (w *world) asks(t *testing.T, number, keys string) {
	t.Helper()
	phone := w.phones.Call(t, number, "1414")
	at := time.Duration(0)
	for _, key := range keys {
		at = phone.Hears(t, w.announcement(t, "callback-offer").Until(time.Second), at, 20*time.Second)
		phone.Key(t, string(key))
	}
	phone.Hears(t, w.announcement(t, "callback-kept-ru"), at, 20*time.Second)
	phone.Ends(t, 10*time.Second)
}

// Okno is away: whoever has a number may ask for a call, and is told that it is kept. What is kept outlives Asterisk and an Okno that is killed as it
// reads, and is one callback a number.
func TestACallIsAskedForWhileOknoIsAway(t *testing.T) {
	t.Parallel()
	w := away(t)
	var callers sync.WaitGroup
	for number, keys := range map[string]string{"+77010000501": "92", "87010000502": "2"} { // 9 means nothing
		callers.Go(func() { w.asks(t, number, keys) })
	}
	for _, number := range []string{"anonymous", "BANK77010000"} {
		callers.Go(func() {
			phone := w.phones.Call(t, number, "1414")
			phone.Ends(t, 20*time.Second)
			require.False(t, phone.Heard().Find(w.announcement(t, "callback-offer").Until(time.Second)).Found(), "%s cannot be called", number)
		})
	}
	callers.Go(func() { // who presses nothing is promised nothing
		phone := w.phones.Call(t, "+77010000503", "1414")
		offer := w.announcement(t, "callback-offer")
		phone.Hears(t, offer, phone.Hears(t, offer, 0, 30*time.Second), 30*time.Second)
		phone.Ends(t, 10*time.Second)
	})
	callers.Wait()
	require.Equal(t, 2, w.requests(t))
	w.asks(t, "+77010000501", "2")
	require.Equal(t, 3, w.requests(t))
	asked := time.Now()

	// Asterisk writes its database once a second.
	<-time.After(1500 * time.Millisecond)
	i := &incident{world: w}
	asteriskKilled(t, i)
	require.Equal(t, 3, w.requests(t), "they outlive Asterisk")

	w.relay = ivrtest.StartRelay(t, w.asterisk.ARI())
	w.ariURL = w.relay.URL
	callbacks := func() int {
		return pgtest.Value[int](t, w.URL, `SELECT count(*) FROM contacts WHERE channel = 'callback'`)
	}
	w.relay.Once("send on", ivrtest.Hangs)
	kill := w.startChild(t)
	require.Eventually(t, func() bool { return callbacks() == 1 }, 10*time.Second, 20*time.Millisecond, "nothing is read")
	kill() // before Asterisk was told
	require.Equal(t, 3, w.requests(t))

	w.start(t)
	defer w.stop()
	require.Eventually(t, func() bool { return w.requests(t) == 0 }, 20*time.Second, 100*time.Millisecond, "requests stay")
	require.Equal(t, 2, callbacks())
	require.Equal(t, []string{"+77010000501", "+77010000502"}, pgtest.Opened[[]string](t, w.URL, `SELECT array_agg(i.number ORDER BY i.number)
		FROM contacts c JOIN interactions i ON i.id = c.interaction_id WHERE c.channel = 'callback' AND c.state = 'waiting'`))
	require.Less(t, pgtest.Value[time.Time](t, w.URL, `SELECT max(asked_at) FROM callback_requests`), asked)
	require.Eventually(t, func() bool {
		_, channels := w.ari(t, http.MethodGet, "/channels", "")
		return strings.TrimSpace(channels) == "[]"
	}, 40*time.Second, 100*time.Millisecond, "a channel that read stays")
}

// A store that is away when Okno comes back: what was asked for stays with Asterisk, and is taken later.
func TestARequestWaitsForTheStore(t *testing.T) {
	t.Parallel()
	w := away(t)
	_, err := w.asterisk.Console(t.Context(), fmt.Sprintf(`database put okno_callbacks asterisk-1.1 %d,+77010000511,ru`, time.Now().Unix()))
	require.NoError(t, err)
	pgtest.Exec(t, w.URL, `ALTER TABLE callback_requests RENAME TO gone`)
	w.start(t)
	defer w.stop()
	require.Never(t, func() bool { return w.requests(t) != 1 }, 2*time.Second, 200*time.Millisecond)
	pgtest.Exec(t, w.URL, `ALTER TABLE gone RENAME TO callback_requests`)
	require.Eventually(t, func() bool { return w.requests(t) == 0 }, 20*time.Second, 100*time.Millisecond)
	require.Equal(t, contact.Waiting, w.Contact(t, pgtest.Value[int64](t, w.URL, `SELECT max(id) FROM contacts`)).State)
}
