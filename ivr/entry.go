package ivr

import (
	"strings"
	"time"

	"okno/internal/dialogue"
)

// entry gathers keys into the answer that an expectation waits for. It judges none of them: the dialogue does.
type entry struct {
	expect dialogue.Expectation
	keys   string
	said   bool // the keys stand for what was said
	choice bool // they are no digits, but what is chosen in the place of an entry
}

// takesKeys says whether the expectation is one that keys can answer.
func takesKeys(e dialogue.Expectation) bool {
	return e.Kind == dialogue.ExpectKey || e.Kind == dialogue.ExpectDigits
}

// press adds a key. Complete means that the answer is in keys. The key that leads back does so as the first of an entry; behind others it
// takes them back, and the entry starts anew.
func (e *entry) press(key string) (complete bool) {
	if e.expect.Kind == dialogue.ExpectKey {
		e.keys = key
		return true
	}
	if key == e.expect.Terminator {
		return true
	}
	if key == e.expect.Back && e.keys != "" {
		e.keys = ""
		return false
	}
	e.keys += key
	return e.keys == e.expect.Back || e.whole()
}

// whole says that no key is missing.
func (e *entry) whole() bool {
	return len(e.keys) >= e.expect.MaxDigits || e.expect.Whole != nil && e.expect.Whole(e.keys)
}

// trailer is the key that may follow an answer which was complete without it, or "".
func (e *entry) trailer() string {
	if e.expect.Kind == dialogue.ExpectDigits && !e.choice && e.whole() {
		return e.expect.Terminator
	}
	return ""
}

// patience is how long to wait for the next key.
func (e *entry) patience() time.Duration {
	if e.keys == "" {
		return e.expect.Timeout
	}
	return e.expect.InterDigit
}

// input is the answer: the keys, or that none came in time.
func (e *entry) input(complete bool) dialogue.Input {
	if !complete && e.keys == "" {
		return dialogue.Input{Kind: dialogue.Silence}
	}
	return dialogue.Input{Kind: dialogue.Keys, Keys: e.keys, Said: e.said, Choice: e.choice}
}

// isKey says whether s is a key of a telephone.
func isKey(s string) bool { return len(s) == 1 && strings.Contains("0123456789*#", s) }

// take adds what was said to an answer. Digits that are more than are wanted mean nothing. A choice takes the place of what was entered before.
func (e *entry) take(meant dialogue.Meant) (complete, taken bool) {
	if meant.Choice {
		e.keys, e.choice, e.said = meant.Keys, true, true
		return true, true
	}
	before := *e
	for i, key := range meant.Keys {
		if complete = e.press(string(key)); complete && i < len(meant.Keys)-1 {
			*e = before
			return false, false
		}
	}
	e.said = true
	return complete, true
}

// yield gives way to a key that is pressed: digits that were said before it are dropped, unless it ends them, or takes them back itself.
func (e *entry) yield(key string) {
	if !e.said || key == e.expect.Terminator {
		return
	}
	if key != e.expect.Back {
		e.keys = ""
	}
	e.said = false
}

// keyed is how a question ends that keys have answered.
const keyed = "keyed"

// outcome is how a question has ended to which somebody listened.
func (e *entry) outcome() string {
	switch {
	case e.keys == "":
		return "unheard"
	case e.said:
		return "answered"
	}
	return keyed
}
