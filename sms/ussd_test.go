package sms

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/catalogue"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/dialogue/line"
	"okno/internal/message"
	"okno/internal/otp"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
	"okno/internal/sample"
	"okno/sms/smpp"
	"okno/sms/smstest"
	"okno/sms/smstest/foreign"
	"okno/sms/text"
)

// ussdRig is a channel that holds the line's conversations by USSD, on the sample region.
type ussdRig struct {
	*rig
	url   string
	ahead atomic.Int64 // of the engine's clock
	fails atomic.Int64 // so many more commits fail

	// Between a request's commit and its page.
	between atomic.Pointer[func(message.Dialled)]
}

func newUSSDRig(t *testing.T, links ...Link) *ussdRig {
	t.Helper()
	ctx := t.Context()
	url := pgtest.URL(t)
	r := &ussdRig{rig: rigOn(t, pgtest.Open(t, url), links...), url: url}
	require.NoError(t, r.db.Do(ctx, func(w *store.Work) error { return sample.Load(ctx, w, "x", text.Segments, time.Now()) }))
	files, err := dialogue.Source(line.Files)
	require.NoError(t, err)
	vocabulary := conversation.Vocabulary(text.Segments)
	d, err := dialogue.Parse(files, vocabulary)
	require.NoError(t, err)
	library, err := conversation.NewLibrary(ctx, d, files, r.db, vocabulary)
	require.NoError(t, err)
	services := catalogue.NewCache(r.db, nil, time.Now, zerolog.Nop())
	require.NoError(t, services.Fill(ctx))
	vault, err := otp.NewVault([]byte("a secret for tests"))
	require.NoError(t, err)
	clock := func() time.Time { return time.Now().Add(time.Duration(r.ahead.Load())) }
	engine := conversation.NewEngine(library, services, vault, conversation.Writing{Segments: text.Segments, Pages: text.Pages}, clock, zerolog.Nop())
	r.options.Dial = func(ctx context.Context, in message.Dialled) (message.Page, error) {
		page, err := r.db.Dial(ctx, in, func(ctx context.Context, w conversation.Work, in message.Dialled) (message.Page, error) {
			page, err := engine.Dial(ctx, w, in)
			if r.fails.Add(-1) >= 0 {
				err = errors.New("no database")
			}
			return page, err
		})
		if f := r.between.Load(); f != nil && err == nil {
			(*f)(in)
		}
		return page, err
	}
	r.run()
	r.eventually("a bind", func() bool { return r.channel.Ready() == nil })
	return r
}

func (r *ussdRig) caseOf(number string) string {
	return pgtest.Opened[string](r.t, r.url, `SELECT number FROM cases WHERE contact = $1 ORDER BY id LIMIT 1`, number)
}

func (r *ussdRig) open() int {
	return pgtest.Value[int](r.t, r.url, `SELECT count(*)::int FROM interactions JOIN sessions ON interaction_id = id WHERE channel = 'ussd' AND ended_at IS NULL`)
}

// handset is a phone that plays USSD.
type handset struct {
	t      *testing.T
	smsc   *smstest.SMSC
	number string
}

func (h handset) dial() smstest.Page {
	h.t.Helper()
	page, err := h.smsc.Dial(h.t.Context(), h.number, "*1414#")
	require.NoError(h.t, err)
	return page
}

func (h handset) key(answer string) smstest.Page {
	h.t.Helper()
	page, err := h.smsc.Key(h.t.Context(), h.number, answer)
	require.NoError(h.t, err)
	return page
}

const russianMenu = "1 Услуги\n2 Статус\n3 Обращение\n4 Запись\n5 Штрафы\n0 Оператор"

func TestCitizenAsksByUSSD(t *testing.T) {
	t.Parallel()
	for _, bind := range []string{"transceiver", "pair"} {
		t.Run(bind, func(t *testing.T) {
			t.Parallel()
			s, link := smsc(t, "a", smstest.Config{})
			link.Bind = bind
			r := newUSSDRig(t, link)
			stranger := handset{t, s, "+77019999999"}
			require.Equal(t, smstest.Page{Text: "1 Қазақша\n2 Русский\n3 English"}, stranger.dial())
			require.Equal(t, smstest.Page{Text: russianMenu}, stranger.key("2"))
			require.Equal(t, smstest.Page{Text: "Такого варианта нет.\n" + russianMenu}, stranger.key("7"))
			require.Equal(t, smstest.Page{Text: "Напишите номер дела."}, stranger.key("2"))
			require.Equal(t, smstest.Page{Text: russianMenu}, stranger.key("*"))
			stranger.key("2")
			stage := stranger.key(r.caseOf("+77010000003"))
			require.False(t, stage.Last, "whoever proves who they are hears the rest")
			require.Contains(t, stage.Text, "Дело "+r.caseOf("+77010000003")+". Принято к рассмотрению.")
			require.Equal(t, russianMenu, stranger.key("2").Text)
			owner := handset{t, s, "+77010000003"}
			owner.dial()
			owner.key("2")
			last := owner.key(r.caseOf("+77010000003"))
			require.True(t, last.Last)
			_, err := s.Key(t.Context(), owner.number, "1")
			require.ErrorIs(t, err, smstest.ErrNoSession)
			require.Equal(t, 1, r.open())

			// The language is remembered, and nothing went by SMS.
			require.Equal(t, russianMenu, stranger.dial().Text)
			require.Empty(t, s.Received(stranger.number))
			r.eventually("all pages counted", func() bool { return r.metric("okno_sms_segments_total", "out", "a", "ussd") == 12 })
			require.Equal(t, 12.0, r.metric("okno_sms_segments_total", "in", "a", "ussd"))
		})
	}
}

// What does not fit into a page goes on with 8, and so do lists; the numbers of a list count on each of its pages.
func TestLongTextComesPageByPage(t *testing.T) {
	t.Parallel()
	s, link := smsc(t, "a", smstest.Config{})
	r := newUSSDRig(t, link)
	h := handset{t, s, "+77010000002"}
	h.dial()
	h.key("1")
	page := h.key("2")
	var all []string
	for range 12 {
		require.LessOrEqual(t, len([]rune(page.Text)), 80)
		all = append(all, page.Text)
		if !strings.HasSuffix(page.Text, "\n8 ещё") {
			break
		}
		page = h.key("8")
		if strings.HasPrefix(page.Text, "1 ") { // the first of the list again
			break
		}
	}
	list := strings.Join(all, "\n")
	require.Contains(t, list, "Выберите раздел.")
	for n := range 5 {
		require.Contains(t, list, fmt.Sprintf("\n%d ", n+1))
	}
	services := h.key("1")
	require.Contains(t, services.Text, "Выберите услугу.")
	told := h.key("1")
	for !told.Last {
		require.True(t, strings.HasSuffix(told.Text, "\n8 ещё"), told.Text)
		told = h.key("8")
	}
	require.Zero(t, r.open(), "the session ends with the last page")
}

// A USSD session has no operator: whoever says yes waits to be called back.
func TestOperatorCallsBackWhoeverDials(t *testing.T) {
	t.Parallel()
	s, link := smsc(t, "a", smstest.Config{})
	r := newUSSDRig(t, link)
	pgtest.Exec(t, r.url, `INSERT INTO queues VALUES ('general', '{}') ON CONFLICT DO NOTHING`)
	h := handset{t, s, "+77010000002"}
	h.dial()
	h.key("0")
	require.Zero(t, pgtest.Value[int](t, r.url, `SELECT count(*)::int FROM contacts`), "not without a yes")
	h.key("1")
	require.Equal(t, "callback waiting", pgtest.Value[string](t, r.url, `SELECT channel || ' ' || state FROM contacts`))
}

func TestSessionOfUSSDEnds(t *testing.T) {
	t.Parallel()
	s, link := smsc(t, "a", smstest.Config{})
	r := newUSSDRig(t, link)
	h := handset{t, s, "+77010000002"}
	h.dial()
	h.key("2")
	require.Equal(t, 1, r.open())
	require.NoError(t, s.Leave(t.Context(), h.number))
	require.Zero(t, r.open(), "the citizen has left")

	h.dial()
	h.key("2")
	require.Equal(t, russianMenu, h.dial().Text, "whoever dials again begins again")
	require.Equal(t, 1, r.open())

	h.key("2")
	r.ahead.Store(int64(4 * time.Minute))
	require.Equal(t, russianMenu, h.key("123").Text, "an answer to something forgotten")
	r.ahead.Store(0)
	require.Equal(t, 1, r.open())
	pgtest.Value[int64](t, r.url, `UPDATE interactions SET active_at = now() - interval '4 minutes' WHERE channel = 'ussd' AND ended_at IS NULL RETURNING id`)
	r.eventually("the upkeep", func() bool { return r.open() == 0 })
}

// The database is away: the SMSC keeps the request, and a step that was not committed is not shown.
func TestUSSDIsCommittedBeforeItIsShown(t *testing.T) {
	t.Parallel()
	s, link := smsc(t, "a", smstest.Config{})
	r := newUSSDRig(t, link)
	h := handset{t, s, "+77010000002"}
	r.fails.Store(2)
	require.Equal(t, russianMenu, h.dial().Text)
	require.Equal(t, 1, pgtest.Value[int](t, r.url, `SELECT count(*)::int FROM interactions WHERE channel = 'ussd'`))
}

// keyed are all that a phone has keyed, in order.
func (r *ussdRig) keyed(number string) string {
	return pgtest.Opened[string](r.t, r.url, `
		SELECT coalesce(string_agg(body, ' ' ORDER BY e.id), '') FROM entries e JOIN interactions i ON i.id = e.interaction_id
		WHERE i.number = $1 AND speaker = 'citizen'`, number)
}

// The connection is lost between the commit and the acknowledgement, before or after the page: the SMSC sends the request
// again, and it has the page that it had.
func TestUSSDRequestThatComesAgainMovesTheMenuOnce(t *testing.T) {
	t.Parallel()
	for _, lost := range []string{"before the page", "with the page"} {
		t.Run(lost, func(t *testing.T) {
			t.Parallel()
			var s *smstest.SMSC
			var cuts, again atomic.Int64
			s, link := smsc(t, "a", smstest.Config{Judge: func(smpp.Message) smstest.Verdict {
				return smstest.Verdict{Drop: lost == "with the page" && cuts.Add(-1) >= 0}
			}})
			r := newUSSDRig(t, link)
			count := func(message.Dialled) {
				again.Add(1)
				if lost == "before the page" && cuts.Add(-1) >= 0 {
					s.Disconnect()
				}
			}
			r.between.Store(&count)
			h := handset{t, s, "+77010000002"}
			cut := func(n int64, step func() smstest.Page) smstest.Page {
				t.Helper()
				cuts.Store(n)
				again.Store(0)
				page := step()
				if lost == "before the page" {
					require.Equal(t, n+1, again.Load(), "it came again each time")
				}
				return page
			}
			require.Equal(t, russianMenu, cut(1, h.dial).Text)
			require.Equal(t, 1, pgtest.Value[int](t, r.url, `SELECT count(*)::int FROM interactions WHERE channel = 'ussd'`))
			require.Equal(t, "Напишите номер дела.", cut(2, func() smstest.Page { return h.key("2") }).Text)
			require.Equal(t, russianMenu, cut(1, func() smstest.Page { return h.key("*") }).Text)
			require.Equal(t, "Напишите номер дела.", cut(0, func() smstest.Page { return h.key("2") }).Text)
			last := cut(2, func() smstest.Page { return h.key(r.caseOf(h.number)) })
			require.True(t, last.Last)
			require.Equal(t, "2 * 2 "+r.caseOf(h.number), r.keyed(h.number))
			require.Equal(t, 1, pgtest.Value[int](t, r.url, `SELECT count(*)::int FROM interactions WHERE channel = 'ussd'`), "the last page begins no session")
		})
	}
}

// "1" chooses of a menu, and "1" of the next: over the same bind, and over another once the acknowledgement has been read.
func TestSameKeyAgainIsASecondAnswer(t *testing.T) {
	t.Parallel()
	s, link := smsc(t, "a", smstest.Config{})
	r := newUSSDRig(t, link)
	h := handset{t, s, "+77010000002"}
	h.dial()
	for range 2 {
		require.Equal(t, "Такого варианта нет.\n"+russianMenu, h.key("7").Text)
	}
	r.eventually("confirmation", func() bool { return r.channel.binds[0].liveSession().Unconfirmed() == 0 })
	s.Disconnect()
	h.key("7")
	require.Equal(t, "7 7 7", r.keyed(h.number))
}

// However the link is lost, what each phone has keyed counts once, and each answer has a page.
func TestPhonesDialOverALinkThatIsLostAgainAndAgain(t *testing.T) {
	t.Parallel()
	s, link := smsc(t, "a", smstest.Config{})
	r := newUSSDRig(t, link)
	var requests atomic.Int64
	cut := func(message.Dialled) {
		if n := requests.Add(1); n%7 == 0 && n <= 70 { // each takes many with it, which count again
			s.Disconnect()
		}
	}
	r.between.Store(&cut)
	keys := []string{"2", "*", "3", "*", "7", "2"}
	dialTogether(t, s, "+770100003", 10, keys)
	for i := range 10 {
		require.Equal(t, strings.Join(keys, " "), r.keyed(fmt.Sprintf("+770100003%02d", i)))
	}
}

func TestManyPhonesDialAtOnce(t *testing.T) {
	t.Parallel()
	s, link := smsc(t, "a", smstest.Config{})
	r := newUSSDRig(t, link)
	dialTogether(t, s, "+770100002", 40, []string{"3", "2", "123456789"})
	require.Equal(t, 40, r.open())
}

// A session as npm's smpp plays it: without its_session_info, and with it.
func TestForeignSMSCHoldsASessionOfUSSD(t *testing.T) {
	t.Parallel()
	operator := foreign.Start(t)
	r := newUSSDRig(t, Link{Name: "npm", Addr: operator.Addr, SystemID: "okno", Password: foreign.Password})
	key := func(n int, number, body string, op byte, session []byte) foreign.Submit {
		t.Helper()
		octets := map[string][]byte{}
		if session != nil {
			octets["its_session_info"] = session
		}
		require.Zero(t, operator.Send("deliver_sm", from(number, body, "data_coding", 0, "service_type", "USSD", "ussd_service_op", int(op)), octets))
		r.eventually("a page", func() bool { return len(operator.Submits()) == n })
		submit := operator.Submits()[n-1]
		require.Equal(t, "USSD", submit.Service)
		require.Equal(t, number, "+"+submit.Destination)
		require.Equal(t, "1414", submit.Source)
		require.Zero(t, submit.RegisteredDelivery)
		return submit
	}
	const english = "+77010000003"
	page := key(1, english, "*1414#", smpp.PSSRIndication, nil)
	require.Equal(t, "1 Services\n2 Case status\n3 Appeal\n4 Appointment\n5 Fees\n0 Operator", page.Text)
	require.Equal(t, 0, page.Coding)
	require.Equal(t, int(smpp.USSRRequest), page.USSDOp)
	require.Empty(t, page.Session)
	require.Equal(t, "Write the number of your case.", key(2, english, "2", smpp.USSRConfirm, nil).Text)
	page = key(3, english, r.caseOf(english), smpp.USSRConfirm, nil)
	require.Contains(t, page.Text, "Case "+r.caseOf(english)+". Accepted")
	require.Equal(t, int(smpp.PSSRResponse), page.USSDOp)

	page = key(4, "+77010000002", "*1414#", smpp.PSSRIndication, []byte{7, 2})
	require.Equal(t, russianMenu, page.Text)
	require.Equal(t, 8, page.Coding)
	require.Equal(t, "0702", page.Session)
	require.Equal(t, "Напишите номер дела.", key(5, "+77010000002", "2", smpp.USSRConfirm, []byte{7, 4}).Text)
	require.Equal(t, russianMenu, key(6, "+77010000002", "1", smpp.USSRConfirm, []byte{8, 2}).Text, "another session's answer")
	page = key(7, "+77010000002", "2", smpp.USSRConfirm, []byte{8, 4})
	require.Equal(t, "0804", page.Session)
	page = key(8, "+77010000002", r.caseOf("+77010000002"), smpp.USSRConfirm, []byte{8, 6})
	require.Equal(t, "0807", page.Session, "the last bit ends it")
}

// dialTogether has phones with these numbers, each ending in two digits, go through a menu by the same keys, all at once.
func dialTogether(t *testing.T, s *smstest.SMSC, numbers string, phones int, keys []string) {
	t.Helper()
	var dialling sync.WaitGroup
	for i := range phones {
		dialling.Go(func() {
			number := fmt.Sprintf("%s%02d", numbers, i)
			_, err := s.Dial(t.Context(), number, "*1414#")
			for _, key := range keys {
				if err != nil {
					break
				}
				_, err = s.Key(t.Context(), number, key)
			}
			if err != nil {
				t.Errorf("%s: %v", number, err)
			}
		})
	}
	dialling.Wait()
}
