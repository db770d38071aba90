package e2e

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
)

// Citizens write, and the process dies again and again: each message that was acknowledged has its one reply. Only one whose
// submit the operator never answered may have been sent twice.
func (w *world) killedUnderMessages(t *testing.T) {
	const (
		citizens = 60
		first    = "+770266600"
	)
	// A process that has just come up answers from the catalogue as well as from the dialogue alone.
	texts := []string{"HELP", "INFO 031"}
	number := func(i int) string { return fmt.Sprintf("%s%02d", first, i) }
	var numbers [][]byte
	for i := range citizens {
		numbers = append(numbers, pgtest.Index(number(i)))
	}
	count := func(what string, of ...[]byte) int {
		if len(of) == 0 {
			of = numbers
		}
		return pgtest.Value[int](t, w.database, "SELECT count(*)::int FROM "+what, of)
	}
	const (
		mine    = `source_index = ANY ($1)`
		replies = `mt_segments s JOIN mt_messages m ON m.id = s.mt_id WHERE m.destination_index = ANY ($1)`
	)

	var writing sync.WaitGroup
	begun := time.Now()
	refused := make([]bool, citizens)
	write := func(from, to int) {
		for i := from; i < to; i++ {
			writing.Go(func() {
				fields := map[string]any{"source_addr": number(i)[1:], "source_addr_ton": 1, "source_addr_npi": 1, "destination_addr": "1414", "short_message": texts[i%2], "data_coding": 0}
				// as an operator's SMSC does: again, until it is acknowledged
				for w.operator.Deliver(fields) != 0 {
					if refused[i] = time.Since(begun) > time.Minute; refused[i] {
						return
					}
					<-time.After(100 * time.Millisecond)
				}
			})
		}
	}
	replied := func() (n int) {
		for _, submit := range w.operator.Submits() {
			if strings.HasPrefix("+"+submit.Destination, first) {
				n++
			}
		}
		return n
	}
	var between int // messages that were committed and had no reply at the operator's when the process was killed
	waiting := func() int {
		return count("mo_messages WHERE processed_at IS NULL AND "+mine) + count(replies+" AND s.state = 'queued'")
	}
	killed := func(moment func() bool) {
		eventually(t, time.Minute, moment, func() string { return fmt.Sprintf("messages do not get on: %d replies", replied()) })
		w.kill(t)
		between += waiting()
	}
	write(0, citizens/2)
	killed(func() bool { return count("mo_messages WHERE "+mine) > 0 })
	w.start(t)
	killed(func() bool { return replied() > citizens/6 })
	w.start(t)
	// Those two come as they come; at the third an operator that does not answer keeps replies waiting.
	w.operator.Hold(func() {
		write(citizens/2, citizens)
		killed(func() bool { return replied() > citizens/2 && waiting() > 0 })
	})
	w.start(t)
	writing.Wait()
	require.NotContains(t, refused, true, "a message was never acknowledged")
	w.awaitReady(t, time.Minute)
	eventually(t, time.Minute, func() bool {
		return count("mo_messages WHERE processed_at IS NULL AND "+mine) == 0 && count(replies+" AND s.state = 'queued'") == 0
	}, func() string { return "replies are not sent" })

	var unknown, doubled int
	for i := range citizens {
		require.Equal(t, 1, count("mo_messages WHERE "+mine, pgtest.Index(number(i))), "messages from %s", number(i))
		require.Equal(t, 1, count("mt_messages WHERE destination_index = ANY ($1)", pgtest.Index(number(i))), "replies to %s", number(i))
		unanswered := pgtest.Value[int](t, w.database, `SELECT sum(unknowns)::int FROM mt_segments s JOIN mt_messages m ON m.id = s.mt_id WHERE m.destination_index = $1`, pgtest.Index(number(i)))
		unknown += unanswered
		sent := len(w.operator.Written(number(i)))
		require.GreaterOrEqual(t, sent, 1, "the reply to %s is lost", number(i))
		doubled += sent - 1
		require.LessOrEqual(t, sent, 1+unanswered, "the reply to %s is doubled", number(i))
		if texts[i%2] != "HELP" {
			require.Equal(t, w.serviceWritten(t, "031", en), w.operator.Written(number(i))[0])
		}
	}
	t.Logf("%d messages, three kills: %d were between commit and reply, %d submits were never answered, %d replies came twice", citizens, between, unknown, doubled)
	require.Positive(t, between, "no kill came between a message and its reply: nothing is proved")
}

// The process dies while a citizen hears a menu: the call goes on, the menu is said again, and its keys work.
func (w *world) killedInMenu(t *testing.T) {
	phone := w.calls(t, "+77010000002")
	w.hears(t, phone, ru, 0, begins("main.menu"))
	w.kill(t)
	after := phone.Heard().Length()
	w.start(t)
	at := w.hears(t, phone, ru, after, begins("main.menu"))
	require.True(t, phone.IsUp())
	phone.Key(t, "2")
	w.hears(t, phone, ru, at, begins("status.ask"))
	phone.HangUp(t)
	w.awaitReady(t, time.Minute)
}
