package floor_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/acd"
	"okno/internal/contact"
	"okno/internal/dialogue"
	"okno/internal/floor"
	"okno/internal/floor/floortest"
	"okno/internal/message"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

var russianDays = []string{"в воскресенье", "в понедельник", "во вторник", "в среду", "в четверг", "в пятницу", "в субботу"}

// A caller hears when the queue opens, and may be called back then, or answered by SMS.
func TestACallerHearsWhenTheQueueOpens(t *testing.T) {
	t.Parallel()
	h := floortest.New(t, 1)
	h.Hours(t, "09:00-18:00", 3, acd.Serve)
	opens := floortest.Opening(t)
	asks := func(number string) int64 {
		interaction := h.Calls(t, number)
		for _, keys := range []string{"2", "0"} {
			turn, err := h.Floor.Advance(t.Context(), h.Voice, interaction, dialogue.Input{Kind: dialogue.Keys, Keys: keys})
			require.NoError(t, err)
			if keys == "0" {
				require.Equal(t, []string{fmt.Sprintf("Сейчас операторы не работают. Они начнут работу|%s|%s|, в|09:00|", russianDays[opens.Weekday()], opens.Format(time.DateOnly)),
					text(h, "operator.after_hours_ways.voice") + "|"}, spoken(t, h, turn))
			}
		}
		require.Zero(t, pgtest.Value[int](t, h.URL, `SELECT count(*) FROM contacts WHERE interaction_id = $1`, interaction))
		return interaction
	}
	due := func() time.Time {
		return pgtest.Value[time.Time](t, h.URL, `SELECT due_at FROM contacts ORDER BY id DESC LIMIT 1`)
	}
	interaction := asks("+77010000001")
	turn, err := h.Floor.Advance(t.Context(), h.Voice, interaction, dialogue.Input{Kind: dialogue.Keys, Keys: "1"})
	require.NoError(t, err)
	require.Equal(t, text(h, "operator.callback_later")+"|", spoken(t, h, turn)[0])
	require.True(t, opens.Equal(due()), due())

	interaction = asks("+77010000002")
	turn, err = h.Floor.Advance(t.Context(), h.Voice, interaction, dialogue.Input{Kind: dialogue.Keys, Keys: "2"})
	require.NoError(t, err)
	require.Equal(t, text(h, "operator.texted_later")+"|", spoken(t, h, turn)[0])
	require.True(t, opens.Equal(due()), due())
	require.Equal(t, []string{text(h, "operator.wait_later.sms")}, pgtest.Texts(t, h.URL, `m.lane = 'reply'`))
	require.Zero(t, h.Dispatch(t), "nobody is served before")
}

// A citizen who writes is told once when the queue opens, and waits until then, though nobody is there; then the thread is served.
func TestAThreadWaitsForTheQueueToOpen(t *testing.T) {
	t.Parallel()
	h := floortest.New(t, 0)
	h.Hours(t, "09:00-18:00", 3, acd.Serve)
	opens := floortest.Opening(t)
	interaction, id := h.ThreadWaits(t, number)
	h.Writes(t, number, "Когда готова справка?")
	require.Equal(t, []string{fmt.Sprintf("Операторы начнут работу %s, %s, в 09:00.\n%s", russianDays[opens.Weekday()], opens.Format("02.01.2006"),
		text(h, "operator.wait_later.sms"))}, pgtest.Texts(t, h.URL, `m.lane = 'reply'`), "one honest answer")
	require.True(t, opens.Equal(pgtest.Value[time.Time](t, h.URL, `SELECT due_at FROM contacts WHERE id = $1`, id)))
	pgtest.Exec(t, h.URL, `UPDATE contacts SET queued_at = queued_at - interval '12 hours'`)
	require.Zero(t, h.Dispatch(t))
	require.Equal(t, contact.Waiting, h.Contact(t, id).State)

	h.Hours(t, "00:00-24:00", 0, acd.Serve)
	pgtest.Exec(t, h.URL, `UPDATE contacts SET due_at = now()`)
	require.Zero(t, h.Dispatch(t))
	require.Equal(t, contact.Waiting, h.Contact(t, id).State, "nobody is there yet, and the promise is kept")
	h.AddAgents(t, 1)
	require.Equal(t, 1, h.Dispatch(t))
	h.Accept(t, h.Agents[0], id)
	require.Equal(t, interaction, h.Contact(t, id).Interaction)
	require.Equal(t, contact.Connected, h.Contact(t, id).State)
}

// Whoever waits when the queue closes is served to the end, or told: on the telephone by the voice node, in writing at once.
func TestWhoWaitsWhenTheQueueCloses(t *testing.T) {
	t.Parallel()
	h := floortest.New(t, 1)
	h.Hours(t, "00:00-24:00", 0, acd.Tell)
	pgtest.Exec(t, h.URL, `UPDATE agents SET capacity = 0`)
	interaction, called := h.CallWaits(t, "+77010000001")
	thread, written := h.ThreadWaits(t, "+77010000002")
	require.Zero(t, h.Dispatch(t))
	h.Hours(t, "09:00-18:00", 3, acd.Serve)
	require.Zero(t, h.Dispatch(t))
	for _, id := range []int64{called, written} {
		require.Equal(t, contact.Waiting, h.Contact(t, id).State, "served to the end")
	}
	h.Hours(t, "09:00-18:00", 3, acd.Tell)
	require.Zero(t, h.Dispatch(t))
	for _, id := range []int64{called, written} {
		require.Equal(t, contact.Nobody, h.Contact(t, id).Outcome)
	}
	orders := h.Orders(t)
	require.Len(t, orders, 1)
	turn, err := h.Floor.Say(t.Context(), h.Voice, orders[0])
	require.NoError(t, err)
	require.Contains(t, spoken(t, h, turn)[0], "Сейчас операторы не работают")
	turn, err = h.Floor.Advance(t.Context(), h.Voice, interaction, dialogue.Input{Kind: dialogue.Keys, Keys: "1"})
	require.NoError(t, err)
	require.Equal(t, text(h, "operator.callback_later")+"|", spoken(t, h, turn)[0])

	replies := pgtest.Texts(t, h.URL, `m.lane = 'reply'`)
	require.Contains(t, replies[len(replies)-1], "Операторы начнут работу")
	again := h.Contact(t, h.ContactOf(t, thread))
	require.NotEqual(t, written, again.ID)
	require.Equal(t, contact.Waiting, again.State)
	require.True(t, floortest.Opening(t).Equal(pgtest.Value[time.Time](t, h.URL, `SELECT due_at FROM contacts WHERE id = $1`, again.ID)))
	require.Zero(t, h.Dispatch(t))
	require.Equal(t, contact.Waiting, h.Contact(t, again.ID).State, "and is told once")
}

// A talk cannot be passed on to a queue whose hours are over.
func TestNobodyIsPassedOnToAQueueThatIsClosed(t *testing.T) {
	t.Parallel()
	h := floortest.New(t, 1)
	_, id, _ := h.Talks(t, number)
	h.Hours(t, "09:00-18:00", 3, acd.Serve)
	err := h.DB.Do(t.Context(), func(w *store.Work) error {
		return h.Floor.Transfer(t.Context(), w, h.Agents[0], id, floor.Target{Queue: "general"}, "")
	})
	require.ErrorIs(t, err, contact.ErrClosed)
	require.Equal(t, contact.Connected, h.Contact(t, id).State)
}

// By USSD the page says it, and offers to call back.
func TestUSSDSaysWhenTheQueueOpens(t *testing.T) {
	t.Parallel()
	h := floortest.New(t, 1)
	h.Hours(t, "09:00-18:00", 3, acd.Serve)
	dial := func(keys string) (page message.Page) {
		h.Do(t, func(w *store.Work) (err error) {
			page, err = h.Engine.Dial(t.Context(), w, message.Dialled{Number: number, Session: "1", Text: keys, Began: keys == ""})
			return err
		})
		return page
	}
	dial("")
	dial("2")
	require.Contains(t, dial("0").Text, "Операторы начнут работу "+russianDays[floortest.Opening(t).Weekday()])
	require.Contains(t, dial("1").Text, text(h, "operator.callback_later"))
	require.Equal(t, "callback", pgtest.Value[string](t, h.URL, `SELECT channel FROM contacts`))
}
