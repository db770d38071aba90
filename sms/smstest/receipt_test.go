package smstest

import (
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/sms/smpp"
)

func TestReceiptRefusedForNowComesAgainAndHoldsUpNone(t *testing.T) {
	t.Parallel()
	told := make(chan string, 10)
	s, addr := serve(t, Config{RetryEvery: time.Second, Log: zerolog.Nop(), Told: func(r smpp.Message) { told <- r.Source.Number }})
	e := &esme{answer: func(n int, _ *smpp.Request) smpp.Status {
		if n == 1 {
			s.accept(notice("2"), false) // one more, while the first waits
			return smpp.TemporaryAppError
		}
		return smpp.OK
	}}
	bind(t, addr, smpp.Transceiver, e)
	s.accept(notice("1"), false)
	require.Equal(t, "2", <-told)
	require.Equal(t, "1", <-told)
	require.Len(t, e.texts(t), 2)
}

func TestReceiptSurvivesALostConnection(t *testing.T) {
	t.Parallel()
	told := make(chan string, 10)
	s, addr := serve(t, Config{RetryEvery: time.Millisecond, Log: zerolog.Nop(), Told: func(r smpp.Message) { told <- r.Source.Number }})
	bind(t, addr, smpp.Transceiver, &esme{answer: func(int, *smpp.Request) smpp.Status {
		s.Disconnect() // the answer does not get through
		return smpp.OK
	}})
	require.Eventually(t, func() bool { return s.Binds() == 1 }, 5*time.Second, time.Millisecond)
	s.accept(notice("1"), false)
	require.Eventually(t, func() bool { return s.Binds() == 0 }, 5*time.Second, time.Millisecond)
	bind(t, addr, smpp.Transceiver, &esme{})
	require.Equal(t, "1", <-told)
}

func notice(to string) smpp.Message {
	return smpp.Message{Dest: smpp.Address{Number: to}, RegisteredDelivery: 1, Short: []byte("hi")}
}
