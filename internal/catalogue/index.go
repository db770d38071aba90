package catalogue

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"okno/internal/dialogue"
	"okno/internal/words"
)

// Index answers from a catalogue held in memory. It never changes; a new catalogue is a new index.
type Index struct {
	services []Service
	byCode   map[string]int
	terms    map[string]map[dialogue.Language][]term
	all      []term   // each word once
	written  []string // the same, as they are written
	clock    func() time.Time
}

type term struct {
	word   string
	weight int
	sounds []string // in Latin letters; none of a word that is in them
}

// The weight of a word's place.
const (
	inKeywords = 6
	inName     = 3
)

// NewIndex indexes services. The clock decides what is valid when an answer is given, not when the index was made.
func NewIndex(services []Service, clock func() time.Time) *Index {
	x := &Index{services: slices.Clone(services), byCode: map[string]int{}, terms: map[string]map[dialogue.Language][]term{}, clock: clock}
	slices.SortFunc(x.services, func(a, b Service) int { return cmp.Compare(a.Code, b.Code) })
	for i, s := range x.services {
		x.byCode[s.Code] = i
		x.terms[s.Code] = map[dialogue.Language][]term{}
		for l, text := range s.Texts {
			var terms []term
			for _, keyword := range text.Keywords {
				terms = append(terms, x.termsOf(keyword, inKeywords)...)
			}
			terms = append(terms, x.termsOf(text.Name, inName)...)
			x.terms[s.Code][l] = terms
		}
	}
	return x
}

// termsOf gives the words of a text, and keeps those that are new.
func (x *Index) termsOf(text string, weight int) []term {
	var terms []term
	for _, written := range words.All(strings.ToLower(words.Clean(text))) {
		for _, folded := range wordsOf(written) {
			t := term{word: folded, weight: weight}
			if !words.IsLatin(folded) {
				t.sounds = words.Sounds(written)
			}
			terms = append(terms, t)
			if !slices.ContainsFunc(x.all, func(known term) bool { return known.word == folded }) {
				x.all, x.written = append(x.all, t), append(x.written, written)
			}
		}
	}
	return terms
}

// valid gives the service of a code, if it may be told of today.
func (x *Index) valid(code string) (Service, bool) {
	i, ok := x.byCode[code]
	if !ok || !x.services[i].ValidOn(x.clock()) {
		return Service{}, false
	}
	return x.services[i], true
}

// Categories lists the categories that have a valid service, in the order of their services' codes.
func (x *Index) Categories() []string {
	var found []string
	for _, s := range x.services {
		if s.ValidOn(x.clock()) && !slices.Contains(found, s.Category) {
			found = append(found, s.Category)
		}
	}
	return found
}

// In lists a category's valid services by code.
func (x *Index) In(category string) []Service {
	var found []Service
	for _, s := range x.services {
		if s.Category == category && s.ValidOn(x.clock()) {
			found = append(found, s)
		}
	}
	return found
}

// SpokenTexts lists what a voice may have to say of the catalogue in a language.
func (x *Index) SpokenTexts(l dialogue.Language) []string {
	var found []string
	for _, s := range x.services {
		if text, ok := s.Texts[l]; ok {
			found = append(found, text.Name, text.Title, text.Spoken)
		}
	}
	return found
}
