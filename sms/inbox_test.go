package sms

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/conversation"
	"okno/internal/fault"
	"okno/internal/message"
	"okno/sms/smstest"
	"okno/sms/text"
)

func TestCitizenWritesAndGetsAnAnswer(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"GSM":         "HELP [me] €",
		"Kazakh":      "КӨМЕК",
		"long GSM":    strings.Repeat("What documents do I need? ", 20),
		"long Kazakh": strings.Repeat("Қандай құжаттар керек? 😀 ", 20),
		"empty":       "",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, link := smsc(t, "a", smstest.Config{})
			r := newRig(t, link)
			r.run()
			require.NoError(t, s.Send(t.Context(), phone1, "1414", body))
			r.eventually("an answer", func() bool { return len(s.Received(phone1)) == 1 })
			require.Equal(t, "re: "+body, s.Received(phone1)[0])
			require.Len(t, r.messages(), 1)
			mo := r.messages()[0]
			require.Equal(t, phone1, mo.Source)
			require.Equal(t, "1414", mo.Destination)
			require.Equal(t, text.Segments(body), mo.Parts)
			r.eventually("delivered", func() bool {
				states := r.states(phone1)
				for _, state := range states {
					if state != message.Delivered {
						return false
					}
				}
				return len(states) == text.Segments("re: "+body)
			})
		})
	}
}

func TestMessageIsAcknowledgedAfterTheCommit(t *testing.T) {
	t.Parallel()
	s, link := smsc(t, "a", smstest.Config{})
	r := newRig(t, link)
	entered, leave := make(chan struct{}), make(chan struct{})
	hold := func(l message.Ledger) error {
		if len(l.Arrivals) > 0 {
			entered <- struct{}{}
			<-leave
		}
		return nil
	}
	r.store.after.Store(&hold)
	r.run()
	sent := make(chan error, 1)
	go func() { sent <- s.Send(t.Context(), phone1, "1414", "HELP") }()
	<-entered
	// Committed, and so answered, yet the SMSC has heard nothing.
	r.eventually("an answer", func() bool { return len(r.messages()) == 1 })
	require.Equal(t, smstest.Queued, s.Messages(phone1)[0].State)
	close(leave)
	require.NoError(t, <-sent)
}

func TestMessageStaysWithTheSMSCWhileTheDatabaseIsAway(t *testing.T) {
	t.Parallel()
	s, link := smsc(t, "a", smstest.Config{})
	r := newRig(t, link)
	var refused atomic.Int32
	away := func(l message.Ledger) error {
		if len(l.Arrivals) > 0 {
			refused.Add(1)
			return errors.New("no database")
		}
		return nil
	}
	r.store.before.Store(&away)
	r.run()
	sent := make(chan error, 1)
	go func() { sent <- s.Send(t.Context(), phone1, "1414", "HELP") }()
	r.eventually("refusals", func() bool { return refused.Load() > 3 })
	require.Equal(t, smstest.Queued, s.Messages(phone1)[0].State)
	require.Empty(t, r.messages())
	r.store.before.Store(nil)
	require.NoError(t, <-sent)
	r.eventually("an answer", func() bool { return len(s.Received(phone1)) == 1 })
	require.Len(t, r.messages(), 1)
}

// The database dies after the commit and before it has said so: the SMSC is told to try again, and the message is kept once.
// The same text after that is the citizen's second.
func TestMessageIsKeptOnceThoughNobodyHeardOfItsCommit(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{"whole": "STATUS 123456786", "in parts": strings.Repeat("я", 200)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, link := smsc(t, "a", smstest.Config{RetryEvery: time.Millisecond})
			r := newRig(t, link)
			r.options.tune.lease = time.Second // of the answer that was claimed and not heard of; a busy machine takes some of it to submit
			var lost atomic.Int32
			lose := func(l message.Ledger) error {
				if len(l.Arrivals) > 0 && lost.Add(1) <= 4 {
					return fmt.Errorf("commit sms: %w", fault.ErrUncertain)
				}
				return nil
			}
			r.store.after.Store(&lose)
			r.run()
			require.NoError(t, s.Send(t.Context(), phone1, "1414", body))
			r.eventually("an answer", func() bool { return len(s.Received(phone1)) == 1 })
			require.Len(t, r.messages(), 1)
			require.Greater(t, lost.Load(), int32(4))
			require.NoError(t, s.Send(t.Context(), phone1, "1414", body))
			r.eventually("a second answer", func() bool { return len(s.Received(phone1)) == 2 })
			require.Len(t, r.messages(), 2)
		})
	}
}

// And then the process dies as well, while the database is still away.
func TestMessageIsKeptOnceThoughNobodyHeardOfItsCommitAndTheProcessDied(t *testing.T) {
	t.Parallel()
	s, link := smsc(t, "a", smstest.Config{RetryEvery: time.Millisecond})
	r := newRig(t, link)
	var refused atomic.Int32
	away := func(l message.Ledger) error {
		if len(l.Arrivals) > 0 && refused.Add(1) > 1 {
			return errors.New("no database")
		}
		return nil
	}
	lose := func(l message.Ledger) error {
		if len(l.Arrivals) > 0 {
			return fault.ErrUncertain
		}
		return nil
	}
	r.store.before.Store(&away)
	r.store.after.Store(&lose)
	r.run()
	sent := make(chan error, 1)
	go func() { sent <- s.Send(t.Context(), phone1, "1414", "HELP") }()
	r.eventually("refusals that the SMSC has read", func() bool { return refused.Load() > 100 })
	r.store.dead.Store(true)
	r.stop()
	r.store.dead.Store(false)
	r.store.before.Store(nil)
	r.store.after.Store(nil)
	r.run()
	require.NoError(t, <-sent)
	require.NoError(t, s.Send(t.Context(), phone1, "1414", "next"))
	r.eventually("the next answer", func() bool { return slices.Contains(s.Received(phone1), "re: next") })
	require.Len(t, r.messages(), 2)
}

// The process dies after the commit and before the acknowledgement: the SMSC
// sends the message again, and it is answered once.
func TestRedeliveryIsRecognised(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{"whole": "STATUS 123456786", "in parts": strings.Repeat("я", 200)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, link := smsc(t, "a", smstest.Config{})
			r := newRig(t, link)
			var cuts atomic.Int32
			cut := func(l message.Ledger) error {
				if len(l.Arrivals) > 0 && cuts.Add(1) <= 2 {
					s.Disconnect()
				}
				return nil
			}
			r.store.after.Store(&cut)
			r.store.handle = nil
			r.options.Answer = func(ctx context.Context) (int, error) {
				if cuts.Load() <= 2 { // the cuts are not meant for its answer
					return 0, nil
				}
				return r.answer(ctx)
			}
			r.run()
			require.NoError(t, s.Send(t.Context(), phone1, "1414", body))
			require.Greater(t, cuts.Load(), int32(2))
			r.eventually("an answer", func() bool { return len(s.Received(phone1)) == 1 })
			// Behind the next message's answer nothing of the first can follow.
			require.NoError(t, s.Send(t.Context(), phone1, "1414", "next"))
			r.eventually("the next answer", func() bool { return len(s.Received(phone1)) >= 2 })
			require.Equal(t, []string{"re: " + body, "re: next"}, s.Received(phone1))
			require.Len(t, r.messages(), 2)
		})
	}
}

// The process dies between commit and acknowledgement, and of two binds its successor has only the other when the message
// comes again.
func TestRedeliveryOverTheOtherBindIsRecognised(t *testing.T) {
	t.Parallel()
	s, link := smsc(t, "a", smstest.Config{})
	link.Binds = 2
	r := newRig(t, link)
	var slots sync.Map
	died := make(chan string, 1) // the slot that the message came over
	begin := func(b message.Bind) error {
		if r.store.dead.Load() {
			return errors.New("dead")
		}
		slots.Store(b.ID, b.Slot)
		return nil
	}
	die := func(l message.Ledger) error {
		if len(l.Arrivals) > 0 && !r.store.dead.Swap(true) {
			slot, _ := slots.Load(l.Arrivals[0].Bind)
			s.Disconnect()
			died <- slot.(string)
		}
		return nil
	}
	r.store.begin.Store(&begin)
	r.store.after.Store(&die)
	r.run()
	r.eventually("both binds", func() bool { return r.channel.Ready() == nil })
	sent := make(chan error, 1)
	go func() { sent <- s.Send(t.Context(), phone1, "1414", "HELP") }()
	slot := <-died
	r.stop()
	only := func(b message.Bind) error {
		if b.Slot == slot {
			return errors.New("not yet")
		}
		return nil
	}
	r.store.begin.Store(&only)
	r.store.after.Store(nil)
	r.store.dead.Store(false)
	r.run()
	require.NoError(t, <-sent)
	require.NoError(t, s.Send(t.Context(), phone1, "1414", "next"))
	// Behind the next message nothing of the first can follow.
	r.eventually("the next answer", func() bool { return slices.Contains(s.Received(phone1), "re: next") })
	require.Len(t, r.messages(), 2)
}

// Both binds are lost, and the database is away as their end is to be noted. The one that the message came over does not come
// back; over the other it comes again.
func TestEndOfABindIsNotedBeforeWhatComesAgain(t *testing.T) {
	t.Parallel()
	s, link := smsc(t, "a", smstest.Config{})
	link.Binds = 2
	r := newRig(t, link)
	var slots sync.Map
	var lost atomic.Value // the slot that the message came over
	begin := func(b message.Bind) error {
		if b.Slot == lost.Load() {
			return errors.New("not yet")
		}
		slots.Store(b.ID, b.Slot)
		return nil
	}
	cut := func(l message.Ledger) error {
		if len(l.Arrivals) > 0 && lost.Load() == nil {
			slot, _ := slots.Load(l.Arrivals[0].Bind)
			lost.Store(slot)
			s.Disconnect()
		}
		return nil
	}
	r.store.deaf.Store(true)
	r.store.begin.Store(&begin)
	r.store.after.Store(&cut)
	r.run()
	r.eventually("both binds", func() bool { return r.channel.Ready() == nil })
	require.NoError(t, s.Send(t.Context(), phone1, "1414", "HELP"))
	require.NoError(t, s.Send(t.Context(), phone1, "1414", "next"))
	r.eventually("the next answer", func() bool { return slices.Contains(s.Received(phone1), "re: next") })
	require.Len(t, r.messages(), 2)
}

// "1" answers a list, and "1" the next: the second is no redelivery.
func TestSameTextAgainIsASecondMessage(t *testing.T) {
	t.Parallel()
	s, link := smsc(t, "a", smstest.Config{})
	r := newRig(t, link)
	r.run()
	for range 3 {
		require.NoError(t, s.Send(t.Context(), phone1, "1414", "1"))
	}
	r.eventually("three answers", func() bool { return len(s.Received(phone1)) == 3 })
	r.stop() // and so after a restart
	r.run()
	require.NoError(t, s.Send(t.Context(), phone1, "1414", "1"))
	r.eventually("the fourth", func() bool { return len(s.Received(phone1)) == 4 })
}

// Once the SMSC has shown that it read the acknowledgement, the same text is a second message however the link was lost. A
// receiver carries nothing that the SMSC would respond to but an enquiry.
func TestSameTextAfterALostLinkIsASecondMessage(t *testing.T) {
	t.Parallel()
	for _, bind := range []string{"transceiver", "pair"} {
		t.Run(bind, func(t *testing.T) {
			t.Parallel()
			s, link := smsc(t, "a", smstest.Config{})
			link.Bind = bind
			r := newRig(t, link)
			r.run()
			require.NoError(t, s.Send(t.Context(), phone1, "1414", "1"))
			r.eventually("an answer", func() bool { return len(s.Received(phone1)) == 1 })
			r.eventually("confirmation", func() bool {
				for _, b := range r.channel.binds {
					if b.live.Unconfirmed() > 0 {
						return false
					}
				}
				return true
			})
			s.Disconnect()
			require.NoError(t, s.Send(t.Context(), phone1, "1414", "1"))
			r.eventually("a second answer", func() bool { return len(s.Received(phone1)) == 2 })
		})
	}
}

func TestRestartLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	s, link := smsc(t, "a", smstest.Config{})
	r := newRig(t, link)
	r.answers = func(message.MO) (string, error) { return "", errors.New("the process is about to die") }
	r.run()
	require.NoError(t, s.Send(t.Context(), phone1, "1414", "HELP"))
	r.eventually("a try", func() bool { return len(r.messages()) > 0 })
	r.stop()
	require.Empty(t, s.Received(phone1))
	r.answers = func(mo message.MO) (string, error) { return "re: " + mo.Text, nil }
	r.run()
	r.eventually("an answer", func() bool { return len(s.Received(phone1)) == 1 })
}

func TestOneCitizensMessagesAreAnsweredInOrder(t *testing.T) {
	t.Parallel()
	s, link := smsc(t, "a", smstest.Config{})
	r := newRig(t, link)
	var working sync.Map
	r.answers = func(mo message.MO) (string, error) {
		if _, other := working.LoadOrStore(mo.Source, true); other {
			t.Errorf("two messages of %s at once", mo.Source)
		}
		defer working.Delete(mo.Source)
		time.Sleep(2 * time.Millisecond) // a dialogue at work
		return "re: " + mo.Text, nil
	}
	r.run()
	var senders sync.WaitGroup
	const citizens, each = 8, 12
	number := func(c int) string { return fmt.Sprintf("+7701000%04d", c) }
	for c := range citizens {
		senders.Go(func() {
			for i := range each {
				if err := s.Send(t.Context(), number(c), "1414", fmt.Sprint(i)); err != nil {
					t.Errorf("send: %v", err)
				}
			}
		})
	}
	senders.Wait()
	for c := range citizens {
		r.eventually("all answers", func() bool { return len(s.Received(number(c))) == each })
	}
	order := map[string]int{}
	for _, mo := range r.messages() {
		require.Equal(t, fmt.Sprint(order[mo.Source]), mo.Text, mo.Source)
		order[mo.Source]++
	}
}

// One message that cannot be processed is put aside; the next ones are heard.
func TestBadMessageDoesNotHoldItsSenderForGood(t *testing.T) {
	t.Parallel()
	s, link := smsc(t, "a", smstest.Config{})
	r := newRig(t, link)
	// A second answerer may take the message into a batch of its own before the first has it alone: a try more, undone like
	// the others. Tries are counted with one.
	r.options.Answerers = 1
	var now atomic.Int64 // minutes that the clock is ahead
	r.store.handle = func(_ context.Context, _ conversation.Work, mo message.MO) (int64, error) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.handled = append(r.handled, mo)
		if mo.Text == "bad" {
			panic("a defect")
		}
		return 0, nil
	}
	r.options.Answer = func(ctx context.Context) (int, error) {
		ahead := time.Now().Add(time.Duration(now.Add(1)) * time.Minute)
		return r.db.ProcessMOs(ctx, ahead, AnswerBatch, r.store.handle)
	}
	r.run()
	require.NoError(t, s.Send(t.Context(), phone1, "1414", "bad"))
	require.NoError(t, s.Send(t.Context(), phone1, "1414", "good"))
	r.eventually("the good one", func() bool {
		heard := r.messages()
		return len(heard) > 0 && heard[len(heard)-1].Text == "good"
	})
	require.Len(t, r.messages(), 8, "when it is kept, once among others and five tries alone, then the next")
}
