package catalogue

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"okno/internal/dialogue"
	"okno/internal/words"
)

// mostMatches bounds an answer: nobody reads further down an SMS, or listens.
const mostMatches = 20

// Find gives the services that a query names: the one with that code, or those whose words match best, best first.
func (x *Index) Find(query string, l dialogue.Language) []Service {
	services, _ := x.FindIn(query, l)
	return services
}

// FindIn is Find; in is the language whose words matched when none of l's did, else "".
func (x *Index) FindIn(query string, l dialogue.Language) (services []Service, in dialogue.Language) {
	query = words.Normalise(query)
	if IsCode(query) {
		if s, ok := x.valid(query); ok {
			return []Service{s}, ""
		}
		return nil, ""
	}
	if s, ok := x.named(query); ok {
		return []Service{s}, ""
	}
	list := wordsOf(query)
	if len(list) == 0 {
		return nil, ""
	}
	asked := make([]word, len(list))
	for i, w := range list {
		asked[i] = newWord(w)
	}
	type match struct {
		service Service
		words   int // of the query, that fit
		score   int
		in      map[dialogue.Language]int // the words that fit, by language
	}
	var found []match
	most := 0
	for _, s := range x.services {
		if !s.ValidOn(x.clock()) {
			continue
		}
		m := match{service: s, in: map[dialogue.Language]int{}}
		for _, word := range asked {
			if score := x.score(s.Code, l, word, m.in); score > 0 {
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
	services = make([]Service, 0, len(found))
	spoken := map[dialogue.Language]int{}
	for _, m := range found[:min(len(found), mostMatches)] {
		services = append(services, m.service)
		for language, n := range m.in {
			spoken[language] += n
		}
	}
	if len(found) == 0 || spoken[l] > 0 {
		return services, ""
	}
	for _, language := range dialogue.Languages {
		if spoken[language] > spoken[in] {
			in = language
		}
	}
	return services, in
}

// mostNamed is how many words stand beside a code that names a service: "анықтама 031".
const mostNamed = 2

// named gives the service whose code stands in a query of few words.
func (x *Index) named(query string) (found Service, ok bool) {
	list := words.All(query)
	if len(list) > mostNamed+1 {
		return found, false
	}
	for _, word := range list {
		if words.Digits(word) == "" {
			continue
		}
		if ok || !IsCode(word) {
			return found, false
		}
		if found, ok = x.valid(word); !ok {
			return found, false
		}
	}
	return found, ok
}

// word is one of a query, in the forms in which it may be a service's.
type word struct {
	folded string
	looks  string // by the look of its letters, where it mixes scripts; else ""
	sound  string // of a word in Latin letters; else ""
}

func newWord(folded string) word {
	w := word{folded: folded}
	if words.Mixed(folded) {
		w.looks, _ = words.Alike(folded)
	}
	if words.IsLatin(folded) {
		w.sound = words.Sound(folded)
	}
	return w
}

// is says whether a word is a service's, but for an ending.
func (w word) is(t term) bool {
	if alike(t.word, w.folded) || w.looks != "" && alike(t.word, w.looks) {
		return true
	}
	return w.sound != "" && slices.ContainsFunc(t.sounds, func(sound string) bool { return alike(sound, w.sound) })
}

// score weighs how well a word of a query fits a service: a keyword counts most, a word of the name less; words match
// when they agree but for an ending, since all three languages inflect. The languages in which it fits are counted.
func (x *Index) score(code string, l dialogue.Language, w word, in map[dialogue.Language]int) int {
	best := 0
	for language, terms := range x.terms[code] {
		bonus, own := 0, 0
		if language == l {
			bonus = 1
		}
		for _, t := range terms {
			if t.weight+bonus > own && w.is(t) {
				own = t.weight + bonus
			}
		}
		if own > 0 {
			in[language]++
		}
		best = max(best, own)
	}
	return best
}

// Knows says whether a word is one of the catalogue, but for an ending.
func (x *Index) Knows(s string) bool {
	w := newWord(words.Fold(s))
	return slices.ContainsFunc(x.all, w.is)
}

// Words lists the words of the catalogue, as they are written, in lower case.
func (x *Index) Words() []string { return x.written }

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
	return slices.DeleteFunc(words.All(words.Fold(s)), func(w string) bool { return utf8.RuneCountInString(w) < 3 })
}
