package exchange

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"okno/internal/cases"
)

// Kept is an event of a case, as it was kept.
type Kept struct {
	Event
	ID      int64  // of the row; 0: it is new
	Hash    []byte // Digest
	Outcome Outcome
	changed bool // Outcome is another than the row's
}

// Book is all that an agency has reported of a case.
type Book struct {
	State cases.State // where the case stands now
	// Base is where it stood before the first event after Floor. Whenever somebody else moved the case, that is where it begins anew: what
	// the agency had reported before is history.
	Base  cases.State
	Floor int64
	Last  cases.State // where the events led last; "" before the first
	Kept  []Kept      // by sequence
}

// Move is one that events of an agency make of a case.
type Move struct {
	Event   Event
	To      cases.State
	Correct bool // a late event changes what was decided: the move need not be one that cases usually make
}

// begin notes what others did to the case since the last event.
func (b *Book) begin() {
	if b.State == b.Last {
		return
	}
	b.Base, b.Floor = b.State, 0
	for _, k := range b.Kept {
		b.Floor = max(b.Floor, k.Sequence)
	}
	b.Last = b.State
}

// Take takes an event, gives its receipt, and the moves that follow from it in order. The book's state is the one after them.
func (b *Book) Take(e Event) (Receipt, []Move) {
	b.begin()
	hash := e.Digest()
	receipt := func(o Outcome, explanation string) Receipt {
		return Receipt{Key: e.Key, Outcome: o, Explanation: explanation, State: b.State}
	}
	at, found := slices.BinarySearchFunc(b.Kept, e.Sequence, func(k Kept, s int64) int { return cmp.Compare(k.Sequence, s) })
	if found {
		if bytes.Equal(b.Kept[at].Hash, hash) {
			return receipt(Duplicate, "the event of this sequence number said the same"), nil
		}
		return receipt(Contradictory, fmt.Sprintf("sequence number %d was %s before; the first stands", e.Sequence, b.Kept[at].State)), nil
	}
	before, _ := b.fold(b.Kept)
	b.Kept = slices.Insert(b.Kept, at, Kept{Event: e, Hash: hash, Outcome: Impossible})
	if e.Sequence <= b.Floor {
		b.Kept[at].Outcome = Superseded
		return receipt(Superseded, "the case was moved by somebody else after later events"), nil
	}
	after, _ := b.fold(b.Kept)
	moves := b.moves(before, after)
	b.judge(after)
	if len(moves) > 0 {
		b.State = moves[len(moves)-1].To
	}
	b.Last = b.State
	switch {
	case b.Kept[at].Outcome == Impossible:
		_, led := b.fold(b.Kept[:at])
		return receipt(Impossible, fmt.Sprintf("a case that is %s cannot become %s; the event is kept, and applied once the events before it have come",
			led, e.State)), nil
	case len(moves) == 0:
		b.Kept[at].Outcome = Superseded
		return receipt(Superseded, "a later event had come first: the case is further already"), nil
	case moves[0].Correct:
		return receipt(Applied, "it came late and changes what later events came to: the case was corrected"), moves
	}
	return receipt(Applied, ""), moves
}

// fold gives those of some events that are applied, and where they lead: each goes on from where the one before led. An event that cannot is
// left out.
func (b *Book) fold(kept []Kept) (applied []int64, state cases.State) {
	state = b.Base
	for _, k := range kept {
		if k.Sequence > b.Floor && (state == k.State || state.May(k.State)) {
			state = k.State
			applied = append(applied, k.Sequence)
		}
	}
	return applied, state
}

// moves leads from one list of applied events to another.
func (b *Book) moves(before, after []int64) (moves []Move) {
	event := func(sequence int64) Event {
		at := slices.IndexFunc(b.Kept, func(k Kept) bool { return k.Sequence == sequence })
		return b.Kept[at].Event
	}
	if len(after) >= len(before) && slices.Equal(before, after[:len(before)]) {
		for _, sequence := range after[len(before):] {
			moves = append(moves, Move{Event: event(sequence), To: event(sequence).State})
		}
		return moves
	}
	if len(after) == 0 {
		return nil
	}
	if last := event(after[len(after)-1]); last.State != b.State {
		return []Move{{Event: last, To: last.State, Correct: true}}
	}
	return nil
}

// judge gives each event after the floor the outcome that it has now.
func (b *Book) judge(applied []int64) {
	for i := range b.Kept {
		k := &b.Kept[i]
		if k.Sequence <= b.Floor {
			continue
		}
		outcome := Impossible
		if slices.Contains(applied, k.Sequence) {
			outcome = Applied
			if k.Outcome == Superseded {
				outcome = Superseded
			}
		}
		k.changed = k.changed || k.Outcome != outcome
		k.Outcome = outcome
	}
}

// Changed are the kept events whose rows are to be written: new ones, and those whose outcome is another now.
func (b *Book) Changed() (changed []Kept) {
	for _, k := range b.Kept {
		if k.ID == 0 || k.changed {
			changed = append(changed, k)
		}
	}
	return changed
}
