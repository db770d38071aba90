package gateway

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/message"
	"okno/internal/postgres/pgtest"
	"okno/internal/smppaccount"
	"okno/sms/smpp"
	"okno/sms/smstest/foreign"
	"okno/sms/text"
)

func TestSubmitIsCommittedBeforeItsAnswer(t *testing.T) {
	t.Parallel()
	r := newRig(t, ministry).run()
	o := r.office(smpp.Transmitter)
	id := o.submit(notice(phone1, "Your certificate is ready"))
	require.Equal(t, "MINJUST: Your certificate is ready", r.texts(phone1))
	require.Equal(t, "notice minjust "+id, pgtest.Value[string](t, r.url,
		`SELECT m.lane || ' ' || s.system_id || ' ' || s.id FROM smpp_submits s JOIN mt_messages m ON m.id = s.mt_id`))
	require.Equal(t, `agency:minjust notice.submit mt:1 {"sender": "MINJUST", "segments": 1}`, pgtest.Value[string](t, r.url,
		`SELECT actor || ' ' || action || ' ' || subject || ' ' || detail FROM audit WHERE action LIKE '%.submit'`))
}

func TestSubmitIsRefusedForWhatIsWrongWithIt(t *testing.T) {
	t.Parallel()
	r := newRig(t, ministry).run()
	o := r.office(smpp.Transceiver)
	with := func(change func(*smpp.Message)) smpp.Message {
		m := notice(phone1, "hi")
		change(&m)
		return m
	}
	sar := func(reference, total, part byte) smpp.TLVs {
		return smpp.TLVs{smpp.TagSARReference: {0, reference}, smpp.TagSARTotal: {total}, smpp.TagSARPart: {part}}
	}
	for name, c := range map[string]struct {
		message smpp.Message
		want    smpp.Status
	}{
		"sender of others":  {with(func(m *smpp.Message) { m.Source.Number = "MINFIN" }), smpp.InvalidSource},
		"no number":         {with(func(m *smpp.Message) { m.Dest.Number = "12" }), smpp.InvalidDest},
		"empty number":      {with(func(m *smpp.Message) { m.Dest.Number = "" }), smpp.InvalidDest},
		"name as number":    {with(func(m *smpp.Message) { m.Dest.Number = "ministry" }), smpp.InvalidDest},
		"20 digits":         {with(func(m *smpp.Message) { m.Dest.Number = "77010000001770100000" }), smpp.InvalidDest},
		"no schedule":       {with(func(m *smpp.Message) { m.Schedule = "tomorrow" }), smpp.InvalidSchedule},
		"schedule too far":  {with(func(m *smpp.Message) { m.Schedule = "010000000000000R" }), smpp.InvalidSchedule},
		"validity is past":  {with(func(m *smpp.Message) { m.Validity = "200101000000000+" }), smpp.InvalidExpiry},
		"over before due":   {with(func(m *smpp.Message) { m.Schedule, m.Validity = "000001000000000R", "000000010000000R" }), smpp.InvalidExpiry},
		"binary":            {with(func(m *smpp.Message) { m.Coding = 0x04 }), smpp.SubmitFailed},
		"header past end":   {with(func(m *smpp.Message) { m.ESMClass, m.Short = smpp.ESMUDHI, []byte{9, 0} }), smpp.SubmitFailed},
		"101 parts":         {with(func(m *smpp.Message) { m.TLVs = sar(1, 101, 1) }), smpp.MessageTooLong},
		"no part of theirs": {with(func(m *smpp.Message) { m.TLVs, m.Short = sar(1, 2, 1), make([]byte, 161) }), smpp.MessageTooLong},
		"16 thousand letters": {with(func(m *smpp.Message) {
			m.Short, m.TLVs = nil, smpp.TLVs{smpp.TagMessagePayload: []byte(strings.Repeat("a", 16_000))}
		}), smpp.MessageTooLong},
	} {
		require.ErrorIs(t, o.refused(c.message), c.want, name)
	}
	require.Zero(t, pgtest.Value[int](t, r.url, `SELECT count(*) FROM mt_messages`))
	// And what looks odd, but is not wrong.
	o.submit(with(func(m *smpp.Message) { m.Source.Number = "" }))
	o.submit(with(func(m *smpp.Message) { m.Source.Number, m.Dest = "1515", smpp.Address{Number: "8 701 000 00 01"} }))
	o.submit(with(func(m *smpp.Message) { m.TLVs, m.Short = sar(1, 3, 4), []byte("4 of 3") }))
	o.submit(with(func(m *smpp.Message) { m.Short = nil }))
	require.Equal(t, "MINJUST: hi|1515: hi|MINJUST: 4 of 3|MINJUST: ", r.texts(phone1))
}

func TestTextIsReadInEveryCoding(t *testing.T) {
	t.Parallel()
	r := newRig(t, ministry).run()
	o := r.office(smpp.Transceiver)
	long := strings.Repeat("Құжатыңыз дайын. ", 40)
	coding, parts := text.Split(long)
	m := notice(phone1, "")
	for _, c := range []struct {
		coding  byte
		payload []byte
		want    string
	}{
		{0, []byte("Price {5}€"[:6]), "Price ("},
		{3, []byte("caf\xe9"), "café"},
		{8, []byte{0x04, 0x1a, 0xd8, 0x3d, 0xde, 0x00}, "К😀"},
	} {
		if c.coding == 0 {
			c.payload = []byte("Price \x1b\x28")
			c.want = "Price {"
		}
		m.Coding, m.Short = c.coding, c.payload
		o.submit(m)
		require.True(t, strings.HasSuffix(r.texts(phone1), "MINJUST: "+c.want), r.texts(phone1))
	}
	// As one message: by message_payload, in submit_sm and data_sm.
	whole := slices.Concat(parts...)
	m = notice("77010000002", "")
	m.Coding, m.Short, m.TLVs = byte(coding), nil, smpp.TLVs{smpp.TagMessagePayload: whole}
	o.submit(m)
	id, err := o.session.Data(t.Context(), m)
	require.NoError(t, err)
	require.NotEmpty(t, id)
	require.Equal(t, "MINJUST: "+long+"|MINJUST: "+long, r.texts("77010000002"))
}

// inParts are the submits of a long text.
func inParts(to, body string, reference byte) []smpp.Message {
	coding, payloads := text.Split(body)
	parts := make([]smpp.Message, len(payloads))
	for i, payload := range payloads {
		parts[i] = notice(to, "")
		parts[i].Coding, parts[i].ESMClass = byte(coding), smpp.ESMUDHI
		parts[i].Short = text.AddHeader(text.Part{Reference: int(reference), Total: len(payloads), Number: i + 1}, payload)
	}
	return parts
}

func TestPartsBecomeOneMessage(t *testing.T) {
	t.Parallel()
	r := newRig(t, ministry).run()
	offices := []*office{r.office(smpp.Transceiver), r.office(smpp.Transceiver)}
	long := strings.Repeat("Ваша справка готова 😀. ", 30)
	var wg sync.WaitGroup
	for i := range 20 { // out of order, doubled, over two binds
		to := fmt.Sprintf("770100001%02d", i)
		parts := inParts(to, long, 7)
		parts = append(parts, parts[rand.IntN(len(parts))])
		rand.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		for n, part := range parts {
			wg.Go(func() { offices[n%2].submit(part) })
		}
	}
	wg.Wait()
	for i := range 20 {
		require.Equal(t, "MINJUST: "+long, r.texts(fmt.Sprintf("770100001%02d", i)))
	}
	require.Equal(t, text.Segments(long), pgtest.Value[int](t, r.url, `
		SELECT count(*) FROM mt_segments WHERE mt_id = (SELECT min(id) FROM mt_messages)`))
	require.Zero(t, pgtest.Value[int](t, r.url, `SELECT count(*) FROM smpp_submits WHERE mt_id IS NULL`))
	require.Equal(t, 20*len(inParts(phone1, long, 7)), pgtest.Value[int](t, r.url, `SELECT count(*) FROM smpp_submits`),
		"a repetition has the id that it had")
}

// Where the region has chosen cost over script, an agency's notice goes in Latin letters, whole or in parts.
func TestNoticeGoesInTheFormOfItsLane(t *testing.T) {
	t.Parallel()
	r := newRig(t, ministry)
	r.form = func(lane message.Lane, s string) string {
		require.Equal(t, message.Notice, lane)
		return text.Latin("", s)
	}
	r.run()
	o := r.office(smpp.Transceiver)
	o.submit(notice("77010000002", "Справка готова"))
	require.Equal(t, "MINJUST: Spravka gotova", r.texts("77010000002"))
	long := strings.Repeat("Ваша справка готова. ", 10)
	parts := inParts("77010000003", long, 7)
	require.Greater(t, len(parts), 3)
	for _, part := range parts {
		o.submit(part)
	}
	require.Equal(t, "MINJUST: "+strings.Repeat("Vasha spravka gotova. ", 10), r.texts("77010000003"))
	require.Equal(t, 2, pgtest.Value[int](t, r.url, `SELECT count(*)::int FROM mt_segments s JOIN mt_messages m ON m.id = s.mt_id WHERE destination_index = $1`, pgtest.Index("+77010000003")))
}

func TestPartsThatNeverComeAndReferencesUsedAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t, ministry).run()
	o := r.office(smpp.Transceiver)
	first := inParts(phone1, strings.Repeat("a", 153)+strings.Repeat("b", 153), 7)
	second := inParts(phone1, strings.Repeat("c", 153)+strings.Repeat("d", 153), 7)
	o.submit(first[0])
	o.submit(second[0]) // the same reference: what waits of the first is all that will come
	require.Equal(t, "MINJUST: "+strings.Repeat("a", 153)+"…", r.texts(phone1))
	o.submit(second[1])
	require.Equal(t, "MINJUST: "+strings.Repeat("a", 153)+"…|MINJUST: "+strings.Repeat("c", 153)+strings.Repeat("d", 153), r.texts(phone1))
	o.submit(second[1]) // its answer was lost: no third message begins
	require.Zero(t, pgtest.Value[int](t, r.url, `SELECT count(*) FROM smpp_submits WHERE mt_id IS NULL`))

	alone := inParts("77010000002", strings.Repeat("e", 153)+"the rest never comes", 9)
	o.submit(alone[0])
	r.clock.Store(int64(2 * time.Hour))
	r.eventually("the end of the wait", func() bool { return r.texts("77010000002") == "MINJUST: "+strings.Repeat("e", 153)+"…" })
	r.clock.Store(int64(5 * time.Hour))
	r.eventually("parts are erased", func() bool {
		return pgtest.Value[int](t, r.url, `SELECT count(*) FROM smpp_submits WHERE payload IS NOT NULL`) == 0
	})
}

func TestTimesAreKeptWithinReason(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		lane               message.Lane
		schedule, validity string
		due, expires       time.Duration
	}{
		{message.Notice, "", "", 0, message.NoticeLifetime},
		{message.Notice, "", "000000010000000R", 0, time.Hour},
		{message.Notice, "", "000030000000000R", 0, message.NoticeLifetime},
		{message.Notice, "000001000000000R", "", 24 * time.Hour, 24*time.Hour + message.NoticeLifetime},
		{message.Notice, "200101000000000+", "", 0, message.NoticeLifetime},
		{message.Reply, "", "", 0, message.ReplyLifetime},
		{message.OTP, "", "000001000000000R", 0, 10 * time.Minute},
	} {
		due, expires, status := timesOf(&smpp.Message{Schedule: c.schedule, Validity: c.validity}, c.lane, now)
		require.Equal(t, smpp.OK, status)
		require.Equal(t, now.Add(c.due), due, "%+v", c)
		require.Equal(t, now.Add(c.expires), expires, "%+v", c)
	}
}

func TestWindowAndRateAreTheAccounts(t *testing.T) {
	t.Parallel()
	account := ministry
	account.Window, account.Rate = 3, 5
	r := newRig(t, account)
	r.still = time.Now()
	r.run()
	o := r.office(smpp.Transceiver)

	// Nothing is answered, so the fourth is one too many.
	held, let := make(chan struct{}), make(chan struct{})
	hold := func(smppaccount.Page) error { held <- struct{}{}; <-let; return nil }
	r.store.before.Store(&hold)
	var sent []*smpp.Sent
	start := func() {
		s, err := o.session.Start(t.Context(), notice(phone1, "hi"))
		require.NoError(t, err)
		sent = append(sent, s)
	}
	for range 3 {
		start()
	}
	<-held
	require.ErrorIs(t, o.refused(notice(phone1, "hi")), smpp.Throttled)
	r.store.before.Store(nil)
	close(let)
	for _, s := range sent {
		_, err := s.Wait(t.Context())
		require.NoError(t, err)
	}

	// Two of the five a second are left; a message of three segments takes what there is, and more.
	o.submit(notice(phone1, "one"))
	long := notice("77010000002", "")
	long.Short, long.TLVs = nil, smpp.TLVs{smpp.TagMessagePayload: []byte(strings.Repeat("a", 400))}
	o.submit(long)
	require.ErrorIs(t, o.refused(notice(phone1, "hi")), smpp.Throttled)
	r.clock.Add(int64(time.Second))
	o.submit(notice(phone1, "a second later"))
	account.Rate = 0
	r.save(account)
	r.eventually("no limit", func() bool {
		for range 10 {
			if o.refused(notice(phone1, "hi")) != nil {
				return false
			}
		}
		return true
	})
}

func TestBucketLetsItsRateThrough(t *testing.T) {
	t.Parallel()
	for _, rate := range []float64{0.5, 3, 50} {
		b, now, taken := bucket{rate: rate}, time.Unix(0, 0), 0
		for range 60_000 { // a minute
			now = now.Add(time.Millisecond)
			if n := 1 + taken%4; b.take(n, now) {
				taken += n
			}
		}
		require.InDelta(t, 60*rate, float64(taken), max(rate, 1)+4, "%v a second", rate)
	}
	unlimited := bucket{}
	require.True(t, unlimited.take(1_000_000, time.Unix(0, 0)))
}

func TestDatabaseAwayLosesNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t, ministry).run()
	o := r.office(smpp.Transceiver)
	r.store.away.Store(true)
	require.ErrorIs(t, o.refused(notice(phone1, "hi")), smpp.TemporaryAppError)
	r.store.away.Store(false)
	o.submit(notice(phone1, "hi"))
	require.Equal(t, "MINJUST: hi", r.texts(phone1))
}

// One bad entry spoils only itself, and whoever was answered has a row, whoever was not has none.
func TestManyOfficesAtOnceAndOneBadMessage(t *testing.T) {
	t.Parallel()
	r := newRig(t, ministry).run()
	refuse := func(page smppaccount.Page) error {
		for _, s := range page.Submits {
			if s.Text == "bad" {
				return errors.New("bad")
			}
		}
		return nil
	}
	r.store.before.Store(&refuse)
	offices := []*office{r.office(smpp.Transceiver), r.office(smpp.Transmitter), r.office(smpp.Transceiver)}
	const each = 60
	var wg sync.WaitGroup
	var mu sync.Mutex
	ids := map[string]bool{}
	for n, o := range offices {
		for i := range each {
			wg.Go(func() {
				if i%20 == 0 {
					require.ErrorIs(t, o.refused(notice(phone1, "bad")), smpp.TemporaryAppError)
					return
				}
				id, err := o.session.Submit(t.Context(), notice(phone1, fmt.Sprintf("%d/%d", n, i)))
				require.NoError(t, err)
				mu.Lock()
				defer mu.Unlock()
				require.False(t, ids[id], "id %s twice", id)
				ids[id] = true
			})
		}
	}
	wg.Wait()
	require.Len(t, ids, 3*each-9)
	texts := pgtest.Texts(t, r.url, "true")
	slices.Sort(texts)
	require.Len(t, slices.Compact(texts), len(ids))
	require.Equal(t, len(ids), pgtest.Value[int](t, r.url, `SELECT count(*) FROM audit WHERE action = 'notice.submit'`))
}

func TestForeignAgencySubmits(t *testing.T) {
	t.Parallel()
	r := newRig(t, ministry).run()
	a := foreign.StartAgency(t)
	require.Equal(t, int(smpp.InvalidPassword), a.Bind("smpp://"+r.addr, "bind_transceiver", "minjust", "no"))
	require.Zero(t, a.Bind("smpp://"+r.addr, "bind_transceiver", "minjust", secret))
	fields := func(more ...any) map[string]any {
		f := map[string]any{"source_addr": "MINJUST", "source_addr_ton": 5, "destination_addr": phone1, "dest_addr_ton": 1, "dest_addr_npi": 1}
		for i := 0; i < len(more); i += 2 {
			f[more[i].(string)] = more[i+1]
		}
		return f
	}
	accepted := func(answer foreign.Answer) {
		t.Helper()
		require.Zero(t, answer.Status)
		require.NotEmpty(t, answer.MessageID)
	}
	accepted(a.Send("submit_sm", fields("short_message", "Price [5]"), nil))
	accepted(a.Send("submit_sm", fields("short_message", "Құжат дайын 😀"), nil))
	accepted(a.Send("submit_sm", fields("short_message", "Справка ", "udh", "0500032A0201"), nil))
	accepted(a.Send("submit_sm", fields("short_message", "готова", "udh", "0500032A0202"), nil))
	accepted(a.Send("data_sm", fields("data_coding", 0), map[string][]byte{"message_payload": []byte("by datagram")}))
	require.Equal(t, "MINJUST: Price [5]|MINJUST: Құжат дайын 😀|MINJUST: Справка готова|MINJUST: by datagram", r.texts(phone1))
	require.Equal(t, int(smpp.InvalidSource), a.Send("submit_sm", fields("short_message", "hi", "source_addr", "BANK"), nil).Status)
	require.Equal(t, int(smpp.InvalidDest), a.Send("submit_sm", fields("short_message", "hi", "destination_addr", "99"), nil).Status)
	a.Unbind()
}
