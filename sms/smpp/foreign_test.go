package smpp_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/sms/smpp"
	"okno/sms/smstest/foreign"
	"okno/sms/text"
)

// ear keeps what it hears and acknowledges it.
type ear struct {
	mu    sync.Mutex
	heard []smpp.Message
}

func (e *ear) HandlePoison(smpp.Poison) {}

func (e *ear) HandleMessage(r *smpp.Request) {
	e.mu.Lock()
	e.heard = append(e.heard, r.Message)
	e.mu.Unlock()
	r.Answer(smpp.OK, "")
}

func (e *ear) take() []smpp.Message {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]smpp.Message(nil), e.heard...)
}

func dialForeign(t *testing.T, smsc *foreign.SMSC, h smpp.Handler) *smpp.Session {
	t.Helper()
	s, err := smpp.Dial(t.Context(), smsc.Addr,
		smpp.Bind{Mode: smpp.Transceiver, SystemID: "okno", Password: foreign.Password},
		smpp.Options{Handler: h, Log: zerolog.Nop(), Drain: time.Second})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		require.ErrorIs(t, <-ended, smpp.ErrClosed)
		require.Eventually(t, func() bool { return smsc.Count("unbind") == 1 }, 10*time.Second, time.Millisecond)
	})
	return s
}

func TestForeignSMSCRefusesAWrongPassword(t *testing.T) {
	t.Parallel()
	smsc := foreign.Start(t)
	_, err := smpp.Dial(t.Context(), smsc.Addr, smpp.Bind{Mode: smpp.Transceiver, SystemID: "okno", Password: "no"},
		smpp.Options{Handler: &ear{}})
	require.ErrorIs(t, err, smpp.InvalidPassword)
}

func TestForeignSMSCDelivers(t *testing.T) {
	t.Parallel()
	smsc := foreign.Start(t)
	ear := &ear{}
	dialForeign(t, smsc, ear)
	from := func(more map[string]any) map[string]any {
		more["source_addr"], more["destination_addr"] = "77010000001", "1414"
		return more
	}
	long := strings.Repeat("Қайырлы күн! ", 12)
	_, payloads := text.Split(long)
	require.Zero(t, smsc.Deliver(from(map[string]any{"short_message": "HELP [€]", "data_coding": 0})))
	require.Zero(t, smsc.Deliver(from(map[string]any{"short_message": "КӨМЕК 😀"})))
	for i := range payloads {
		piece, err := text.Decode(byte(text.UCS2), payloads[i])
		require.NoError(t, err)
		udh := []string{"0500032A0301", "0500032A0302", "0500032A0303"}[i]
		require.Zero(t, smsc.Deliver(from(map[string]any{"short_message": piece, "data_coding": 8, "udh": udh})))
	}
	require.Zero(t, smsc.Send("data_sm", from(map[string]any{"data_coding": 0}),
		map[string][]byte{"message_payload": []byte("by datagram")}))

	heard := ear.take()
	require.Len(t, heard, 3+len(payloads))
	read := func(m smpp.Message) string {
		payload := m.Payload()
		if m.ESMClass&smpp.ESMUDHI != 0 {
			part, rest, err := text.TakeHeader(payload)
			require.NoError(t, err)
			require.True(t, part.Valid())
			payload = rest
		}
		s, err := text.Decode(m.Coding, payload)
		require.NoError(t, err)
		return s
	}
	require.Equal(t, "HELP [€]", read(heard[0]))
	require.Equal(t, "КӨМЕК 😀", read(heard[1]))
	var joined strings.Builder
	for _, m := range heard[2 : 2+len(payloads)] {
		joined.WriteString(read(m))
	}
	require.Equal(t, long, joined.String())
	require.Equal(t, "by datagram", read(heard[len(heard)-1]))
}

func TestForeignSMSCReadsWhatIsSubmitted(t *testing.T) {
	t.Parallel()
	smsc := foreign.Start(t)
	ear := &ear{}
	s := dialForeign(t, smsc, ear)
	for i, body := range []string{"Price {5}€ @home", "Справка готова", "Анықтама дайын 😀"} {
		coding, payloads := text.Split(body)
		id, err := s.Submit(t.Context(), smpp.Message{
			Source: smpp.Address{NPI: 1, Number: "1414"}, Dest: smpp.Address{TON: 1, NPI: 1, Number: "77010000001"},
			Coding: byte(coding), Short: payloads[0], RegisteredDelivery: 1,
		})
		require.NoError(t, err)
		require.Eventually(t, func() bool { return len(smsc.Submits()) == i+1 && len(ear.take()) == i+1 },
			10*time.Second, time.Millisecond)
		require.Equal(t, body, smsc.Submits()[i].Text)
		receipt, ok := text.ParseReceipt(string(ear.take()[i].Short), "", nil)
		require.True(t, ok)
		require.Equal(t, text.Delivered, receipt.Outcome)
		require.Contains(t, text.MessageKeys(receipt.MessageID), text.MessageKey(id))
	}
}
