package datakeys

import (
	"bytes"
	"encoding/json"
	"fmt"

	"okno/internal/seal"
)

// Opener opens what the data keys of some rows have sealed. Rows that follow each other with the same key unwrap it once.
type Opener struct {
	ring    *seal.Ring
	wrapped seal.Wrapped
	key     *seal.DataKey
}

// NewOpener is for the rows of one answer; it is of one goroutine.
func NewOpener(ring *seal.Ring) *Opener { return &Opener{ring: ring} }

// Open gives what was sealed at a place under a wrapped key; nothing, without an error, where nothing was sealed or the key is gone.
func (o *Opener) Open(wrapped seal.Wrapped, place string, sealed []byte) ([]byte, error) {
	if len(sealed) == 0 || len(wrapped) == 0 {
		return nil, nil
	}
	key, err := o.Key(wrapped)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", place, err)
	}
	plain, err := key.Open(place, sealed)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", place, err)
	}
	return plain, nil
}

// Key unwraps a key.
func (o *Opener) Key(wrapped seal.Wrapped) (*seal.DataKey, error) {
	if o.key == nil || !bytes.Equal(o.wrapped, wrapped) {
		key, err := o.ring.Unwrap(wrapped)
		if err != nil {
			return nil, err
		}
		o.key, o.wrapped = key, bytes.Clone(wrapped)
	}
	return o.key, nil
}

// Text is Open for a text.
func (o *Opener) Text(wrapped seal.Wrapped, place string, sealed []byte) (string, error) {
	plain, err := o.Open(wrapped, place, sealed)
	return string(plain), err
}

// JSON is Open for what was sealed as JSON; nothing leaves into as it is.
func (o *Opener) JSON(wrapped seal.Wrapped, place string, sealed []byte, into any) error {
	plain, err := o.Open(wrapped, place, sealed)
	if err == nil && plain != nil {
		err = json.Unmarshal(plain, into)
	}
	return err
}

// SealJSON seals a value as JSON.
func SealJSON(key *seal.DataKey, place string, value any) ([]byte, error) {
	plain, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("seal %s: %w", place, err)
	}
	return key.Seal(place, plain), nil
}

// OpenJSON opens what [SealJSON] sealed; nothing leaves into as it is.
func OpenJSON(key *seal.DataKey, place string, sealed []byte, into any) error {
	if len(sealed) == 0 {
		return nil
	}
	plain, err := key.Open(place, sealed)
	if err == nil {
		err = json.Unmarshal(plain, into)
	}
	if err != nil {
		return fmt.Errorf("open %s: %w", place, err)
	}
	return nil
}

// SealNumber seals a telephone number of an interaction with its blind index; a number that is withheld has neither.
func SealNumber(ring *seal.Ring, key *seal.DataKey, interaction int64, number string) (index, sealed []byte) {
	if number == "" {
		return nil, nil
	}
	return ring.Index(seal.TelephoneNumber, number), key.Seal(NumberOf(interaction), []byte(number))
}
