package ivr_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/call"
	"okno/internal/dialogue"
	"okno/internal/postgres/pgtest"
	"okno/ivr/ivrtest"
)

// usual is how people press keys, and fast is how a telephone with a stored number does. Networks tell keys apart down to fastest (ITU-T
// Q.24).
var (
	usual   = ivrtest.Keying{On: 100 * time.Millisecond, Off: 100 * time.Millisecond}
	fast    = ivrtest.Keying{On: 50 * time.Millisecond, Off: 40 * time.Millisecond}
	fastest = ivrtest.Keying{On: 40 * time.Millisecond, Off: 40 * time.Millisecond}
)

// dials is a handset that has called, and its interaction.
func (w *world) dials(t *testing.T, number string) (h *ivrtest.Handset, interaction int64) {
	t.Helper()
	h = ivrtest.StartHandset(t, w.asterisk.SIP(), number, "1414")
	return h, pgtest.Opened[int64](t, w.URL, `SELECT max(id) FROM interactions WHERE number = $1`, number)
}

// isTold waits until the dialogue was told just this.
func (w *world) isTold(t *testing.T, interaction int64, want ...string) {
	t.Helper()
	w.awaitTold(t, func() []string { return w.inputs(t, interaction) }, want)
}

// isToldAtLeisure is isTold where a busy machine may listen for longer than the caller is given to choose: a silence does not count.
func (w *world) isToldAtLeisure(t *testing.T, interaction int64, want ...string) {
	t.Helper()
	w.awaitTold(t, func() []string {
		return slices.DeleteFunc(w.inputs(t, interaction), func(input string) bool { return input == "silence" })
	}, want)
}

func (w *world) awaitTold(t *testing.T, told func() []string, want []string) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); <-time.After(100 * time.Millisecond) {
		if slices.Equal(told(), want) {
			return
		}
	}
	require.Equal(t, want, told())
}

// Nine digits are nine, however fast or slowly they come, by whichever way, and however the network stutters: in a prompt, after it, and over
// two questions. What is judged is which keys the dialogue was told; when it was told of them is the machine's affair.
func TestEachPressIsOneKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const callsARow = 2
	for row, test := range []struct {
		name, keys string
		how        ivrtest.Keying
	}{
		{"fast", "742518093", fast},
		{"the same twice, fast", "112233445", fast},
		{"the same all the time, fast", "111111111", fast},
		{"as fast as keys can be told apart", "112518003", fastest},
		{"usual", "742518093", usual},
		{"a stall of 0.15 s", "742518093", ivrtest.Keying{On: usual.On, Off: usual.Off, Stall: 150 * time.Millisecond}},
		{"a stall of 0.3 s", "742518093", ivrtest.Keying{On: usual.On, Off: usual.Off, Stall: 300 * time.Millisecond}},
		{"in bunches of five", "742518093", ivrtest.Keying{On: fastest.On, Off: fastest.Off, Stall: 400 * time.Millisecond}},
		{"held", "742", ivrtest.Keying{On: usual.On, Off: usual.Off, Hold: 1700 * time.Millisecond}},
		{"by SIP messages", "112518003", ivrtest.Keying{On: usual.On, Off: usual.Off, Info: true}},
		{"by SIP messages, fast", "112518003", ivrtest.Keying{On: fastest.On, Off: fastest.Off, Info: true}},
	} {
		for n := range callsARow {
			t.Run(fmt.Sprint(test.name, " ", n), func(t *testing.T) {
				t.Parallel()
				menu, prompt := "5", "number"
				if len(test.keys) == 3 {
					menu, prompt = "1", "ask"
				}
				h, interaction := w.dials(t, fmt.Sprintf("+7701000%02d%02d", row, n))
				var told []string
				presses := func(entries ...string) {
					t.Helper()
					h.Press(t, strings.Join(entries, ""), test.how)
					for _, keys := range entries {
						told = append(told, "keys "+keys)
					}
					w.isTold(t, interaction, told...)
				}
				<-time.After(time.Second + time.Duration(n)*50*time.Millisecond)
				presses(menu) // in the prompt
				presses(test.keys)
				presses(menu)
				h.Hears(t, w.clip(t, prompt), 0, 10*time.Second)
				presses(test.keys) // behind it
				presses(menu, test.keys, menu)
				h.HangUp(t)
			})
		}
	}
}

// What is pressed behind a refused entry is dropped, the refusal is heard to its end, and it costs one try.
func TestKeysBeyondARefusedEntry(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	burst := ivrtest.Keying{On: 30 * time.Millisecond, Off: 10 * time.Millisecond}
	sevens := "777777777777777777777777777777"

	long, longCall := w.dials(t, "+77010000061")
	short, shortCall := w.dials(t, "+77010000062")
	slow, slowCall := w.dials(t, "+77010000063")
	<-time.After(time.Second)
	var pressing sync.WaitGroup
	pressing.Go(func() { long.Press(t, "5012345678999", fast) })
	pressing.Go(func() { short.Press(t, sevens, burst) })
	pressing.Go(func() { slow.Press(t, sevens, fast) })
	pressing.Wait()

	at := long.Hears(t, w.clip(t, "wrong"), 0, 10*time.Second)
	at = long.Hears(t, w.clip(t, "number"), at, 10*time.Second)
	long.Press(t, "742*742518093#", fast) // a star starts anew, and the end of a whole entry is swallowed
	long.Hears(t, w.clip(t, "told"), at, 10*time.Second)
	long.Press(t, "3", usual)
	w.isTold(t, longCall, "keys 5", "keys 012345678", "keys 742518093", "keys 3")

	others := map[int64]*ivrtest.Handset{shortCall: short, slowCall: slow}
	for _, h := range others { // neither keeps silent while the other is listened to
		at := h.Hears(t, w.clip(t, "wrong"), 0, 10*time.Second)
		h.Hears(t, w.clip(t, "menu").Until(time.Second), at, 10*time.Second)
		h.Press(t, "3", usual)
	}
	for interaction, h := range others {
		h.Hears(t, w.clip(t, "bye"), 0, 10*time.Second)
		h.Ends(t, 10*time.Second)
		w.isToldAtLeisure(t, interaction, "keys 7", "keys 3", "hangup")
	}
	long.Ends(t, 10*time.Second)
	w.ends(t)
}

// A step that is slow loses no key that was pressed ahead, and takes none that is pressed into the music.
func TestKeysAheadOfASlowStep(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	h, interaction := w.dials(t, "+77010000066")
	<-time.After(time.Second)
	w.script.slowDown(5 * time.Second) // the step keeps others from the lease: it must not run out
	h.Press(t, "1031", fast)
	moment := w.pack.Moment(t.Context(), dialogue.Russian)
	h.Hears(t, ivrtest.ReadSound(t, strings.TrimPrefix(moment[0], "sound:")+".wav"), 0, 10*time.Second)
	h.Press(t, "777", fast)
	h.Hears(t, w.clip(t, "told"), 0, 15*time.Second)
	h.Press(t, "3", usual)
	h.Ends(t, 10*time.Second)
	w.isTold(t, interaction, "keys 1", "keys 031", "keys 3", "hangup")
	w.ends(t)
}

// Whoever takes their time is heard as well as others: the silence that keeps keys single is renewed before it ends.
func TestKeysOfOneWhoTakesTheirTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	h, interaction := w.dials(t, "+77010000064")
	<-time.After(time.Second)
	h.Press(t, "6", usual)
	h.Hears(t, w.clip(t, "slow"), 0, 10*time.Second)
	for _, step := range []struct {
		after time.Duration
		keys  string
	}{{4 * time.Second, "1"}, {4 * time.Second, "1"}, {3 * time.Second, "2233"}} {
		<-time.After(step.after)
		h.Press(t, step.keys, fast)
	}
	w.isTold(t, interaction, "keys 6", "keys 112233")
	<-time.After(300 * time.Millisecond)
	require.LessOrEqual(t, len(w.playing(t, w.only(t, call.InDialogue).Channel())), 2, "more than a prompt and the silence behind it")
	h.HangUp(t)
	w.ends(t)
}

// A key stops the prompt at once: measured from the key's end, at which Asterisk tells of it, to the last packet of the prompt.
func TestBargeInIsPrompt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	h, interaction := w.dials(t, "+77010000065")
	var delays []time.Duration
	measure := func(prompt, keys string, after time.Duration) time.Duration {
		clip := w.clip(t, prompt)
		head := clip.Until(700 * time.Millisecond)
		at := h.Hears(t, head, after, 10*time.Second)
		released := h.Press(t, keys, usual)
		require.Len(t, released, len(keys))
		<-time.After(400 * time.Millisecond)
		stopped := h.Stops(clip, at-head.Length())
		require.False(t, stopped.IsZero(), "the prompt %q is not in what was heard", prompt)
		delays = append(delays, stopped.Sub(released[0]))
		return at
	}
	at := time.Duration(0)
	for range 5 {
		at = measure("menu", "1", at)
		at = measure("ask", "0", at)
		h.Press(t, "31", usual)
	}
	measure("menu", "3", at)
	h.Ends(t, 10*time.Second)
	inputs := w.inputs(t, interaction)
	require.GreaterOrEqual(t, len(inputs), 11)
	require.Equal(t, []string{"keys 1", "keys 031", "keys 3"}, slices.Concat(inputs[:2], inputs[10:11]))
	slices.Sort(delays)
	t.Logf("from the end of a key to the last packet of the prompt (negative: none came after it): median %v, most %v of %d", delays[len(delays)/2], delays[len(delays)-1], len(delays))
	require.Less(t, delays[len(delays)/2], 500*time.Millisecond)
	w.ends(t)
}
