package sms

import (
	"encoding/json"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/message"
	"okno/sms/smpp"
	"okno/sms/smstest"
)

func TestLinksTellHowEachBindStands(t *testing.T) {
	t.Parallel()
	_, up := smsc(t, "up", smstest.Config{Judge: func(m smpp.Message) smstest.Verdict {
		switch m.Dest.Number {
		case "77010000002":
			return smstest.Verdict{Status: smpp.InvalidDest}
		case "77010000003":
			return smstest.Verdict{Silent: true}
		}
		return smstest.Verdict{}
	}})
	up.Window, up.Rate = 8, 1000
	r := newRig(t, up, Link{Name: "down", Addr: "127.0.0.1:1", Bind: "pair", Prefixes: []string{"7702"}})
	r.options.tune.answer = time.Minute
	r.run()
	r.send(message.Reply, phone1, "hi", time.Hour)
	r.send(message.Reply, "+77010000002", "hi", time.Hour)
	r.eventuallyStates(phone1, message.Delivered)
	r.eventuallyStates("+77010000002", message.Failed)
	r.send(message.OTP, "+77010000003", "hi", time.Hour)
	r.eventuallyStates("+77010000003", message.Submitted)
	r.eventually("a submit in flight", func() bool { return r.channel.binds[0].state(time.Now()).InUse == 1 })
	r.send(message.Notice, "+77020000001", "hi", time.Hour)

	answer := httptest.NewRecorder()
	r.channel.ServeHTTP(answer, httptest.NewRequest("GET", "/sms/links", nil))
	var links Links
	require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &links))
	require.Equal(t, map[message.Lane]int{message.OTP: 0, message.Reply: 0, message.Notice: 1}, links.Backlog)
	require.Len(t, links.Binds, 3)
	one := links.Binds[0]
	require.WithinDuration(t, time.Now(), one.Since, time.Minute)
	one.Since = time.Time{}
	require.Equal(t, BindState{Link: "up", Number: 1, Bind: "transceiver", State: "up", InUse: 1, Window: 8, Rate: 1000, Sent: 1, Second: 0.1,
		LastError: string(InvalidDestination)}, one)
	require.Equal(t, "transmitter", links.Binds[1].Bind)
	require.Equal(t, "receiver", links.Binds[2].Bind)
	require.NotEqual(t, "up", links.Binds[2].State)
}
