// Package leaks knows the passwords of public lists of leaks, by a Bloom filter that is embedded: it says of each of them that it is one, and of
// about one in 100,000 others. The lists themselves are not here. scripts/leaks makes the filter anew.
package leaks

import (
	"crypto/sha256"
	_ "embed"
	"encoding/binary"
	"strings"
)

//go:embed passwords.bloom
var passwords []byte

// Per is the bits of the filter for each password, and hashes the bits that each one sets: with 24 and 17 one in 100,000 others has all of its
// bits set (Bloom, 1970: 0.6185 to the power of the bits for each).
const (
	Per    = 24
	hashes = 17
)

// Leaked says whether a password is of the lists, whatever its capitals.
func Leaked(password string) bool { return filter(passwords).has(password) }

// filter is a Bloom filter: the bits, eight a byte.
type filter []byte

// Make gives the filter of some passwords.
func Make(all []string) []byte {
	f := make(filter, (len(all)*Per+7)/8)
	for _, password := range all {
		f.each(password, func(at uint64) bool {
			f[at/8] |= 1 << (at % 8)
			return true
		})
	}
	return f
}

func (f filter) has(password string) bool {
	return f.each(password, func(at uint64) bool { return f[at/8]&(1<<(at%8)) != 0 })
}

// each gives the places of a password's bits until fn wants no more, and says whether it wanted all. Two halves of one hash make all of them
// (Kirsch and Mitzenmacher, 2006).
func (f filter) each(password string, fn func(at uint64) bool) bool {
	sum := sha256.Sum256([]byte(strings.ToLower(password)))
	at, step, bits := binary.BigEndian.Uint64(sum[:8]), binary.BigEndian.Uint64(sum[8:16])|1, uint64(len(f))*8
	for range hashes {
		if !fn(at % bits) {
			return false
		}
		at += step
	}
	return true
}
