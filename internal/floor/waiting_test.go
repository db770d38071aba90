package floor_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/announcement"
	"okno/internal/contact"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/floor/floortest"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

// spoken are the words of a turn, as the transcript has them.
func spoken(t *testing.T, h *floortest.House, turn conversation.Turn) (said []string) {
	t.Helper()
	for _, fragments := range turn.Spoken {
		line := ""
		for _, f := range fragments {
			line += f.Text + "|"
		}
		said = append(said, line)
	}
	return said
}

// text is a text of the dialogue.
func text(h *floortest.House, key string) string { return h.Dialog.Texts.Line(dialogue.Russian, key) }

// press is a key of a caller who waits.
func press(t *testing.T, h *floortest.House, interaction int64, key string) conversation.Turn {
	t.Helper()
	turn, err := h.Floor.KeyInQueue(t.Context(), h.Voice, interaction, key)
	require.NoError(t, err)
	return turn
}

func TestACallerIsToldThePlaceAndTheWait(t *testing.T) {
	t.Parallel()
	h := floortest.New(t, 1)
	h.CallWaits(t, number)
	interaction, id := h.CallWaits(t, "+77010000002")
	tell := func() (conversation.Turn, time.Duration) {
		turn, next, err := h.Floor.TellWait(t.Context(), h.Voice, interaction)
		require.NoError(t, err)
		return turn, next
	}
	turn, next := tell()
	require.Equal(t, []string{"Ваш номер в очереди:|2|", text(h, "operator.keys") + "|"}, spoken(t, h, turn), "nothing is known of the wait: none is told")
	require.Equal(t, news, next)
	turn, next = tell()
	require.Empty(t, turn.Spoken, "a process that is restarted tells nothing twice")
	require.Equal(t, news, next)

	minutePasses := func() { pgtest.Exec(t, h.URL, `UPDATE contacts SET announced_at = announced_at - interval '1 minute'`) }
	minutePasses()
	turn, _ = tell()
	require.Equal(t, []string{text(h, "operator.same") + "|"}, spoken(t, h, turn))

	// A history: one taken a minute, each after a wait.
	pgtest.Exec(t, h.URL, `INSERT INTO contacts (interaction_id, queue, channel, language, reason, effect, state, outcome, queued_at, connected_at, ended_at)
		SELECT `+fmt.Sprint(interaction)+`, 'general', 'voice', 'ru', 'x', 'past' || n, 'ended', 'handled', now() - make_interval(mins => n + 9), now() - make_interval(mins => n), now()
		FROM generate_series(1, 20) n`)
	pgtest.Exec(t, h.URL, `UPDATE contacts SET priority = 1 WHERE id = `+fmt.Sprint(id))
	minutePasses()
	turn, _ = tell()
	require.Equal(t, []string{"Ваш номер в очереди:|1|", "Ожидание от|1|до|2m0s|", text(h, "operator.keys") + "|"}, spoken(t, h, turn), "in front now")
	turn = press(t, h, interaction, "5")
	require.Len(t, turn.Spoken, 3, "asked for, it is told at once")

	pgtest.Exec(t, h.URL, `UPDATE queues SET announce_seconds = 0`)
	minutePasses()
	turn, next = tell()
	require.Empty(t, turn.Spoken)
	require.Equal(t, news, next)
}

// What is switched on is heard by those who wait already, once each, by whoever calls from there, and not by whoever heard it when calling.
func TestWhoWaitsHearsWhatIsSwitchedOn(t *testing.T) {
	t.Parallel()
	h := floortest.New(t, 1)
	switchOn := func(words string, prefixes ...string) {
		t.Helper()
		h.Do(t, func(w *store.Work) error {
			_, err := w.SwitchOn(t.Context(), announcement.Announcement{Prefixes: prefixes,
				Texts: map[dialogue.Language]string{"kk": words, "ru": words, "en": words}}, "test")
			return err
		})
	}
	interaction, _ := h.CallWaits(t, "+77010000001")
	pgtest.Exec(t, h.URL, `UPDATE queues SET announce_seconds = 0`)
	hears := func(interaction int64) []string {
		t.Helper()
		turn, _, err := h.Floor.TellWait(t.Context(), h.Voice, interaction)
		require.NoError(t, err)
		return spoken(t, h, turn)
	}
	require.Empty(t, hears(interaction))
	switchOn("Паводок.", "+7701")
	switchOn("Не здесь.", "+7702")
	later, _ := h.CallWaits(t, "+77010000002")
	require.Equal(t, []string{"Паводок.|"}, hears(interaction))
	require.Empty(t, hears(interaction), "once")
	require.Empty(t, hears(later), "it was heard first of all")
	switchOn("Связи нет.")
	require.Equal(t, []string{"Связи нет.|"}, hears(interaction))
	require.Equal(t, []string{"Связи нет.|"}, hears(later))
	h.Do(t, func(w *store.Work) error {
		on, err := w.Announcements(t.Context())
		require.Len(t, on, 3)
		return err
	})
}

// news is how soon whoever waits is asked about again.
const news = 5 * time.Second

// Whoever leaves the queue for an answer by SMS waits there in the same place; the operator has the thread, and what the citizen writes.
func TestACallerLeavesForAnAnswerBySMS(t *testing.T) {
	t.Parallel()
	h := floortest.New(t, 1)
	interaction, id := h.CallWaits(t, number)
	h.CallWaits(t, "+77010000002")
	pgtest.Exec(t, h.URL, `UPDATE contacts SET queued_at = now() - interval '9 minutes', priority = 1 WHERE id = `+fmt.Sprint(id))
	require.Equal(t, 1, h.Dispatch(t))
	require.Equal(t, contact.Offered, h.Contact(t, id).State)
	turn := press(t, h, interaction, "2")
	require.Equal(t, dialogue.ExpectNothing, turn.Expect.Kind, "the call says goodbye")
	require.Equal(t, text(h, "operator.texted")+"|", spoken(t, h, turn)[0])
	require.Equal(t, contact.Left, h.Contact(t, id).Outcome)
	require.Equal(t, "withdrawn", pgtest.Value[string](t, h.URL, `SELECT state FROM offers WHERE contact_id = `+fmt.Sprint(id)))
	require.NoError(t, h.Floor.HungUp(t.Context(), h.Voice, interaction, "finished"))
	require.Equal(t, "left", pgtest.Value[string](t, h.URL, `SELECT outcome FROM interactions WHERE id = `+fmt.Sprint(interaction)))

	thread := pgtest.Value[int64](t, h.URL, `SELECT max(id) FROM contacts`)
	require.Equal(t, "sms", h.Contact(t, thread).Channel)
	require.Equal(t, h.Contact(t, id).QueuedAt, h.Contact(t, thread).QueuedAt, "the place is kept")
	require.Equal(t, 1, h.Dispatch(t))
	require.Equal(t, contact.Offered, h.Contact(t, thread).State, "before who asked later")
	require.Equal(t, 1, pgtest.Value[int](t, h.URL, `SELECT count(*) FROM mt_messages WHERE interaction_id = `+fmt.Sprint(h.Contact(t, thread).Interaction)))
	require.Equal(t, h.Contact(t, thread).Interaction, h.Writes(t, number, "Где моя справка?"), "what the citizen writes is in the thread")

	// Who calls again and asks for it again has one thread.
	again := h.Calls(t, number)
	_, err := h.Floor.Advance(t.Context(), h.Voice, again, dialogue.Input{Kind: dialogue.Keys, Keys: "0"}) // the language is known
	require.NoError(t, err)
	press(t, h, again, "2")
	require.Equal(t, 1, pgtest.Value[int](t, h.URL, `SELECT count(*) FROM contacts WHERE channel = 'sms'`))
}

// Who cannot be written to, or called back, is told so and keeps the place.
func TestACallerWhoCannotLeaveKeepsThePlace(t *testing.T) {
	t.Parallel()
	h := floortest.New(t, 1)
	for _, row := range []struct{ from, key, told string }{
		{"", "1", "operator.no_number"}, {"", "2", "operator.no_sms"}, {"+77272725000", "2", "operator.no_sms"},
	} {
		interaction, id := h.CallWaits(t, row.from)
		turn := press(t, h, interaction, row.key)
		require.True(t, turn.Expect.Queue)
		require.Equal(t, text(h, row.told)+"|", spoken(t, h, turn)[0])
		require.Equal(t, contact.Waiting, h.Contact(t, id).State)
		require.Equal(t, id, h.ContactOf(t, interaction), "no second contact")
	}
}

// A caller whom an operator has accepted has nothing to choose any more.
func TestAKeyComesTooLate(t *testing.T) {
	t.Parallel()
	h := floortest.New(t, 1)
	interaction, id := h.CallWaits(t, number)
	require.Equal(t, 1, h.Dispatch(t))
	h.Accept(t, h.Agents[0], id)
	turn := press(t, h, interaction, "1")
	require.True(t, turn.Expect.Queue)
	require.Empty(t, turn.Spoken)
	require.Equal(t, contact.Accepted, h.Contact(t, id).State)
	turn, _, err := h.Floor.TellWait(t.Context(), h.Voice, interaction)
	require.NoError(t, err)
	require.Empty(t, turn.Spoken)
}

// A full queue has an honest word, and the same choices.
func TestAFullQueueOffersOtherWays(t *testing.T) {
	t.Parallel()
	h := floortest.New(t, 1)
	pgtest.Exec(t, h.URL, `UPDATE queues SET most_waiting = 1`)
	h.CallWaits(t, "+77010000002")
	interaction := h.Calls(t, number)
	var turn conversation.Turn
	for _, keys := range []string{"2", "0", "2"} { // Russian, an operator, an answer by SMS
		var err error
		turn, err = h.Floor.Advance(t.Context(), h.Voice, interaction, dialogue.Input{Kind: dialogue.Keys, Keys: keys})
		require.NoError(t, err)
	}
	require.Equal(t, text(h, "operator.texted")+"|", spoken(t, h, turn)[0])
	require.Equal(t, 1, pgtest.Value[int](t, h.URL, `SELECT count(*) FROM contacts WHERE channel = 'sms' AND state = 'waiting'`))
}
