package gateway

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/message"
	"okno/internal/postgres/pgtest"
	"okno/sms"
	"okno/sms/smpp"
	"okno/sms/smstest"
	"okno/sms/smstest/foreign"
)

func (o *office) query(id, source string) (smpp.QueryResp, error) {
	return o.session.Query(o.rig.t.Context(), smpp.Query{MessageID: id, Source: smpp.Address{Number: source}})
}

func (o *office) enroute(id string) {
	o.rig.t.Helper()
	resp, err := o.query(id, "MINJUST")
	require.NoError(o.rig.t, err)
	require.Equal(o.rig.t, smpp.QueryResp{MessageID: id, State: 1}, resp)
}

func TestQueryTellsWhatTheReceiptTells(t *testing.T) {
	t.Parallel()
	r := newRig(t, ministry)
	r.tune.unknown = 0
	r.run()
	o := r.office(smpp.Transceiver)
	const off, refusing, stopped = "77010000002", "77010000003", "77010000004"
	r.stopNumber(stopped)
	expired, scheduled, silent := notice("77010000005", "hi"), notice("77010000006", "hi"), notice("77010000007", "no receipt is wanted")
	expired.Validity, scheduled.Schedule, silent.RegisteredDelivery = "000000000001000R", "000001000000000R", 0
	want := map[string]smpp.QueryResp{}
	expect := func(id string, state, code byte) {
		want[id] = smpp.QueryResp{MessageID: id, State: state, ErrorCode: code}
	}
	expect(o.submit(notice(phone1, "hi")), 2, 0)
	expect(o.submit(notice(off, "hi")), 5, 1)
	expect(o.submit(notice(refusing, "hi")), 8, 11)
	expect(o.submit(expired), 3, 20)
	expect(o.submit(silent), 2, 0)
	parts := inParts("77010000008", strings.Repeat("я", 100), 3)
	first := o.submit(parts[0])
	o.enroute(first) // alone, it is no message yet
	expect(first, 2, 0)
	expect(o.submit(parts[1]), 2, 0)
	for id := range want {
		o.enroute(id)
	}
	later := o.submit(scheduled)
	expect(o.submit(notice(stopped, "hi")), 5, 10)
	r.told(1)
	r.clock.Store(int64(2 * time.Second))
	r.operate(smstest.Config{Undeliverable: off, Judge: func(m smpp.Message) smstest.Verdict {
		if m.Dest.Number == refusing {
			return smstest.Verdict{Status: smpp.InvalidDest}
		}
		return smstest.Verdict{}
	}})
	r.eventually("every outcome", func() bool {
		return pgtest.Value[int](t, r.url, `SELECT count(*) FROM smpp_submits WHERE final_at IS NOT NULL`) == len(want)
	})
	for id, expected := range want {
		resp, err := o.query(id, "MINJUST")
		require.NoError(t, err)
		at, err := smpp.ParseTime(resp.FinalDate, time.Time{})
		require.NoError(t, err)
		require.WithinDuration(t, r.now(), at, time.Minute)
		resp.FinalDate = ""
		require.Equal(t, expected, resp)
	}
	o.enroute(later)
	told := map[string]string{}
	r.eventually("receipts", func() bool { return len(o.receipts()) >= len(want)-1 })
	for _, line := range o.receipts() {
		id, rest, _ := strings.Cut(line, " ")
		told[id] = strings.Fields(rest)[1]
	}
	for id, code := range told {
		require.Equal(t, fmt.Sprintf("%03d", want[id].ErrorCode), code, "the receipt says the same")
	}
}

// While one segment of a long message is on its way the message is, whatever has come of the others.
func TestQueryOfALongMessageWaitsForItsLastSegment(t *testing.T) {
	t.Parallel()
	r := newRig(t, ministry).run()
	o := r.office(smpp.Transceiver)
	long := notice(phone1, "")
	long.Short, long.TLVs = nil, smpp.TLVs{smpp.TagMessagePayload: []byte(strings.Repeat("a", 400))}
	id := o.submit(long)
	claimed, err := r.db.ClaimSegments(t.Context(), message.Claim{Link: "a", Slot: "s", Routes: []message.Route{{To: message.Shares}}, Prefixes: []string{""}, Limit: 3, Notices: 3,
		Now: time.Now(), LeaseEnd: time.Now().Add(time.Hour)})
	require.NoError(t, err)
	require.Len(t, claimed, 3)
	outcome := func(n int, state message.SegmentState, failure sms.Failure) {
		_, err := r.db.CommitSMS(t.Context(), message.Ledger{Outcomes: []message.Outcome{
			{Segment: claimed[n].ID, Claim: claimed[n].Claim, Attempt: 1, State: state, Failure: string(failure), MessageID: fmt.Sprint(n), MessageKey: fmt.Sprint(n), DueAt: time.Now(), At: time.Now()},
		}}, nil, nil)
		require.NoError(t, err)
		if state == message.Accepted {
			_, err = r.db.CommitSMS(t.Context(), message.Ledger{Receipts: []message.Receipt{
				{Link: "a", Keys: []string{fmt.Sprint(n)}, Destination: "+" + phone1, State: message.Delivered, At: time.Now()}}}, nil, nil)
			require.NoError(t, err)
		}
	}
	outcome(0, message.Accepted, "")
	outcome(1, message.Failed, sms.Refused)
	final := pgtest.Value[int](t, r.url, `SELECT count(*) FROM mt_segments WHERE final_at IS NOT NULL`)
	require.Equal(t, 2, final)
	o.enroute(id)
	outcome(2, message.Accepted, "")
	r.eventually("the worst of its segments", func() bool {
		resp, err := o.query(id, "MINJUST")
		return err == nil && resp.State == 8 && resp.ErrorCode == 30
	})
}

func TestQueryOfWhatIsNotTheirsFails(t *testing.T) {
	t.Parallel()
	r := newRig(t, ministry)
	finance := ministry
	finance.SystemID, finance.Senders = "minfin", []string{"MINFIN"}
	r.save(finance)
	r.run()
	o := r.office(smpp.Transceiver)
	theirs, err := r.bind(smpp.Transmitter, "minfin", secret)
	require.NoError(t, err)
	unnamed := notice(phone1, "hi")
	unnamed.Source = smpp.Address{}
	id, noSource := o.submit(notice(phone1, "hi")), o.submit(unnamed)
	m := notice(phone1, "hi")
	m.Source.Number = "MINFIN"
	foreignID := theirs.submit(m)
	for _, c := range [][2]string{
		{foreignID, "MINFIN"}, {foreignID, "MINJUST"}, {id, "1515"}, {id, ""}, {noSource, "MINJUST"}, {"0" + id, "MINJUST"}, {"+" + id, "MINJUST"},
		{"", "MINJUST"}, {"0", "MINJUST"}, {"-1", "MINJUST"}, {"9223372036854775808", "MINJUST"}, {id + " ", "MINJUST"}, {"7f", "MINJUST"},
	} {
		_, err := o.query(c[0], c[1])
		require.ErrorIs(t, err, smpp.QueryFailed, "%q", c)
	}
	o.enroute(id)
	resp, err := o.query(noSource, "")
	require.NoError(t, err)
	require.Equal(t, noSource, resp.MessageID)

	receiver := r.office(smpp.Receiver)
	_, err = receiver.query(id, "MINJUST")
	require.ErrorIs(t, err, smpp.WrongBindState)
	r.store.away.Store(true)
	_, err = o.query(id, "MINJUST")
	require.ErrorIs(t, err, smpp.TemporaryAppError)
}

// Whoever asks about everything at once is asked to wait, and takes nothing from the submits.
func TestQueriesWaitForEachOther(t *testing.T) {
	t.Parallel()
	r := newRig(t, ministry).run()
	o := r.office(smpp.Transceiver)
	id := o.submit(notice(phone1, "hi"))
	held, let := make(chan struct{}, 1), make(chan struct{})
	hold := func() { held <- struct{}{}; <-let }
	r.store.asked.Store(&hold)
	var asking sync.WaitGroup
	var answered, throttled atomic.Int64
	const first, rest = 1, maxAsked + 9
	ask := func() {
		switch _, err := o.query(id, "MINJUST"); err {
		case nil:
			answered.Add(1)
		case smpp.Throttled:
			throttled.Add(1)
		default:
			t.Error(err)
		}
	}
	asking.Go(ask)
	<-held
	r.store.asked.Store(nil)
	for range rest {
		asking.Go(ask)
	}
	r.eventually("refusals", func() bool { return throttled.Load() == rest-maxAsked })
	o.submit(notice(phone1, "meanwhile"))
	close(let)
	asking.Wait()
	require.EqualValues(t, first+maxAsked, answered.Load())
}

// A message that is taken is sent: that is said in the answer's own words.
func TestForeignAgencyAsksAndTakesNothingBack(t *testing.T) {
	t.Parallel()
	r := newRig(t, ministry).run()
	a := foreign.StartAgency(t)
	require.Zero(t, a.Bind("smpp://"+r.addr, "bind_transceiver", "minjust", secret))
	sent := a.Send("submit_sm", map[string]any{"source_addr": "MINJUST", "source_addr_ton": 5, "destination_addr": phone1, "short_message": "hi"}, nil)
	require.Zero(t, sent.Status)
	about := func(id string) map[string]any {
		return map[string]any{"message_id": id, "source_addr": "MINJUST", "source_addr_ton": 5}
	}
	require.Equal(t, foreign.Answer{MessageID: sent.MessageID, State: 1}, a.Send("query_sm", about(sent.MessageID), nil))
	require.Equal(t, int(smpp.QueryFailed), a.Send("query_sm", about("17"), nil).Status)
	require.Equal(t, int(smpp.CancelFailed), a.Send("cancel_sm", about(sent.MessageID), nil).Status)
	changed := about(sent.MessageID)
	changed["short_message"] = "another text"
	require.Equal(t, int(smpp.ReplaceFailed), a.Send("replace_sm", changed, nil).Status)
	require.Equal(t, "MINJUST: hi", r.texts(phone1))
	r.operate(smstest.Config{Undeliverable: phone1})
	var answer foreign.Answer
	r.eventually("its end", func() bool { answer = a.Send("query_sm", about(sent.MessageID), nil); return answer.State != 1 })
	require.WithinDuration(t, r.now(), answer.FinalDate, time.Minute)
	answer.FinalDate = time.Time{}
	require.Equal(t, foreign.Answer{MessageID: sent.MessageID, State: 5, Error: 1}, answer)
	a.Unbind()

	require.Zero(t, a.Bind("smpp://"+r.addr, "bind_receiver", "minjust", secret))
	for _, command := range []string{"query_sm", "cancel_sm", "replace_sm"} {
		require.Equal(t, int(smpp.WrongBindState), a.Send(command, about(sent.MessageID), nil).Status, command)
	}
}
