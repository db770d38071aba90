package catalogue

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"okno/internal/dialogue"
)

// mostMatches bounds an answer: nobody reads further down an SMS, or listens.
const mostMatches = 20

// Find gives the services that a query names: the one with that code, or those whose words match best, best first.
func (x *Index) Find(query string, l dialogue.Language) []Service {
	query = strings.TrimSpace(query)
	if IsCode(query) {
		if s, ok := x.valid(query); ok {
			return []Service{s}
		}
		return nil
	}
	words := wordsOf(query)
	if len(words) == 0 {
		return nil
	}
	type match struct {
		service Service
		words   int // of the query, that fit
		score   int
	}
	var found []match
	most := 0
	for _, s := range x.services {
		if !s.ValidOn(x.clock()) {
			continue
		}
		m := match{service: s}
		for _, word := range words {
			if score := x.score(s.Code, l, word); score > 0 {
				m.words++
				m.score += score
			}
		}
		if m.words > 0 {
			found = append(found, m)
			most = max(most, m.words)
		}
	}
	// A query of several words means the services that fit most of them.
	found = slices.DeleteFunc(found, func(m match) bool { return m.words < most })
	slices.SortStableFunc(found, func(a, b match) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.service.Code, b.service.Code))
	})
	services := make([]Service, 0, len(found))
	for _, m := range found[:min(len(found), mostMatches)] {
		services = append(services, m.service)
	}
	return services
}

// score weighs how well a word of a query fits a service: a keyword counts most, a word of the name less; words match
// when they agree but for an ending, since all three languages inflect.
func (x *Index) score(code string, l dialogue.Language, word string) int {
	best := 0
	for language, terms := range x.terms[code] {
		bonus := 0
		if language == l {
			bonus = 1
		}
		for _, t := range terms {
			if alike(t.word, word) {
				best = max(best, t.weight+bonus)
			}
		}
	}
	return best
}

// alike says whether two folded words are the same but for an ending.
func alike(a, b string) bool {
	if a == b {
		return true
	}
	ra, rb := []rune(a), []rune(b)
	shorter := min(len(ra), len(rb))
	if shorter < 4 {
		return false
	}
	same := 0
	for same < shorter && ra[same] == rb[same] {
		same++
	}
	// At least four letters, and all but an ending of three on either side.
	return same >= 4 && len(ra)-same <= 3 && len(rb)-same <= 3
}

// IsCode says whether a query is a service's code.
func IsCode(s string) bool {
	return len(s) == 3 && strings.Trim(s, "0123456789") == ""
}

// wordsOf folds a text to its words, without those too short to mean anything.
func wordsOf(s string) []string {
	words := strings.FieldsFunc(dialogue.Fold(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return slices.DeleteFunc(words, func(w string) bool { return len([]rune(w)) < 3 })
}
