package sms

import (
	"sync"

	"okno/sms/text"
)

// enoughSeen is how many receipts in one notation, and none in another, make it the link's.
const enoughSeen = 3

// notation is how a link's SMSC writes message ids in its receipts: fixed by a setting, or learned from receipts whose id has
// the key of a message to the right number in one notation only.
type notation struct {
	mu      sync.Mutex
	fixed   text.Notation
	learned text.Notation
	seen    map[text.Notation]int
}

func newNotation(fixed text.Notation) *notation {
	return &notation{fixed: fixed, seen: map[text.Notation]int{}}
}

// keys gives the keys under which a receipt's id may be stored, the likeliest first; one only where a setting says which.
func (n *notation) keys(id string) []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.fixed != text.AnyNotation {
		key := n.fixed.KeyIn(id)
		if key == "" {
			key = text.MessageKey(id)
		}
		return []string{key}
	}
	return text.MessageKeysBy(id, n.learned)
}

// known gives the notation, if it is known.
func (n *notation) known() text.Notation {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.fixed != text.AnyNotation {
		return n.fixed
	}
	return n.learned
}

// learn takes a receipt that has named a message by a key.
func (n *notation) learn(id, key string) {
	of := text.Of(id, key)
	if of == text.AnyNotation {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.seen[of]++
	switch {
	case len(n.seen) > 1: // begin anew: the SMSC has changed, or what was seen was chance
		clear(n.seen)
		n.seen[of], n.learned = 1, text.AnyNotation
	case n.seen[of] >= enoughSeen:
		n.learned = of
	}
}
