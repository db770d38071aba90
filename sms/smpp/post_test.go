package smpp

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Each message is refused by Post or hears of its end, once, and before Run returns.
func TestWhatIsPostedEndsOnce(t *testing.T) {
	t.Parallel()
	const posters, each = 4, 100
	for name, c := range map[string]struct {
		answer bool
		end    func(esme *Session, stop context.CancelFunc) // after the first half
		all    bool                                         // are accepted
	}{
		"answered":       {answer: true, end: func(*Session, context.CancelFunc) {}, all: true},
		"never answered": {end: func(*Session, context.CancelFunc) {}},
		"lost":           {answer: true, end: func(s *Session, _ context.CancelFunc) { s.conn.Close() }},
		"drained":        {answer: true, end: func(_ *Session, stop context.CancelFunc) { stop() }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			options := quick(&ear{})
			options.Window, options.AnswerTimeout = 10, 20*time.Millisecond
			if c.answer {
				options.AnswerTimeout = 10 * time.Second
			}
			silent := &ear{on: func(*Request) {}}
			if c.answer {
				silent.on = nil
			}
			esme, smsc := pair(t, Transceiver, options, quick(silent))
			running(t, smsc)
			stop, ended := running(t, esme)
			var accepted atomic.Int32
			var heard [posters * each]atomic.Int32
			var posting sync.WaitGroup
			var posted atomic.Int32
			for p := range posters {
				posting.Go(func() {
					for n := range each {
						if posted.Add(1) == posters*each/2 {
							c.end(esme, stop)
						}
						err := esme.Post(t.Context(), SubmitSM, text("77010000001", "hi"), func(_ string, err error) {
							heard[p*each+n].Add(1)
							if err == nil {
								accepted.Add(1)
							}
						})
						if err != nil {
							assert.ErrorIs(t, err, ErrNotSent)
							heard[p*each+n].Add(1)
						}
					}
				})
			}
			posting.Wait()
			if c.all {
				require.Eventually(t, func() bool { return accepted.Load() == posters*each }, 10*time.Second, time.Millisecond)
			}
			stop()
			<-ended
			for i := range heard {
				require.EqualValues(t, 1, heard[i].Load(), "message %d", i)
			}
			require.Equal(t, esme.opts.Window, esme.Free(), "the window is free again")
		})
	}
}

// A request is given up when its time is over, long before the keeper would ask anything.
func TestPostedIsGivenUpInTime(t *testing.T) {
	t.Parallel()
	options := quick(&ear{})
	options.AnswerTimeout = 300 * time.Millisecond
	esme, smsc := pair(t, Transceiver, options, quick(&ear{on: func(*Request) {}}))
	running(t, smsc)
	running(t, esme)
	type end struct {
		at  time.Time
		err error
	}
	ends := make(chan end, 3)
	for range 3 {
		began := time.Now()
		require.NoError(t, esme.Post(t.Context(), SubmitSM, text("77010000001", "hi"), func(_ string, err error) { ends <- end{time.Now(), err} }))
		e := <-ends
		require.ErrorIs(t, e.err, ErrUnanswered)
		require.ErrorIs(t, e.err, context.DeadlineExceeded)
		require.GreaterOrEqual(t, e.at.Sub(began), options.AnswerTimeout)
		require.Less(t, e.at.Sub(began), esme.opts.EnquireEvery/3)
	}
}
