package inbound

import (
	"okno/internal/seal"
)

// numbers are telephone numbers by their blind indexes, of each key of the ring.
type numbers map[string]string

func index(ring *seal.Ring, plain []string) numbers {
	n := make(numbers, len(plain))
	for _, number := range plain {
		for _, i := range ring.Indexes(seal.TelephoneNumber, number) {
			n[string(i)] = number
		}
	}
	return n
}

// all are the indexes.
func (n numbers) all() [][]byte {
	all := make([][]byte, 0, len(n))
	for i := range n {
		all = append(all, []byte(i))
	}
	return all
}

// of gives the number of an index.
func (n numbers) of(index []byte) string { return n[string(index)] }
