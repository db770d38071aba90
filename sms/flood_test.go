package sms

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/message"
	"okno/sms/smpp"
	"okno/sms/smstest"
	"okno/sms/text"
)

const slowDown = "slow down"

// floodRig hears five messages of a citizen in a time.
func floodRig(t *testing.T, within time.Duration) (*smstest.SMSC, *rig) {
	s, link := smsc(t, "a", smstest.Config{})
	r := newRig(t, link)
	r.options.Config.Flood = Flood{Messages: 5, Within: within, Parts: 6}
	r.answers = func(mo message.MO) (string, error) {
		if mo.Flood {
			return slowDown, nil
		}
		return "re: " + mo.Text, nil
	}
	return s, r
}

func TestFlooderIsToldOnceToSlowDown(t *testing.T) {
	t.Parallel()
	s, r := floodRig(t, 20*time.Minute)
	var ahead atomic.Int64
	r.options.Clock = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	r.run()
	write := func(i int) { require.NoError(t, s.Send(t.Context(), phone1, "1414", fmt.Sprint(i))) }
	for i := range 12 {
		write(i)
	}
	r.stop() // a restart forgets nothing
	r.run()
	for i := range 12 {
		write(12 + i)
	}
	want := []string{"re: 0", "re: 1", "re: 2", "re: 3", "re: 4", slowDown}
	r.eventually("the replies", func() bool { return len(s.Received(phone1)) >= len(want) })
	// Somebody else is heard as ever, and behind that answer nothing of the flood can follow.
	require.NoError(t, s.Send(t.Context(), "+77010000002", "1414", "HELP"))
	r.eventually("another's reply", func() bool { return len(s.Received("+77010000002")) == 1 })
	require.ElementsMatch(t, want, s.Received(phone1))
	require.Len(t, r.messages(), len(want)+1)

	// A claim without its outcome would lapse with the leap.
	r.eventually("the outcomes", func() bool { return pending(t, r, phone1) == 0 })
	ahead.Store(int64(30 * time.Minute)) // the episode is over
	write(24)
	r.eventually("the reply after the episode", func() bool { return len(s.Received(phone1)) == len(want)+1 })
	for i := range 12 {
		write(25 + i)
	}
	want = append(want, "re: 24", "re: 25", "re: 26", "re: 27", "re: 28", slowDown)
	r.eventually("a second episode", func() bool { return len(s.Received(phone1)) >= len(want) })
	require.ElementsMatch(t, want, s.Received(phone1))
}

// Messages pile up while nobody answers, most of them of one phone: then each citizen's first is heard before anybody's second.
func TestFlooderDoesNotHoldOthersBack(t *testing.T) {
	t.Parallel()
	s, r := floodRig(t, time.Hour)
	r.store.handle = nil
	answer := make(chan struct{})
	r.options.Answerers = 1
	r.options.Answer = func(ctx context.Context) (int, error) {
		select {
		case <-answer:
			return r.answer(ctx)
		default:
			return 0, nil
		}
	}
	r.run()
	for i := range 40 {
		require.NoError(t, s.Send(t.Context(), phone1, "1414", fmt.Sprint(i)))
	}
	const others = 10
	for i := range others {
		require.NoError(t, s.Send(t.Context(), fmt.Sprintf("+770100001%02d", i), "1414", "HELP"))
	}
	close(answer)
	r.eventually("all answers", func() bool { return len(r.messages()) == 5+1+others })
	seen := map[string]bool{}
	for _, mo := range r.messages()[:1+others] {
		seen[mo.Source] = true
	}
	require.Len(t, seen, 1+others, "one of each")
}

// Several binds bring one citizen's messages at once: still there is one answer that asks to slow down.
func TestFlooderOverManyLinksIsToldOnce(t *testing.T) {
	t.Parallel()
	s, r := floodRig(t, time.Hour)
	other, link := smsc(t, "b", smstest.Config{})
	r.options.Config.Links = append(r.options.Config.Links, link)
	second := &rig{t: t, db: r.db, store: r.store, options: r.options, answers: r.answers}
	second.options.Node = "node-2"
	r.run()
	second.run()
	var phones sync.WaitGroup
	for i := range 30 {
		phones.Go(func() {
			from := []*smstest.SMSC{s, other}[i%2]
			if err := from.Send(t.Context(), phone1, "1414", fmt.Sprint(i)); err != nil {
				t.Errorf("send: %v", err)
			}
		})
	}
	phones.Wait()
	told := func() (n int) {
		for _, reply := range append(s.Received(phone1), other.Received(phone1)...) {
			if reply == slowDown {
				n++
			}
		}
		return n
	}
	r.eventually("an answer to all that is heard", func() bool {
		waiting, err := r.db.Backlog(t.Context())
		require.NoError(t, err)
		return told() > 0 && waiting[message.Reply] == 0
	})
	require.Equal(t, 1, told())
}

// Parts whose siblings never come are bounded: the oldest message goes on without them.
func TestWaitingPartsOfOneSenderAreBounded(t *testing.T) {
	t.Parallel()
	s, r := floodRig(t, time.Hour)
	r.options.Config.Flood.Messages = 100
	r.run()
	part := func(from string, reference int) {
		m := smpp.Message{Source: smpp.Address{TON: 1, NPI: 1, Number: from}, Dest: smpp.Address{NPI: 1, Number: "1414"},
			ESMClass: smpp.ESMUDHI, Short: text.AddHeader(text.Part{Reference: reference, Total: 3, Number: 1}, fmt.Append(nil, reference))}
		require.NoError(t, s.Deliver(t.Context(), m))
	}
	for reference := range 8 {
		part("77010000001", reference)
	}
	part("77010000002", 1)
	r.eventually("the two oldest", func() bool { return len(r.messages()) == 2 })
	for i, mo := range r.messages() {
		require.Equal(t, fmt.Sprint(i)+"…", mo.Text)
		require.True(t, mo.Incomplete)
		require.Equal(t, phone1, mo.Source)
	}
	// What waits can still become whole.
	for number := 2; number <= 3; number++ {
		m := smpp.Message{Source: smpp.Address{TON: 1, NPI: 1, Number: "77010000001"}, Dest: smpp.Address{NPI: 1, Number: "1414"},
			ESMClass: smpp.ESMUDHI, Short: text.AddHeader(text.Part{Reference: 7, Total: 3, Number: number}, []byte("+"))}
		require.NoError(t, s.Deliver(t.Context(), m))
	}
	r.eventually("the whole one", func() bool {
		heard := r.messages()
		last := heard[len(heard)-1]
		return last.Text == "7++" && !last.Incomplete
	})
}
