// Package searchindex writes what citizens, cases and talks are searched by: keyed MACs of beginnings and stems.
package searchindex

import (
	"encoding/binary"

	"github.com/jackc/pgx/v5"

	"okno/internal/seal"
	"okno/internal/search"
)

// The purposes of the MACs: the beginning of a name finds no case, and a stem no name.
const (
	names = "search name"
	stems = "search stem"
	talks = "search talk" // a stem of what was said finds no case
)

const (
	indexCitizen = `
INSERT INTO search_documents (kind, owner_id, key_id, tokens) VALUES ('z', $1, $2, $3)
ON CONFLICT (kind, owner_id) DO UPDATE SET key_id = excluded.key_id, tokens = excluded.tokens`
	indexCase = `
INSERT INTO search_documents (kind, owner_id, key_id, tokens) VALUES ('c', $1, $2, $3)
ON CONFLICT (kind, owner_id) DO UPDATE SET key_id = excluded.key_id, tokens = excluded.tokens`
)

// QueueCitizen queues that a citizen is found by a name.
func QueueCitizen(writes *pgx.Batch, ring *seal.Ring, id int64, name string) {
	writes.Queue(indexCitizen, id, KeyID(ring), tokens(ring, names, search.Names(name)))
}

// QueueCase queues that a case is found by the words of its subject and its body.
func QueueCase(writes *pgx.Batch, ring *seal.Ring, id int64, subject, body string) {
	writes.Queue(indexCase, id, KeyID(ring), tokens(ring, stems, search.Stems(subject+" "+body)))
}

// Talk gives the tokens by which a talk is found, of all that was said.
func Talk(ring *seal.Ring, said string) []int64 { return tokens(ring, talks, search.StemsOfTalk(said)) }

// Columns are those that [CaseRow] and [CitizenRow] give for a COPY.
var Columns = []string{"kind", "owner_id", "key_id", "tokens"}

// CaseRow is what a new case is found by, to be copied.
func CaseRow(ring *seal.Ring, id int64, subject, body string) []any {
	return []any{byte('c'), id, KeyID(ring), tokens(ring, stems, search.Stems(subject+" "+body))}
}

// CitizenRow is what a new citizen is found by, to be copied.
func CitizenRow(ring *seal.Ring, id int64, name string) []any {
	return []any{byte('z'), id, KeyID(ring), tokens(ring, names, search.Names(name))}
}

// KeyID is the id of the master key that makes the index now.
func KeyID(ring *seal.Ring) string { return string(ring.Prefix()[1:]) }

func tokens(ring *seal.Ring, purpose string, of []string) []int64 {
	all := make([]int64, len(of))
	for i, word := range of {
		all[i] = token(ring.Index(purpose, word))
	}
	return all
}

// token is 64 bits of a MAC: of a million words two have the same with a chance of one in thirty million.
func token(mac []byte) int64 { return int64(binary.BigEndian.Uint64(mac)) }

// Names gives for each beginning of a name the tokens by which it may be kept: one by each key of the ring.
func Names(ring *seal.Ring, prefixes []string) [][]int64 {
	all := make([][]int64, len(prefixes))
	for i, prefix := range prefixes {
		all[i] = alternatives(ring, names, prefix)
	}
	return all
}

// Stems gives for each word the tokens by which it may be kept of cases: of each of its stems, by each key of the ring.
func Stems(ring *seal.Ring, of [][]string) [][]int64 { return ofStems(ring, stems, of) }

// StemsOfTalks is [Stems] of talks.
func StemsOfTalks(ring *seal.Ring, of [][]string) [][]int64 { return ofStems(ring, talks, of) }

func ofStems(ring *seal.Ring, purpose string, of [][]string) [][]int64 {
	all := make([][]int64, len(of))
	for i, word := range of {
		for _, stem := range word {
			all[i] = append(all[i], alternatives(ring, purpose, stem)...)
		}
	}
	return all
}

func alternatives(ring *seal.Ring, purpose, word string) (all []int64) {
	for _, mac := range ring.Indexes(purpose, word) {
		all = append(all, token(mac))
	}
	return all
}
