// Package notifications keeps notices that clients send to citizens, by themselves or in lists, until each is an SMS, and what became of it.
package notifications

import (
	"encoding/json"

	"okno/internal/postgres"
	"okno/internal/postgres/identity"
	"okno/internal/postgres/messages"
	"okno/internal/seal"
)

// placeOfNotification names what number and text of a notification are sealed for.
const placeOfNotification = "notification"

// Sealed are the columns of this package that have no data key.
var Sealed = []postgres.Sealed{{Table: "notifications", Column: "sealed", Place: placeOfNotification}}

// Store has the methods that own their transaction.
type Store struct {
	db   *postgres.DB
	ring *seal.Ring
}

// NewStore is over a database; ring seals texts.
func NewStore(db *postgres.DB, ring *seal.Ring) *Store { return &Store{db, ring} }

// Steps are parts of one unit of work.
type Steps struct {
	tx       *postgres.Tx
	ring     *seal.Ring
	messages messages.Steps
	identity identity.Steps
}

// In gives the steps of a unit of work.
func In(tx *postgres.Tx, ring *seal.Ring) Steps {
	return Steps{tx, ring, messages.In(tx, ring), identity.In(tx, ring)}
}

// Text gives the text of a notification that is not an SMS yet, as its row has it; "" of any other.
func Text(ring *seal.Ring, sealed []byte) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	raw, err := ring.Open(placeOfNotification, sealed)
	if err != nil {
		return "", err
	}
	var what kept
	err = json.Unmarshal(raw, &what)
	return what.Text, err
}
