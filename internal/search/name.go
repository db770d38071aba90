package search

import (
	"slices"

	"okno/internal/words"
)

// LeastPrefix is the letters of a name by which it is found: fewer would find half a region, and tell who reads the index too much.
const LeastPrefix = 3

// mostPrefix is the letters of a name that count.
const mostPrefix = 16

// Names gives all beginnings by which a name is found: of each of its words, folded, from [LeastPrefix] letters on.
func Names(name string) (prefixes []string) {
	for _, word := range words.All(words.Normalise(name)) {
		letters := []rune(words.Fold(word))
		for n := LeastPrefix; n <= min(len(letters), mostPrefix); n++ {
			prefixes = append(prefixes, string(letters[:n]))
		}
		if 0 < len(letters) && len(letters) < LeastPrefix { // a whole name of two letters
			prefixes = append(prefixes, string(letters))
		}
	}
	slices.Sort(prefixes)
	return slices.Compact(prefixes)
}

// Prefix gives a word as it is looked for among names; not one that is too short.
func Prefix(word string) (string, bool) {
	letters := []rune(words.Fold(word))
	if len(letters) < 2 {
		return "", false
	}
	return string(letters[:min(len(letters), mostPrefix)]), true
}
