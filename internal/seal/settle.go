package seal

import (
	"slices"
	"time"
)

// Settling is how long indexes by a retired key are still looked for. A rotation makes anew all indexes but those of messages, because their
// numbers are erased: by these, redeliveries are known for a day, receipts find their message for as long as an SMSC keeps that (three days
// are usual), and STOP finds the notices that wait.
const Settling = 7 * 24 * time.Hour

// Use is what is noted of a master key of the installation, by whichever node.
type Use struct {
	KeyID     string    // "" stands for the keys of the time before uses were noted
	At        time.Time // when a node last said that it seals by the key
	RetiredAt time.Time // when everything was sealed by another key; zero: it was not
}

// over says that no value stands under the key's indexes any more.
func (u Use) over(now time.Time) bool {
	last := u.RetiredAt
	if u.At.After(last) {
		last = u.At
	}
	return !u.RetiredAt.IsZero() && last.Add(Settling).Before(now)
}

// Settle drops keys under which no index stands from those by which values are looked for, and gives the ids of those that stay. What the
// dropped keys have sealed still opens. Dropped is a key that was retired long ago, and a fallback that was never in use: it cannot come into
// use, for a node that has it alone does not open what the others have sealed. Any other key may come into use at any time: while keys rotate,
// the new one is put second first.
func (r *Ring) Settle(uses []Use, now time.Time) (stay []string) {
	use := func(id string) (Use, bool) {
		i := slices.IndexFunc(uses, func(u Use) bool { return u.KeyID == id })
		if i < 0 {
			return Use{}, false
		}
		return uses[i], true
	}
	before, some := use("")
	unknown := some && !before.over(now)
	var keys []master
	for i, m := range r.keys {
		u, used := use(m.id)
		dropped := used && u.over(now) || !used && m.fallback && !unknown
		if i == 0 || !dropped {
			keys, stay = append(keys, m), append(stay, m.id)
		}
	}
	if was := r.indexing.Load(); len(was.keys) != len(keys) || !slices.EqualFunc(was.keys, keys, func(a, b master) bool { return a.id == b.id }) {
		r.indexing.Store(&indexing{keys})
	}
	return stay
}
