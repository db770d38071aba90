package ivr

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okno/internal/dialogue"
)

func TestEntry(t *testing.T) {
	t.Parallel()
	oneKey := dialogue.Expectation{Kind: dialogue.ExpectKey, Keys: "12", Timeout: time.Minute}
	code := dialogue.Expectation{Kind: dialogue.ExpectDigits, MinDigits: 3, MaxDigits: 3, Back: "*", Terminator: "#",
		Timeout: time.Minute, InterDigit: time.Second}
	either := code // two lengths, of which the longer begins otherwise
	either.MaxDigits, either.Whole = 5, func(keys string) bool { return keys == "031" }
	keys := func(keys string) dialogue.Input { return dialogue.Input{Kind: dialogue.Keys, Keys: keys} }
	for name, test := range map[string]struct {
		expect   dialogue.Expectation
		press    string
		complete bool
		want     dialogue.Input
		left     string
	}{
		"one key":                   {oneKey, "1", true, keys("1"), ""},
		"a key that means nothing":  {oneKey, "9", true, keys("9"), ""},
		"keys ahead stay":           {oneKey, "1031", true, keys("1"), "031"},
		"nothing":                   {oneKey, "", false, dialogue.Input{Kind: dialogue.Silence}, ""},
		"a whole code":              {code, "031", true, keys("031"), ""},
		"a code and more":           {code, "0315", true, keys("031"), "5"},
		"ended early":               {code, "03#5", true, keys("03"), "5"},
		"the terminator alone":      {code, "#", true, keys(""), ""},
		"back":                      {code, "*", true, keys("*"), ""},
		"a star that is not first":  {code, "0*1", false, keys("1"), ""},
		"a star starts anew":        {code, "03*031", true, keys("031"), ""},
		"broken off":                {code, "03", false, keys("03"), ""},
		"the shorter of two":        {either, "0315", true, keys("031"), "5"},
		"the longer of two":         {either, "032151", true, keys("03215"), "1"},
		"neither of two":            {either, "0321#", true, keys("0321"), ""},
		"silence instead of a code": {code, "", false, dialogue.Input{Kind: dialogue.Silence}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &liveCall{keys: test.press}
			answer := entry{expect: test.expect}
			complete := s.pour(&answer)
			require.Equal(t, test.complete, complete)
			require.Equal(t, test.want, answer.input(complete))
			require.Equal(t, test.left, s.keys)
		})
	}
}

// However keys come, none is lost and none is used twice.
func TestKeysAreUsedOnceAndInOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := &liveCall{}
		var pressed, used strings.Builder
		for range rapid.IntRange(1, 30).Draw(t, "turns") {
			answer := entry{expect: dialogue.Expectation{Kind: dialogue.ExpectDigits, Terminator: "#", Back: "*",
				MaxDigits: rapid.IntRange(1, 9).Draw(t, "max")}}
			for complete := false; !complete; complete = s.pour(&answer) {
				burst := rapid.StringMatching(`[0-9]{0,4}`).Draw(t, "burst")
				pressed.WriteString(burst)
				s.keys += burst
				if burst == "" {
					break // the citizen pauses: the entry is what it is
				}
			}
			used.WriteString(answer.keys)
		}
		require.Equal(t, pressed.String(), used.String()+s.keys)
	})
}

func TestMailboxKeepsOrderAndLosesNothing(t *testing.T) {
	t.Parallel()
	const senders, each = 4, 1000
	m := newMailbox()
	var sending sync.WaitGroup
	for sender := range senders {
		sending.Go(func() {
			for n := range each {
				m.put([2]int{sender, n})
			}
		})
	}
	next := [senders]int{}
	for taken := 0; taken < senders*each; {
		item := m.take()
		if item == nil {
			select {
			case <-m.ready:
			case <-time.After(5 * time.Second):
				require.FailNow(t, "the mailbox holds items that it does not tell of", "%d taken", taken)
			}
			continue
		}
		got := item.([2]int)
		require.Equal(t, next[got[0]], got[1])
		next[got[0]]++
		taken++
	}
	sending.Wait()
	require.Nil(t, m.take())
}

// Digits that are said are taken like keys, as long as they are not too many; a key that is pressed is worth more.
func TestWhatIsSaidInAnEntry(t *testing.T) {
	t.Parallel()
	code := dialogue.Expectation{Kind: dialogue.ExpectDigits, MinDigits: 3, MaxDigits: 3, Back: "*", Terminator: "#"}
	say := func(e *entry, keys string, complete, taken bool) {
		t.Helper()
		c, is := e.take(dialogue.Meant{Keys: keys})
		require.Equal(t, []bool{complete, taken}, []bool{c, is})
	}
	press := func(e *entry, key string) bool {
		e.yield(key)
		return e.press(key)
	}
	e := &entry{expect: code}
	say(e, "0", false, true)
	say(e, "3111", false, false)
	say(e, "31", true, true)
	require.Equal(t, dialogue.Input{Kind: dialogue.Keys, Keys: "031", Said: true}, e.input(true))
	require.Equal(t, "answered", e.outcome())

	e = &entry{expect: code}
	say(e, "7", false, true)
	require.False(t, press(e, "0"))
	require.Equal(t, dialogue.Input{Kind: dialogue.Keys, Keys: "0"}, e.input(false), "the key wins")
	require.Equal(t, "keyed", e.outcome())

	e = &entry{expect: code}
	say(e, "7", false, true)
	require.True(t, press(e, "#"))
	require.Equal(t, dialogue.Input{Kind: dialogue.Keys, Keys: "7", Said: true}, e.input(true))

	e = &entry{expect: code}
	say(e, "7", false, true)
	require.False(t, press(e, "*"), "it takes back the entry, and does not lead back")
	require.Equal(t, dialogue.Input{Kind: dialogue.Silence}, e.input(false))
	require.Equal(t, "unheard", e.outcome())

	e = &entry{expect: code}
	say(e, "7", false, true)
	complete, taken := e.take(dialogue.Meant{Keys: "9", Choice: true})
	require.True(t, complete && taken)
	require.Equal(t, dialogue.Input{Kind: dialogue.Keys, Keys: "9", Said: true, Choice: true}, e.input(true), "the digits before it are dropped")
	require.Equal(t, "answered", e.outcome())
	oneDigit := &entry{expect: dialogue.Expectation{Kind: dialogue.ExpectDigits, MaxDigits: 1, Back: "*", Terminator: "#"}}
	_, _ = oneDigit.take(dialogue.Meant{Keys: "0", Choice: true})
	require.Empty(t, oneDigit.trailer(), "no key belongs behind it")

	menu := &entry{expect: dialogue.Expectation{Kind: dialogue.ExpectKey, Keys: "12"}}
	say(menu, "2", true, true)
	require.Equal(t, dialogue.Input{Kind: dialogue.Keys, Keys: "2", Said: true}, menu.input(true))
}
