package gateway

import (
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/message"
	"okno/internal/postgres/pgtest"
	"okno/sms/smpp"
	"okno/sms/smstest"
	"okno/sms/text"
)

// Connections that bind to nothing keep no agency out, and end by themselves.
func TestIdleConnectionsKeepNoAgencyOut(t *testing.T) {
	t.Parallel()
	r := newRig(t, ministry).run()
	var idle []net.Conn
	for range 100 {
		conn, err := (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP("127.0.0.66")}}).Dial("tcp", r.addr)
		require.NoError(t, err)
		t.Cleanup(func() { conn.Close() })
		idle = append(idle, conn)
	}
	r.office(smpp.Transceiver)
	for i, conn := range idle {
		require.NoError(t, conn.SetReadDeadline(time.Now().Add(30*time.Second)))
		_, err := conn.Read(make([]byte, 1))
		require.Error(t, err)
		require.NotErrorIs(t, err, os.ErrDeadlineExceeded, "connection %d lives on", i)
	}
}

// Refused binds are slowed, and one line in the journal; the agency's own address goes on.
func TestGuessingAnAgencysPasswordIsSlowed(t *testing.T) {
	t.Parallel()
	r := newRig(t, ministry).run()
	var statuses []error
	for i := range 40 {
		name := "minjust"
		if i%2 == 1 {
			name = fmt.Sprintf("attack%d", i)
		}
		_, err := r.bind(smpp.Transceiver, name, "wrong")
		require.Error(t, err)
		statuses = append(statuses, err)
	}
	require.ErrorIs(t, statuses[0], smpp.InvalidPassword)
	require.ErrorIs(t, statuses[39], smpp.Throttled)
	_, err := r.bind(smpp.Transceiver, "minjust", secret)
	require.ErrorIs(t, err, smpp.Throttled, "who has it right by now is not told")
	const lines = `SELECT count(*) FROM audit WHERE actor <> 'cli'`
	before := pgtest.Value[int](t, r.url, lines)
	require.LessOrEqual(t, before, 4)
	require.Zero(t, pgtest.Value[int](t, r.url, `SELECT count(*) FROM audit WHERE subject || actor || detail::text LIKE '%attack%'`), "no name of the attacker's choice")
	for range 20 {
		_, _ = r.bind(smpp.Transceiver, "minjust", "wrong")
	}
	require.Equal(t, before, pgtest.Value[int](t, r.url, lines))

	pgtest.Exec(t, r.url, `DELETE FROM guesses`)
	r.office(smpp.Transceiver)
	for range 30 { // from the agency's own address: apart from what others do elsewhere
		_, err = r.bind(smpp.Transmitter, "other", "wrong")
		require.Error(t, err)
	}
	r.office(smpp.Receiver)
}

func TestAnAgencyReachesWhatItsAccountAllows(t *testing.T) {
	t.Parallel()
	r := newRig(t, ministry).run()
	o := r.office(smpp.Transceiver)
	for _, to := range []string{"882160000001", "+19001234567", "79991234567", "+447911123456"} {
		require.ErrorIs(t, o.refused(notice(strings.TrimPrefix(to, "+"), "hi")), smpp.InvalidDest, to)
	}
	abroad := ministry
	abroad.Destinations = []string{"77", "7999"}
	r.save(abroad)
	r.eventually("the account reaches more", func() bool { return o.refused(notice("79991234567", "hi")) == nil })
	require.ErrorIs(t, o.refused(notice("19001234567", "hi")), smpp.InvalidDest)
	require.Zero(t, pgtest.Value[int](t, r.url, `SELECT count(*) FROM mt_messages WHERE destination <> '' AND destination NOT LIKE '+77%' AND destination NOT LIKE '+7999%'`))
}

func TestNoAgencyPassesForOkno(t *testing.T) {
	t.Parallel()
	account := ministry
	account.Senders = []string{"MINJUST", "Okno", "1414", "0KN0"} // as an account from before
	r := newRig(t, account)
	r.reserved = []string{"1414"}
	r.run()
	o := r.office(smpp.Transceiver)
	for _, sender := range []string{"Okno", "1414", "0KN0"} {
		m := notice(phone1, "hi")
		m.Source.Number = sender
		require.ErrorIs(t, o.refused(m), smpp.InvalidSource, sender)
	}
	require.ErrorIs(t, o.refused(notice(phone1, "Okno: 123456")), smpp.SubmitFailed)
	require.ErrorIs(t, o.refused(notice(phone1, "Ваш код 4821")), smpp.SubmitFailed)
	o.submit(notice(phone1, "Your certificate is ready"))
	require.Equal(t, "MINJUST: Your certificate is ready", r.texts(phone1))

	codes := ministry
	codes.Lane = message.OTP
	r.save(codes)
	r.eventually("an account for passwords", func() bool { return o.refused(notice(phone1, "Your code is 4821")) == nil })
}

// A code that comes in two parts, each of them harmless, is not sent, and the agency is told so.
func TestACodeInPartsIsNotSent(t *testing.T) {
	t.Parallel()
	r := newRig(t, ministry).run()
	r.operate(smstest.Config{})
	o := r.office(smpp.Transceiver)
	whole := strings.Repeat("ы", 58) + " Okno: 12" + "34 " + strings.Repeat("ы", 20) // 67 letters to a part
	coding, payloads := text.Split(whole)
	require.Len(t, payloads, 2)
	for i, payload := range payloads {
		m := notice(phone1, "")
		m.Coding, m.ESMClass = byte(coding), smpp.ESMUDHI
		m.Short = text.AddHeader(text.Part{Reference: 9, Total: 2, Number: i + 1}, payload)
		o.submit(m)
	}
	r.eventually("receipts", func() bool { return len(o.receipts()) == 2 })
	for _, line := range o.receipts() {
		require.Contains(t, line, "REJECTD 030")
	}
	require.Equal(t, "refused", pgtest.Value[string](t, r.url, `SELECT DISTINCT failure FROM mt_segments`))
	require.Zero(t, pgtest.Value[int](t, r.url, `SELECT count(*) FROM mt_queue`))
}
