package catalogue

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"okno/internal/dialogue"
	"okno/internal/words"
)

// Index answers from a catalogue held in memory: each lookup stays in the transaction of its caller and costs no round trip. It never
// changes; a new catalogue is a new index.
type Index struct {
	services []Service
	byCode   map[string]int
	use      []int // how often each was asked for of late
	clock    func() time.Time

	terms   []term // each word once, by its folded form
	exact   map[string]int
	begin   map[string][]int // terms by their first letters
	sounds  map[string][]int // terms by the first letters of one of their sounds
	letters map[int][]int    // terms by how many letters they have
}

// term is a word of the catalogue.
type term struct {
	word    string   // folded
	written string   // in lower case
	sounds  []string // in Latin letters; none of a word that is in them
	places  []place
}

// place is where a word stands.
type place struct {
	service  int // in Index.services
	language dialogue.Language
	weight   int
}

// The weight of a word's place.
const (
	inKeywords = 6
	inName     = 3
)

// leastAlike is how many letters two forms of a word share at least.
const leastAlike = 4

// NewIndex indexes services. use tells how often each was asked for of late, by code; the clock decides what is valid when an answer is
// given, not when the index was made.
func NewIndex(services []Service, use map[string]int, clock func() time.Time) *Index {
	x := &Index{services: slices.Clone(services), byCode: map[string]int{}, use: make([]int, len(services)), clock: clock, exact: map[string]int{},
		begin: map[string][]int{}, sounds: map[string][]int{}, letters: map[int][]int{}}
	slices.SortFunc(x.services, func(a, b Service) int { return cmp.Compare(a.Code, b.Code) })
	for i, s := range x.services {
		x.byCode[s.Code] = i
		x.use[i] = use[s.Code]
		for _, l := range dialogue.Languages {
			text := s.Texts[l]
			for _, keyword := range text.Keywords {
				x.add(keyword, place{i, l, inKeywords})
			}
			x.add(text.Name, place{i, l, inName})
		}
	}
	return x
}

// add indexes the words of a text that stands at a place. Where a word stands twice in one language of a service, the weightier place
// counts.
func (x *Index) add(text string, at place) {
	for _, written := range words.All(strings.ToLower(words.Clean(text))) {
		for _, folded := range wordsOf(written) {
			id, known := x.exact[folded]
			if !known {
				id = x.addTerm(folded, written)
			}
			t := &x.terms[id]
			if slices.ContainsFunc(t.places, func(p place) bool { return p.service == at.service && p.language == at.language }) {
				continue // the keywords come first
			}
			t.places = append(t.places, at)
		}
	}
}

func (x *Index) addTerm(folded, written string) (id int) {
	id = len(x.terms)
	t := term{word: folded, written: written}
	if !words.IsLatin(folded) {
		t.sounds = words.Sounds(written)
	}
	x.terms = append(x.terms, t)
	x.exact[folded] = id
	x.begin[beginning(folded)] = append(x.begin[beginning(folded)], id)
	for _, sound := range t.sounds {
		if known := x.sounds[beginning(sound)]; !slices.Contains(known, id) {
			x.sounds[beginning(sound)] = append(known, id)
		}
	}
	n := utf8.RuneCountInString(folded)
	x.letters[n] = append(x.letters[n], id)
	return id
}

// beginning is the part of a word that all its forms share; a shorter word has one form.
func beginning(word string) string {
	n := 0
	for i := range word {
		if n == leastAlike {
			return word[:i]
		}
		n++
	}
	return word
}

// service gives the service of a code, valid or not.
func (x *Index) service(code string) (i int, ok bool) {
	i, ok = x.byCode[code]
	return i, ok
}

// Service gives the service of a code, if it may be told of today.
func (x *Index) Service(code string) (Service, bool) {
	i, ok := x.service(code)
	if !ok || !x.services[i].ValidOn(x.clock()) {
		return Service{}, false
	}
	return x.services[i], true
}

// Services gives all services by code, valid or not: for those who keep the catalogue.
func (x *Index) Services() []Service { return x.services }

// CodeDigits is how many digits the codes have.
func (x *Index) CodeDigits() int {
	if len(x.services) == 0 {
		return CodeDigits
	}
	return len(x.services[0].Code)
}

// Categories lists the categories that have a valid service, in the order of their services' codes.
func (x *Index) Categories() []string {
	var found []string
	known := map[string]bool{}
	for _, s := range x.services {
		if !known[s.Category] && s.ValidOn(x.clock()) {
			known[s.Category] = true
			found = append(found, s.Category)
		}
	}
	return found
}

// In lists a category's valid services, the most asked for first.
func (x *Index) In(category string) []Service {
	var found []int
	for i, s := range x.services {
		if s.Category == category && s.ValidOn(x.clock()) {
			found = append(found, i)
		}
	}
	slices.SortStableFunc(found, func(a, b int) int { return cmp.Compare(x.use[b], x.use[a]) })
	services := make([]Service, len(found))
	for i, at := range found {
		services[i] = x.services[at]
	}
	return services
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

// Words lists the words of the catalogue, as they are written, in lower case.
func (x *Index) Words() []string {
	list := make([]string, len(x.terms))
	for i, t := range x.terms {
		list[i] = t.written
	}
	return list
}

// Nearest gives the words that are at most so many slips away from a folded word, each as it is written with its slips, the nearest first.
func (x *Index) Nearest(folded string, most int) []Near {
	found := map[int]int{}
	n := utf8.RuneCountInString(folded)
	for letters := n - most; letters <= n+most; letters++ {
		for _, id := range x.letters[letters] {
			if slips := words.Distance(folded, x.terms[id].word, most); slips <= most {
				found[id] = slips
			}
		}
	}
	near := make([]Near, 0, len(found))
	for _, id := range slices.Sorted(maps.Keys(found)) {
		near = append(near, Near{Word: x.terms[id].written, Slips: found[id], term: id})
	}
	slices.SortStableFunc(near, func(a, b Near) int { return cmp.Compare(a.Slips, b.Slips) })
	return near
}

// Near is a word of the catalogue that is like another.
type Near struct {
	Word  string
	Slips int // letters missing, too many, wrong or swapped
	term  int
}
