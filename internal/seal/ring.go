// Package seal keeps personal data unreadable at rest. What belongs to a person is sealed with a data key of its own; data keys are
// wrapped by the master key of a ring, which is outside the database, and which is rotated without sealing anything anew. A value that
// must be found again has a blind index: a keyed MAC of it. Destroying a data key destroys what it sealed, wherever copies of that are.
// The package is pure: it knows no storage and no configuration.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash/maphash"
	"slices"
	"sync/atomic"
)

// The errors. Their texts are safe to show.
var (
	// ErrUnknownKey says that a data key is wrapped by a master key that is not on the ring.
	ErrUnknownKey = errors.New("sealed with a key that is not on the ring")
	// ErrBroken says that what was sealed was changed, is another's, or is cut.
	ErrBroken = errors.New("what was sealed does not open")
)

// Key is a master key: 32 random bytes, or a secret from which as many are derived, under an id that never comes again.
type Key struct {
	ID     string // up to 32 letters
	Secret []byte // at least 16 bytes
	// Fallback is the key of an installation that names none: it seals only where it is alone on the ring.
	Fallback bool
}

// leastSecret is the bytes of a secret that cannot be guessed: 128 bits.
const leastSecret = 16

// mostID is the bytes of a key's id.
const mostID = 32

// Ring is the master keys. The first wraps and indexes what is new; the others open what was sealed before.
type Ring struct {
	keys     []master
	indexing atomic.Pointer[indexing]
	recent   recent
}

type master struct {
	id       string
	fallback bool
	wrap     cipher.AEAD
	short    cipher.AEAD
	index    []byte
}

// NewRing takes the keys, the current one first.
func NewRing(keys ...Key) (*Ring, error) {
	if len(keys) == 0 {
		return nil, errors.New("a ring of no keys")
	}
	r := &Ring{recent: recent{seed: maphash.MakeSeed()}}
	for _, k := range keys {
		switch {
		case k.ID == "" || len(k.ID) > mostID:
			return nil, fmt.Errorf("key %q: an id has 1 to %d letters", k.ID, mostID)
		case len(k.Secret) < leastSecret:
			return nil, fmt.Errorf("key %s: a secret has %d bytes at least", k.ID, leastSecret)
		case slices.ContainsFunc(r.keys, func(m master) bool { return m.id == k.ID }):
			return nil, fmt.Errorf("key %s is there twice", k.ID)
		}
		wrap, err := gcm(Derive(k.Secret, "okno wrap data keys"))
		if err != nil {
			return nil, err
		}
		short, err := gcm(Derive(k.Secret, "okno seal"))
		if err != nil {
			return nil, err
		}
		r.keys = append(r.keys, master{id: k.ID, fallback: k.Fallback, wrap: wrap, short: short, index: Derive(k.Secret, "okno blind index")})
	}
	r.indexing.Store(&indexing{r.keys})
	return r, nil
}

// Derive gives a key of 32 bytes for one purpose (HMAC-SHA256 of the purpose): from it nobody learns the secret, or the key of another.
func Derive(secret []byte, purpose string) []byte {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(purpose))
	return mac.Sum(nil)
}

func gcm(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("make cipher: %w", err)
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// NewDataKey makes a data key, and wraps it by the current master key.
func (r *Ring) NewDataKey() (*DataKey, Wrapped, error) {
	raw := make([]byte, 32)
	if _, err := rand.Read(raw); err != nil {
		return nil, nil, fmt.Errorf("make data key: %w", err)
	}
	k, err := DataKeyOf(raw)
	return k, r.wrap(raw), err
}

// Wrapped is a data key as it is stored: the length of the master key's id, the id, nonce and ciphertext of AES-256-GCM.
type Wrapped []byte

func (r *Ring) wrap(raw []byte) Wrapped {
	m := r.keys[0]
	return m.wrap.Seal(r.Prefix(), nil, raw, []byte(m.id))
}

// KeyID is the id of the current master key.
func (r *Ring) KeyID() string { return r.keys[0].id }

// Prefix is what the current master key puts before each data key that it wraps.
func (r *Ring) Prefix() []byte { return append([]byte{byte(len(r.keys[0].id))}, r.keys[0].id...) }

// KeyID gives the id of the master key that wrapped it, or "" of what is no wrapped key.
func (w Wrapped) KeyID() string {
	if len(w) == 0 || len(w) < 1+int(w[0]) {
		return ""
	}
	return string(w[1 : 1+w[0]])
}

// Unwrap opens a data key. [ErrUnknownKey], [ErrBroken].
func (r *Ring) Unwrap(w Wrapped) (*DataKey, error) {
	raw, err := r.unwrap(w)
	if err != nil {
		return nil, err
	}
	return DataKeyOf(raw)
}

func (r *Ring) unwrap(w Wrapped) ([]byte, error) {
	id := w.KeyID()
	if id == "" {
		return nil, ErrBroken
	}
	for _, m := range r.keys {
		if m.id != id {
			continue
		}
		raw, err := m.wrap.Open(nil, nil, w[1+len(id):], []byte(id))
		if err != nil || len(raw) != 32 {
			return nil, ErrBroken
		}
		return raw, nil
	}
	return nil, fmt.Errorf("%w: %s", ErrUnknownKey, id)
}

// Rewrap wraps a data key by the current master key. changed is false when that has wrapped it before.
func (r *Ring) Rewrap(w Wrapped) (again Wrapped, changed bool, err error) {
	if w.KeyID() == r.keys[0].id {
		return w, false, nil
	}
	raw, err := r.unwrap(w)
	if err != nil {
		return nil, false, err
	}
	return r.wrap(raw), true, nil
}

// Seal seals what has no data key of its own, because it does not live long, or belongs to nobody that is known. place is as of
// [DataKey.Seal]. What it gives begins like a [Wrapped] data key: the master key's id can be read from it.
func (r *Ring) Seal(place string, plain []byte) []byte {
	return r.keys[0].short.Seal(r.Prefix(), nil, plain, []byte(place))
}

// Open gives back what [Ring.Seal] has sealed. [ErrUnknownKey], [ErrBroken].
func (r *Ring) Open(place string, sealed []byte) ([]byte, error) {
	id := Wrapped(sealed).KeyID()
	if id == "" {
		return nil, ErrBroken
	}
	for _, m := range r.keys {
		if m.id != id {
			continue
		}
		plain, err := m.short.Open(nil, nil, sealed[1+len(id):], []byte(place))
		if err != nil {
			return nil, ErrBroken
		}
		return plain, nil
	}
	return nil, fmt.Errorf("%w: %s", ErrUnknownKey, id)
}
