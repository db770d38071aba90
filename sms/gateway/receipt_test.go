package gateway

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/message"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
	"okno/internal/smppaccount"
	"okno/sms"
	"okno/sms/smpp"
	"okno/sms/smstest"
	"okno/sms/smstest/foreign"
)

func (o *office) eventuallyReceipts(want ...string) {
	o.rig.t.Helper()
	o.rig.eventually(fmt.Sprintf("receipts %q", want), func() bool { return len(o.receipts()) >= len(want) })
	require.ElementsMatch(o.rig.t, want, o.receipts())
}

// told waits until so many receipts have been noted as told: a clock put forward before would end their leases.
func (r *rig) told(n int) {
	r.t.Helper()
	r.eventually("notes of what is told", func() bool {
		return pgtest.Value[int](r.t, r.url, `SELECT count(*) FROM smpp_submits WHERE told_at IS NOT NULL AND receipt_due_at IS NULL`) == n
	})
}

func (r *rig) stopNumber(number string) {
	r.t.Helper()
	require.NoError(r.t, r.db.Do(r.t.Context(), func(w *store.Work) error { return w.SetNotices(r.t.Context(), "+"+number, true) }))
}

func TestReceiptOfEveryKind(t *testing.T) {
	t.Parallel()
	r := newRig(t, ministry).run()
	o := r.office(smpp.Transceiver)
	const off, refusing, stopped, stops = "77010000001", "77010000002", "77010000003", "77010000004"
	r.stopNumber(stopped)
	long := notice("77010000007", "")
	long.Short, long.TLVs = nil, smpp.TLVs{smpp.TagMessagePayload: []byte(strings.Repeat("a", 400))}
	quick := notice("77010000008", "expires before it is due anywhere")
	quick.Validity = "000000000001000R" // a second
	want := []string{
		o.submit(notice("77010000006", "hi")) + " DELIVRD 000 001/001",
		o.submit(long) + " DELIVRD 000 003/003",
		o.submit(notice(off, "hi")) + " UNDELIV 001 001/000",
		o.submit(notice(refusing, "hi")) + " REJECTD 011 001/000",
		o.submit(notice(stopped, "hi")) + " UNDELIV 010 001/000",
		o.submit(notice(stops, "hi")) + " UNDELIV 010 001/000",
		o.submit(quick) + " EXPIRED 020 001/000",
	}
	r.stopNumber(stops) // while it waits
	none, failures, delivered := notice("77010000009", "no receipt"), notice("77010000009", "failures only"), notice(off, "failures only")
	none.RegisteredDelivery, failures.RegisteredDelivery, delivered.RegisteredDelivery = 0, 2, 2
	o.submit(none)
	o.submit(failures)
	want = append(want, o.submit(delivered)+" UNDELIV 001 001/000")
	for _, part := range inParts("77010000010", strings.Repeat("я", 100), 3) {
		want = append(want, o.submit(part)+" DELIVRD 000 002/002")
	}
	r.told(2)
	r.clock.Store(int64(5 * time.Second))
	r.operate(smstest.Config{Undeliverable: off, Judge: func(m smpp.Message) smstest.Verdict {
		if m.Dest.Number == refusing {
			return smstest.Verdict{Status: smpp.InvalidDest}
		}
		return smstest.Verdict{}
	}})
	o.eventuallyReceipts(want...)
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, m := range o.heard {
		require.Equal(t, smpp.ESMReceipt, m.ESMClass)
		require.Equal(t, smpp.Address{TON: 5, Number: "MINJUST"}, m.Dest)
		require.Equal(t, byte(1), m.Source.TON)
		id, _, _ := strings.Cut(strings.TrimPrefix(string(m.Short), "id:"), " ")
		require.Equal(t, id+"\x00", string(m.TLVs[smpp.TagReceiptedMessageID]))
		require.Len(t, m.TLVs[smpp.TagMessageState], 1)
	}
}

func TestSenderIsWhatTheCitizenSees(t *testing.T) {
	t.Parallel()
	r := newRig(t, ministry).run()
	o := r.office(smpp.Transmitter)
	smsc, channel := r.operate(smstest.Config{})
	o.submit(notice(phone1, "from a name"))
	m := notice(phone1, "from a number")
	m.Source = smpp.Address{Number: "1515"}
	o.submit(m)
	channel.Wake()
	r.eventually("both", func() bool { return len(smsc.Received("+"+phone1)) == 2 })
	from := map[string]string{}
	for _, m := range smsc.Messages("+" + phone1) {
		from[m.Text] = m.From
	}
	require.Equal(t, map[string]string{"from a name": "MINJUST", "from a number": "1515"}, from)
}

// The agency is away when its message is final; before it comes back the gateway is restarted.
func TestReceiptWaitsForTheAgencyAndOutlivesTheGateway(t *testing.T) {
	t.Parallel()
	r := newRig(t, ministry).run()
	o := r.office(smpp.Transmitter) // takes no receipts
	id := o.submit(notice(phone1, "hi"))
	r.stop() // between the commit and the receipt
	r.operate(smstest.Config{})
	delivered := func() bool {
		return pgtest.Value[int](t, r.url, `SELECT count(*) FROM mt_segments WHERE state = 'delivered'`) == 1
	}
	r.eventually("delivery", delivered)
	r.run()
	r.office(smpp.Transmitter)
	untold := func() bool {
		return pgtest.Value[int](t, r.url, `SELECT count(*) FROM smpp_submits WHERE receipt_due_at IS NOT NULL`) == 1
	}
	r.eventually("a receipt that waits", untold)
	r.stop()
	r.run()
	receiver := r.office(smpp.Receiver)
	receiver.eventuallyReceipts(id + " DELIVRD 000 001/001")
	r.told(1)
}

func TestReceiptIsToldUntilItIsAcknowledged(t *testing.T) {
	t.Parallel()
	r := newRig(t, ministry).run()
	o := r.office(smpp.Transceiver)
	var answers []smpp.Status
	o.mu.Lock()
	o.ack = func(smpp.Message) smpp.Status {
		answers = append(answers, smpp.OK)
		switch len(answers) {
		case 1:
			return smpp.TemporaryAppError
		case 2:
			return smpp.QueueFull
		}
		return smpp.OK
	}
	o.mu.Unlock()
	r.stopNumber(phone1)
	line := o.submit(notice(phone1, "hi")) + " UNDELIV 010 001/000"
	o.eventuallyReceipts(line, line, line)

	// One that will never take it has it no more.
	o.mu.Lock()
	o.ack = func(smpp.Message) smpp.Status { return smpp.PermanentAppError }
	o.mu.Unlock()
	o.submit(notice(phone1, "hi"))
	r.told(2)

	// A connection that breaks before the acknowledgement: the next bind hears of it.
	var answered atomic.Bool // a receipt may come before the submit's answer
	o.mu.Lock()
	o.ack = func(smpp.Message) smpp.Status {
		if !answered.Load() {
			return smpp.TemporaryAppError
		}
		o.session.Close()
		return smpp.OK
	}
	o.mu.Unlock()
	id := o.submit(notice(phone1, "hi"))
	answered.Store(true)
	<-o.session.Done()
	r.office(smpp.Transceiver).eventuallyReceipts(id + " UNDELIV 010 001/000")
}

func TestReceiptWhenNobodyKnows(t *testing.T) {
	t.Parallel()
	r := newRig(t, ministry)
	r.tune.unknown, r.tune.silent = time.Minute, time.Minute
	r.run()
	o := r.office(smpp.Transceiver)
	lost, silent := o.submit(notice(phone1, "lost")), o.submit(notice("77010000002", "silent"))
	claimed, err := r.db.ClaimSegments(t.Context(), message.Claim{Link: "a", Slot: "s", Routes: []message.Route{{To: message.Shares}}, Prefixes: []string{""}, Limit: 2, Notices: 2,
		Now: time.Now(), LeaseEnd: time.Now().Add(time.Hour)})
	require.NoError(t, err)
	require.Len(t, claimed, 2)
	now := time.Now()
	_, err = r.db.CommitSMS(t.Context(), message.Ledger{Outcomes: []message.Outcome{
		{Segment: claimed[0].ID, Claim: claimed[0].Claim, Attempt: 1, State: message.Unknown, Failure: string(sms.Unanswered), Unanswered: true, DueAt: now, At: now},
		{Segment: claimed[1].ID, Claim: claimed[1].Claim, Attempt: 1, State: message.Accepted, MessageID: "1", MessageKey: "1", DueAt: now, At: now},
	}}, nil, nil)
	require.NoError(t, err)
	require.Empty(t, o.receipts(), "a receipt may still come")
	r.clock.Store(int64(2 * time.Minute))
	o.eventuallyReceipts(lost + " UNKNOWN 099 001/000")
	r.eventually("the end of the wait", func() bool { // the gateway's own upkeep may be at it
		kept, err := r.db.KeepGateway(t.Context(), smppaccount.Upkeep{Now: now, SilentSince: now.Add(message.NoticeLifetime + time.Minute)}, smppaccount.Texts{})
		return err == nil && kept.Final == 1
	})
	o.eventuallyReceipts(lost+" UNKNOWN 099 001/000", silent+" UNKNOWN 099 001/000")
}

// Two nodes keep the same gateway, and the agency is bound to both.
func TestReceiptIsToldOnceByManyNodes(t *testing.T) {
	t.Parallel()
	r := newRig(t, ministry).run()
	first := r.office(smpp.Transceiver)
	r.run()
	second := r.office(smpp.Transceiver)
	r.operate(smstest.Config{})
	const each = 100
	ids := map[string]int{}
	for range each {
		m := notice(phone1, "")
		m.Short, m.TLVs = nil, smpp.TLVs{smpp.TagMessagePayload: []byte(strings.Repeat("a", 200))}
		ids[first.submit(m)+" DELIVRD 000 002/002"]++
	}
	r.eventually("all", func() bool { return len(first.receipts())+len(second.receipts()) >= each })
	for _, line := range append(first.receipts(), second.receipts()...) {
		ids[line]++
	}
	require.Len(t, ids, each)
	for line, n := range ids {
		require.Equal(t, 2, n, line)
	}
}

// From an agency's npm system through Okno to an operator's npm SMSC, and back.
func TestForeignAgencyToForeignOperator(t *testing.T) {
	t.Parallel()
	r := newRig(t, ministry).run()
	smsc := foreign.Start(t)
	channel := r.channel(sms.Link{Name: "npm", Addr: smsc.Addr, SystemID: "okno", Password: foreign.Password}, sms.Quiet{})
	a := foreign.StartAgency(t)
	require.Zero(t, a.Bind("smpp://"+r.addr, "bind_transceiver", "minjust", secret))
	fields := func(to, body string) map[string]any {
		return map[string]any{"source_addr": "1515", "destination_addr": to, "dest_addr_ton": 1, "dest_addr_npi": 1, "registered_delivery": 1,
			"short_message": body}
	}
	short := a.Send("submit_sm", fields(phone1, "Құжат дайын"), nil)
	require.Zero(t, short.Status)
	long := fields("77010000002", "")
	delete(long, "short_message")
	long["data_coding"] = 0
	joined := a.Send("submit_sm", long, map[string][]byte{"message_payload": []byte(strings.Repeat("Ready. ", 60))})
	require.Zero(t, joined.Status)
	r.stopNumber("77010000003")
	refused := a.Send("submit_sm", fields("77010000003", "hi"), nil)
	require.Zero(t, refused.Status)
	channel.Wake()
	r.eventually("receipts", func() bool { return len(a.Receipts()) == 3 })
	require.Equal(t, []string{"Құжат дайын"}, smsc.WrittenFrom("1515", "+"+phone1))
	require.Equal(t, []string{strings.Repeat("Ready. ", 60)}, smsc.WrittenFrom("1515", "+77010000002"))
	require.Empty(t, smsc.WrittenFrom("1515", "+77010000003"))
	for _, receipt := range a.Receipts() {
		require.Equal(t, "1515", receipt.Destination)
		require.Equal(t, 4, receipt.ESMClass)
		require.True(t, strings.HasPrefix(receipt.Text, "id:"+receipt.MessageID+" "))
		switch receipt.MessageID {
		case short.MessageID, joined.MessageID:
			require.Equal(t, 2, receipt.State)
			require.Contains(t, receipt.Text, "stat:DELIVRD err:000")
		case refused.MessageID:
			require.Equal(t, 5, receipt.State)
			require.Contains(t, receipt.Text, "stat:UNDELIV err:010")
		default:
			require.Fail(t, "a receipt of nothing", receipt.MessageID)
		}
	}
}

func TestQuietHoursHoldAnAgencysNotices(t *testing.T) {
	t.Parallel()
	almaty, err := time.LoadLocation("Asia/Almaty")
	require.NoError(t, err)
	day := time.Now().In(almaty).AddDate(0, 0, 1)
	at := func(hour, days int) int64 {
		return int64(time.Until(time.Date(day.Year(), day.Month(), day.Day()+days, hour, 0, 0, 0, almaty)))
	}
	r := newRig(t, ministry).run()
	r.clock.Store(at(22, 0))
	o := r.office(smpp.Transceiver)
	smsc := newOperator(t, smstest.Config{})
	r.channel(smsc.link(), sms.Quiet{From: "21:00", To: "09:00", Zone: "Asia/Almaty"})
	m := notice("77010000002", "for an hour")
	m.Validity = "000000010000000R"
	waits, expires := o.submit(notice(phone1, "in the morning")), o.submit(m)
	r.clock.Store(at(8, 1))
	o.eventuallyReceipts(expires + " EXPIRED 020 001/000")
	require.Empty(t, smsc.Received("+"+phone1))
	r.told(1)
	r.clock.Store(at(10, 1))
	o.eventuallyReceipts(expires+" EXPIRED 020 001/000", waits+" DELIVRD 000 001/001")
}
