package catalogue

import (
	"slices"
	"strings"
	"unicode/utf8"

	"okno/internal/dialogue"
	"okno/internal/words"
)

// Search gives the valid services that a person at a desk or a portal may mean, best first: by a code or its beginning, by words, by the
// beginning of a word that is still being typed, and by words with slips. It offers what [Index.Find], which answers a citizen, must not:
// whoever searches sees the list and chooses.
func (x *Index) Search(query string, l dialogue.Language, most int) []Service {
	query = words.Normalise(query)
	today := x.clock()
	if code := words.Digits(query); code == query && code != "" {
		return x.codes(code, most)
	}
	list := wordsOf(query)
	found := x.match(list, l, x.like)
	found = slices.DeleteFunc(found, func(m match) bool { return !x.services[m.service].ValidOn(today) })
	x.rank(found)
	services := make([]Service, 0, min(len(found), most))
	for _, m := range found[:min(len(found), most)] {
		services = append(services, x.services[m.service])
	}
	return services
}

// codes gives the valid services whose codes begin so.
func (x *Index) codes(beginning string, most int) []Service {
	at, _ := slices.BinarySearchFunc(x.services, beginning, func(s Service, code string) int { return strings.Compare(s.Code, code) })
	services := []Service{}
	for ; at < len(x.services) && strings.HasPrefix(x.services[at].Code, beginning) && len(services) < most; at++ {
		if x.services[at].ValidOn(x.clock()) {
			services = append(services, x.services[at])
		}
	}
	return services
}

// Page gives the valid services after a code, in the order of their codes, and says whether there are more.
func (x *Index) Page(after string, most int) (services []Service, more bool) {
	at, found := slices.BinarySearchFunc(x.services, after, func(s Service, code string) int { return strings.Compare(s.Code, code) })
	if found {
		at++
	}
	for ; at < len(x.services); at++ {
		if !x.services[at].ValidOn(x.clock()) {
			continue
		}
		if len(services) == most {
			return services, true
		}
		services = append(services, x.services[at])
	}
	return services, false
}

// mostLike bounds the terms that one word of a query may be.
const mostLike = 200

// like gives the terms that a word is; else those that it begins; else those that it is but for slips.
func (x *Index) like(w word) []int {
	if terms := x.is(w); len(terms) > 0 {
		return terms
	}
	if terms := x.begun(w.folded); len(terms) > 0 {
		return terms
	}
	var terms []int
	for _, near := range x.Nearest(w.folded, words.Slips(utf8.RuneCountInString(w.folded))) {
		terms = append(terms, near.term)
	}
	return terms[:min(len(terms), mostLike)]
}

// begun gives the terms that begin with a word.
func (x *Index) begun(folded string) (terms []int) {
	add := func(ids []int) {
		for _, id := range ids {
			if len(terms) < mostLike && strings.HasPrefix(x.terms[id].word, folded) {
				terms = append(terms, id)
			}
		}
	}
	if utf8.RuneCountInString(folded) >= leastAlike {
		add(x.begin[beginning(folded)])
		return terms
	}
	for id := range x.terms {
		add([]int{id})
	}
	return terms
}
