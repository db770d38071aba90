package seal

import (
	"crypto/hmac"
	"crypto/sha256"
	"hash/maphash"
	"sync/atomic"
)

// TelephoneNumber is the purpose of the blind indexes of telephone numbers, in E.164.
const TelephoneNumber = "telephone number"

// indexing is the keys by which values are looked for, the current one first. It is replaced and never changed.
type indexing struct{ keys []master }

// Index gives the blind index of a value for a purpose by the current master key: 32 bytes, which the caller must not change. Values of two
// purposes cannot be compared.
func (r *Ring) Index(purpose, value string) []byte {
	if purpose == TelephoneNumber {
		return r.Indexes(purpose, value)[0]
	}
	return index(r.keys[0].index, purpose, value)
}

// Indexes gives the indexes of a value by each key under which it may stand: the current one first, and no key that [Ring.Settle] has dropped.
// The caller must not change them.
func (r *Ring) Indexes(purpose, value string) [][]byte {
	by := r.indexing.Load()
	if purpose != TelephoneNumber {
		return indexes(by.keys, purpose, value)
	}
	return r.recent.get(by, value)
}

// EveryIndex is [Ring.Indexes] by all keys of the ring: for a look at rows that no rotation indexes anew.
func (r *Ring) EveryIndex(purpose, value string) [][]byte { return indexes(r.keys, purpose, value) }

// IndexAndBefore gives the index of a value by the current key, under which it is kept, and by the one before, under which it may have been
// kept. Where values are looked for by one key they are the same.
func (r *Ring) IndexAndBefore(purpose, value string) (now, before []byte) {
	all := r.Indexes(purpose, value)
	return all[0], all[min(1, len(all)-1)]
}

func indexes(keys []master, purpose, value string) [][]byte {
	all := make([][]byte, len(keys))
	for i, m := range keys {
		all[i] = index(m.index, purpose, value)
	}
	return all
}

func index(key []byte, purpose, value string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(purpose))
	mac.Write([]byte{0})
	mac.Write([]byte(value))
	return mac.Sum(nil)
}

// recent are the indexes of the telephone numbers that came last. A message asks for those of its number up to thirteen times, each at another
// place: an HMAC each time was an eighth of the time that a message takes.
type recent struct {
	seed  maphash.Seed
	slots [slots]atomic.Pointer[indexed]
}

// slots is how many numbers are remembered at most: some batches of messages. A number takes the slot of another with the same hash.
const slots = 4096

type indexed struct {
	by    *indexing
	value string
	all   [][]byte
}

func (c *recent) get(by *indexing, value string) [][]byte {
	slot := &c.slots[maphash.String(c.seed, value)%slots]
	if found := slot.Load(); found != nil && found.by == by && found.value == value {
		return found.all
	}
	made := &indexed{by, value, indexes(by.keys, TelephoneNumber, value)}
	slot.Store(made)
	return made.all
}
