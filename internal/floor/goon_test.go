package floor_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/uuid"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/call"
	"okno/internal/cases"
	"okno/internal/casework"
	"okno/internal/citizen"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/exchange"
	"okno/internal/floor"
	"okno/internal/floor/floortest"
	"okno/internal/job"
	"okno/internal/message"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

// agency is a system that answers questions.
type agency struct {
	*httptest.Server
	asked  atomic.Int32
	wait   time.Duration // until it answers
	answer func(q exchange.Asked) (status int, body string)
}

func newAgency(t *testing.T, secret string) *agency {
	t.Helper()
	a := &agency{answer: func(exchange.Asked) (int, string) { return http.StatusNotFound, "" }}
	a.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || exchange.Verify(secret, body, r.Header) != nil {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		var q exchange.Asked
		if json.Unmarshal(body, &q) != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		a.asked.Add(1)
		select {
		case <-time.After(a.wait):
		case <-r.Context().Done():
			return
		}
		status, answer := a.answer(q)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(a.Close)
	return a
}

// counter is a citizen with a case of an agency that answers questions.
type counter struct {
	*floortest.House
	agency *agency
	number string // of the case
	jobs   *exchange.Follower
}

type goesOn struct {
	*floor.Floor
	conversation.Late
}

const caller = "+77010000001"

func atCounter(t *testing.T) *counter {
	t.Helper()
	h := floortest.New(t, 0)
	secret := exchange.NewSecret()
	c := &counter{House: h, agency: newAgency(t, secret)}
	pgtest.Exec(t, h.URL, `INSERT INTO agencies (code, name) VALUES ('gp', '{}')`)
	h.Do(t, func(w *store.Work) error {
		require.NoError(t, w.SaveEndpoint(t.Context(), exchange.Endpoint{Agency: "gp", URL: c.agency.URL, Secrets: []string{secret}, Answers: true}, "test"))
		id, err := w.SaveCitizen(t.Context(), citizen.Citizen{NationalNumber: "900513000008", Name: "Айгүл", Language: dialogue.Russian, Numbers: []string{caller}})
		require.NoError(t, err)
		opened, err := w.OpenCase(t.Context(), cases.Opening{Kind: cases.Application, Agency: "gp", CitizenID: id, Contact: caller, Subject: "справка", By: "okno",
			DueOn: time.Now().AddDate(0, 0, 9)})
		c.number = opened.Number
		return err
	})
	pgtest.Exec(t, h.URL, `UPDATE cases SET updated_at = '2026-01-15'; DELETE FROM river_job`)
	segments := func(string) int { return 1 }
	notices := conversation.NewNotices(h.Library, conversation.Writing{Segments: segments})
	teller := casework.NewTeller(notices, segments, time.Now)
	inbox := exchange.NewInbox(func(ctx context.Context, fn func(exchange.Work) error) error {
		return h.DB.Do(ctx, func(w *store.Work) error { return fn(w) })
	}, teller, time.Now)
	late := conversation.NewLate(func(ctx context.Context, fn func(conversation.LateWork) error) error {
		return h.DB.Do(ctx, func(w *store.Work) error { return fn(w) })
	}, teller, notices)
	c.jobs = exchange.NewFollower(h.DB, func(ctx context.Context, fn func(exchange.FeeWork) error) error {
		return h.DB.Do(ctx, func(w *store.Work) error { return fn(w) })
	}, notices, teller, nil, time.Now, zerolog.Nop())
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error)
	for range 2 { // as on two nodes
		go func() {
			ended <- exchange.NewAsker(h.DB, inbox, goesOn{h.Floor, late}, nil, nil, time.Now, zerolog.Nop()).Run(ctx)
		}()
	}
	t.Cleanup(func() {
		stop()
		require.NoError(t, <-ended)
		require.NoError(t, <-ended)
	})
	return c
}

// dials is the citizen's call over a trunk that vouches for its number.
func (c *counter) dials(t *testing.T) int64 {
	t.Helper()
	incoming := floortest.NewCall("channel-"+uuid.NewString(), caller)
	incoming.Vouched = true
	turn, err := c.Floor.Begin(t.Context(), c.Voice, incoming)
	require.NoError(t, err)
	require.NoError(t, c.Floor.Answered(t.Context(), c.Voice, turn.Interaction))
	return turn.Interaction
}

// keys advances a call by keys, one input each.
func (c *counter) keys(t *testing.T, interaction int64, keys ...string) (turn conversation.Turn) {
	t.Helper()
	var err error
	for _, k := range keys {
		turn, err = c.Floor.Advance(t.Context(), c.Voice, interaction, dialogue.Input{Kind: dialogue.Keys, Keys: k})
		require.NoError(t, err)
	}
	return turn
}

// said waits until the voice node is to say how the conversation went on, and gives the key of the first text.
func (c *counter) said(t *testing.T, interaction int64, within time.Duration) (turn conversation.Turn) {
	t.Helper()
	var orders []call.Order
	require.Eventually(t, func() bool {
		orders = append(orders, c.Orders(t)...)
		return len(orders) > 0
	}, within, 20*time.Millisecond)
	require.Equal(t, call.Say, orders[0].Kind)
	require.Equal(t, interaction, orders[0].Interaction)
	turn, err := c.Floor.Say(t.Context(), c.Voice, orders[0])
	require.NoError(t, err)
	return turn
}

func (c *counter) begins(t *testing.T, turn conversation.Turn, key string) {
	t.Helper()
	require.NotEmpty(t, turn.Spoken)
	want := c.Dialog.Texts.Speak(dialogue.Utterance{Key: key, Language: dialogue.Russian})
	require.Equal(t, want[0], turn.Spoken[0][0], "%v", turn.Spoken)
}

// requireTranscribed checks that the transcript ends with what a turn says, once.
func requireTranscribed(t *testing.T, h *floortest.House, turn conversation.Turn) {
	t.Helper()
	said := pgtest.Opened[[]string](t, h.URL, `SELECT array_agg(body ORDER BY id) FROM entries WHERE interaction_id = $1 AND kind = 'said'`, turn.Interaction)
	require.Greater(t, len(said), len(turn.Spoken))
	told := said[len(said)-len(turn.Spoken):]
	require.NotContains(t, said[:len(said)-len(turn.Spoken)], told[0], "the citizen hears it once")
	for n, utterance := range turn.Spoken {
		require.Contains(t, told[n], utterance[0].Text)
	}
}

func answerState(state string, sequence int) string {
	return fmt.Sprintf(`{"state": %q, "sequence": %d, "at": %q, "reason": "r"}`, state, sequence, time.Now().Format(time.RFC3339))
}

// A caller who asks for the status hears what the agency says now, if it says so within two seconds.
func TestAStatusIsAskedOfTheAgency(t *testing.T) {
	t.Parallel()
	c := atCounter(t)
	c.agency.answer = func(q exchange.Asked) (int, string) {
		require.Equal(t, exchange.CaseAsked, q.Type)
		require.Equal(t, c.number, q.Data.Case)
		return http.StatusOK, answerState("in_progress", 1)
	}
	interaction := c.dials(t)
	turn := c.keys(t, interaction, "2", c.number)
	require.Equal(t, dialogue.ExpectOutcome, turn.Expect.Kind)
	require.False(t, turn.Expect.Queue)
	turn = c.said(t, interaction, 2*time.Second)
	c.begins(t, turn, "status.tell")
	requireTranscribed(t, c.House, turn)
	require.Equal(t, "in_progress", pgtest.Value[string](t, c.URL, `SELECT state FROM cases`))
	require.EqualValues(t, 1, c.agency.asked.Load())

	// A moment later nobody is asked again.
	c.keys(t, interaction, "1", c.number)
	require.EqualValues(t, 1, c.agency.asked.Load())
	require.Equal(t, "answered", pgtest.Value[string](t, c.URL, `SELECT string_agg(state, ' ') FROM exchange_questions`))
}

// An agency that is slow is not waited for: the caller hears what was known, with its day, and gets an SMS when the answer comes.
func TestASlowAgencyIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	c := atCounter(t)
	c.agency.wait = 3 * time.Second
	c.agency.answer = func(exchange.Asked) (int, string) { return http.StatusOK, answerState("accepted", 1) }
	interaction := c.dials(t)
	began := time.Now()
	c.keys(t, interaction, "2", c.number)
	turn := c.said(t, interaction, 5*time.Second)
	require.Less(t, time.Since(began), 3*time.Second)
	c.begins(t, turn, "status.late")
	require.Eventually(t, func() bool { return len(pgtest.Texts(t, c.URL, `m.lane = 'notice'`)) == 1 }, 5*time.Second, 50*time.Millisecond)
	require.Contains(t, pgtest.Texts(t, c.URL, `m.lane = 'notice'`)[0], "Принято")
	require.Equal(t, "accepted", pgtest.Value[string](t, c.URL, `SELECT state FROM cases`))
}

// Whatever else an agency answers, the caller hears what was known, at once.
func TestAnAnswerThatIsNoneHarmsNobody(t *testing.T) {
	t.Parallel()
	c := atCounter(t)
	interaction := c.dials(t)
	turn := c.keys(t, interaction, "2")
	for _, answer := range []struct {
		status int
		body   string
	}{{http.StatusOK, "<html>"}, {http.StatusNoContent, ""}, {http.StatusInternalServerError, "{}"}, {http.StatusOK, answerState("flying", 1)},
		{http.StatusOK, answerState("closed", 0)}, {http.StatusFound, ""}} {
		c.agency.answer = func(exchange.Asked) (int, string) { return answer.status, answer.body }
		began := time.Now()
		c.keys(t, interaction, c.number)
		turn = c.said(t, interaction, 2*time.Second)
		require.Less(t, time.Since(began), 1900*time.Millisecond, "%v", answer)
		c.begins(t, turn, "status.earlier")
		turn = c.keys(t, interaction, "1")
		if c.agency.asked.Load() >= 4 { // the breaker opens after five failures in a row
			break
		}
	}
	require.Equal(t, "registered", pgtest.Value[string](t, c.URL, `SELECT state FROM cases`))
	_ = turn
}

// A caller who hangs up while the agency is asked is gone; what it answers is kept all the same.
func TestAHangUpWhileAnAgencyIsAsked(t *testing.T) {
	t.Parallel()
	c := atCounter(t)
	c.agency.wait = 300 * time.Millisecond
	c.agency.answer = func(exchange.Asked) (int, string) { return http.StatusOK, answerState("accepted", 1) }
	interaction := c.dials(t)
	c.keys(t, interaction, "2", c.number)
	require.NoError(t, c.Floor.HungUp(t.Context(), c.Voice, interaction, call.HungUp))
	require.Eventually(t, func() bool { return pgtest.Value[string](t, c.URL, `SELECT state FROM cases`) == "accepted" }, 3*time.Second, 20*time.Millisecond)
	require.Empty(t, c.Orders(t))
}

const fees = `{"fees": [
	{"id": "a", "what": {"kk": "Баж", "ru": "Пошлина", "en": "Fee"}, "amount": "1500 KZT", "due_on": "2030-01-01", "pay_url": "https://pay.example/a"},
	{"id": "b", "what": {"kk": "Айыппұл", "ru": "Штраф", "en": "Fine"}, "amount": "20000.50 KZT", "pay_url": "https://pay.example/b"},
	{"id": "c", "what": {"kk": "Б", "ru": "Б", "en": "B"}, "amount": "1 RUB"},
	{"id": "d", "what": {"kk": "Б", "ru": "Б", "en": "B"}, "amount": "7 KZT", "paid": true}]}`

// What is to be paid for a case is heard, its links come by SMS, and that it was paid is told once.
func TestAFeeIsHeardAndFollowed(t *testing.T) {
	t.Parallel()
	c := atCounter(t)
	answer := fees
	c.agency.answer = func(q exchange.Asked) (int, string) {
		if q.Type == exchange.CaseAsked {
			return http.StatusOK, answerState("accepted", 1)
		}
		if q.Data.Fee != "" {
			require.Empty(t, q.Data.Case)
		} else {
			require.Equal(t, c.number, q.Data.Case)
		}
		return http.StatusOK, answer
	}
	interaction := c.dials(t)
	c.keys(t, interaction, "2", c.number)
	c.said(t, interaction, 2*time.Second)
	c.keys(t, interaction, "4")
	turn := c.said(t, interaction, 2*time.Second)
	require.Contains(t, fmt.Sprint(turn.Spoken), "21500.50 KZT")
	require.Contains(t, fmt.Sprint(turn.Spoken), "Пошлина, Штраф")
	c.keys(t, interaction, "1")
	links := pgtest.Texts(t, c.URL, `m.lane = 'reply'`)
	require.Equal(t, "Пошлина: 1500 тенге. Оплатить: https://pay.example/a\nШтраф: 20000.50 тенге. Оплатить: https://pay.example/b", links[len(links)-1])
	require.Equal(t, 2, pgtest.Value[int](t, c.URL, `SELECT count(*) FROM river_job WHERE kind = 'fee.follow' AND state = 'scheduled'`))

	first := pgtest.Value[int64](t, c.URL, `SELECT min(id) FROM fees`)
	var again job.Later
	require.ErrorAs(t, c.jobs.Follow(t.Context(), job.FollowFee{Fee: first}), &again)
	require.EqualValues(t, 2*time.Minute, again)
	answer = `{"fees": [{"id": "a", "what": {"kk": "Баж", "ru": "Пошлина", "en": "Fee"}, "amount": "1500 KZT", "paid": true}]}`
	require.NoError(t, c.jobs.Follow(t.Context(), job.FollowFee{Fee: first}))
	require.NoError(t, c.jobs.Follow(t.Context(), job.FollowFee{Fee: first}), "it is followed no more")
	told := pgtest.Texts(t, c.URL, `m.lane = 'notice'`)
	require.Equal(t, "Оплата получена: Пошлина, 1500 тенге.", told[len(told)-1])
	require.Equal(t, "paid due", pgtest.Value[string](t, c.URL, `SELECT string_agg(state, ' ' ORDER BY id) FROM fees`))
	pgtest.Exec(t, c.URL, `UPDATE fees SET told_at = now() - interval '4 days'`)
	require.NoError(t, c.jobs.Follow(t.Context(), job.FollowFee{Fee: first + 1}))
	require.Equal(t, "paid unknown", pgtest.Value[string](t, c.URL, `SELECT string_agg(state, ' ' ORDER BY id) FROM fees`))

	// By the national number it is heard by whoever has proved to be the citizen.
	c.agency.answer = func(q exchange.Asked) (int, string) {
		require.Equal(t, "900513000008", q.Data.NationalNumber)
		return http.StatusOK, fees
	}
	turn = c.keys(t, interaction, "1", "7", "1") // the main menu, fees
	require.Contains(t, fmt.Sprint(turn.Spoken), fmt.Sprint(c.Dialog.Texts.Speak(dialogue.Utterance{Key: "verify.how", Language: dialogue.Russian})[0]))
	interaction = c.dials(t)
	pgtest.Exec(t, c.URL, `UPDATE interactions SET verification = 'secret'`)
	c.keys(t, interaction, "7", "1")
	turn = c.said(t, interaction, 2*time.Second)
	require.Contains(t, fmt.Sprint(turn.Spoken), "21500.50 KZT")
	c.agency.answer = func(exchange.Asked) (int, string) { return http.StatusOK, answer }

	// In writing the answer comes when the agency has given it.
	answer = `{"fees": []}`
	c.Writes(t, caller, "ПОШЛИНА "+c.number)
	require.Eventually(t, func() bool {
		texts := pgtest.Texts(t, c.URL, `m.lane = 'reply'`)
		return texts[len(texts)-1] == "Платить ничего не нужно."
	}, 3*time.Second, 20*time.Millisecond)
}

// dial is what the citizen keys in a USSD session, "" to begin one, and the page that is shown.
func (c *counter) dial(t *testing.T, keys string) (page message.Page) {
	t.Helper()
	c.Do(t, func(w *store.Work) (err error) {
		page, err = c.Engine.Dial(t.Context(), w, message.Dialled{Number: caller, Session: "1", Text: keys, Began: keys == ""})
		return err
	})
	units := utf16.Encode([]rune(page.Text))
	require.LessOrEqual(t, len(units), 80, "a page has room for so much: %q", page.Text)
	return page
}

// By USSD, too: while the agency is asked, the phone can ask for more; what is to be paid goes over pages; and the link comes by SMS.
func TestAFeeIsSeenByUSSD(t *testing.T) {
	t.Parallel()
	c := atCounter(t)
	answers := make(chan struct{})
	c.agency.answer = func(q exchange.Asked) (int, string) {
		<-answers
		require.Equal(t, c.number, q.Data.Case)
		return http.StatusOK, fees
	}
	require.Contains(t, c.dial(t, "").Text, "5 Штрафы")
	require.Equal(t, "1 Мои, по ПИН или коду\n2 По номеру дела", c.dial(t, "5").Text)
	require.Equal(t, "Напишите номер дела.", c.dial(t, "2").Text)
	const asking = "Запрашиваем у органа.\n8 ещё"
	require.Equal(t, asking, c.dial(t, c.number).Text)
	require.Equal(t, asking, c.dial(t, dialogue.KeyMore).Text, "it still thinks")
	close(answers)
	var page message.Page
	require.Eventually(t, func() bool { page = c.dial(t, dialogue.KeyMore); return page.Text != asking }, 3*time.Second, 20*time.Millisecond)
	require.Equal(t, "К оплате 21500.50 тенге (2): Пошлина, Штраф\n1 Ссылка по СМС", page.Text)
	page = c.dial(t, "1")
	require.Equal(t, message.Page{Text: "Ссылка отправлена по СМС. Об оплате сообщим.", Last: true}, page)
	links := pgtest.Texts(t, c.URL, `m.lane = 'reply'`)
	require.Equal(t, []string{"Пошлина: 1500 тенге. Оплатить: https://pay.example/a\nШтраф: 20000.50 тенге. Оплатить: https://pay.example/b"}, links, "and nothing else")

	// An agency that stays silent is not waited for, and what it says later comes by SMS.
	slow := make(chan struct{})
	c.agency.answer = func(exchange.Asked) (int, string) {
		<-slow
		return http.StatusOK, fees
	}
	for _, keys := range []string{"", "5", "2"} {
		c.dial(t, keys)
	}
	require.Equal(t, asking, c.dial(t, c.number).Text)
	require.Eventually(t, func() bool { page = c.dial(t, dialogue.KeyMore); return page.Text != asking }, 2*exchange.Wait, 50*time.Millisecond)
	require.Equal(t, message.Page{Text: "Орган пока не ответил. Когда ответит, мы пришлём СМС.", Last: true}, page)
	close(slow)
	require.Eventually(t, func() bool {
		told := pgtest.Texts(t, c.URL, `m.lane = 'notice'`)
		return len(told) > 0 && strings.HasPrefix(told[len(told)-1], "К оплате: Пошлина")
	}, 3*time.Second, 20*time.Millisecond)
}
