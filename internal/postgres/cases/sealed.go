package cases

import (
	"okno/internal/postgres/datakeys"
	"okno/internal/seal"
)

// private is what is sealed of a case.
type private struct {
	Contact string `json:"contact,omitempty"` // E.164
	Subject string `json:"subject"`
	Body    string `json:"body,omitempty"`
}

func sealCase(key *seal.DataKey, id int64, p private) ([]byte, error) {
	return datakeys.SealJSON(key, datakeys.CaseOf(id), p)
}

// reason is what is sealed of a move.
type reason struct {
	Why  string `json:"why,omitempty"`
	Told string `json:"told,omitempty"`
}

func sealMove(key *seal.DataKey, caseID int64, r reason) ([]byte, error) {
	return datakeys.SealJSON(key, datakeys.MovesOf(caseID), r)
}

// contactIndex is the blind index of the number on which a case was opened; nil of none.
func contactIndex(ring *seal.Ring, contact string) []byte {
	if contact == "" {
		return nil
	}
	return ring.Index(seal.TelephoneNumber, contact)
}
