package catalogue

import (
	"cmp"
	"slices"
	"time"
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
	return x.find(query, l, Service.ValidOn)
}

// Renewed gives the code of a service that a query names and whose validity is over: what was known of it is being renewed.
func (x *Index) Renewed(query string, l dialogue.Language) (code string, ok bool) {
	found, _ := x.find(query, l, Service.EndedBy)
	if len(found) == 0 {
		return "", false
	}
	return found[0].Code, true
}

// find finds among those services of which told is true today.
func (x *Index) find(query string, l dialogue.Language, told func(Service, time.Time) bool) (services []Service, in dialogue.Language) {
	query = words.Normalise(query)
	today := x.clock()
	if i, named := x.named(query); named {
		switch {
		case i >= 0 && told(x.services[i], today):
			return []Service{x.services[i]}, ""
		case i >= 0 || IsCode(query):
			return nil, "" // its words would find another
		}
	}
	found := x.match(wordsOf(query), l, x.is)
	found = slices.DeleteFunc(found, func(m match) bool { return !told(x.services[m.service], today) })
	return x.best(found, l)
}

// best gives the services of the best matches, and the language whose words they match if it is not l.
func (x *Index) best(found []match, l dialogue.Language) (services []Service, in dialogue.Language) {
	// A query of several words means the services that fit most of them.
	most := 0
	for _, m := range found {
		most = max(most, m.words)
	}
	found = slices.DeleteFunc(found, func(m match) bool { return m.words < most })
	x.rank(found)
	spoken := map[dialogue.Language]int{}
	for _, m := range found[:min(len(found), mostMatches)] {
		services = append(services, x.services[m.service])
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

// rank sorts matches: the best first, among equals those that are asked for most.
func (x *Index) rank(found []match) {
	slices.SortFunc(found, func(a, b match) int {
		return cmp.Or(cmp.Compare(b.words, a.words), cmp.Compare(b.score, a.score), cmp.Compare(x.use[b.service], x.use[a.service]),
			cmp.Compare(a.service, b.service))
	})
}

// mostNamed is how many words stand beside a code that names a service: "анықтама 031".
const mostNamed = 2

// named gives the service whose code is the query, or stands in a query of few words; i is -1 for a code of none.
func (x *Index) named(query string) (i int, named bool) {
	i = -1
	list := words.All(query)
	if len(list) > mostNamed+1 {
		return i, false
	}
	for _, word := range list {
		if words.Digits(word) == "" {
			continue
		}
		if named || !IsCode(word) {
			return -1, false
		}
		named = true
		if at, ok := x.service(word); ok {
			i = at
		}
	}
	return i, named
}

// match is a service that fits words of a query.
type match struct {
	service int
	words   int // of the query, that fit
	score   int
	in      map[dialogue.Language]int // the words that fit, by language
}

// match gives the services that fit words of a query; finds gives the terms that a word may be.
func (x *Index) match(list []string, l dialogue.Language, finds func(word) []int) []match {
	type fit struct {
		score int
		in    map[dialogue.Language]bool
	}
	matches := map[int]*match{}
	for _, w := range list {
		fits := map[int]*fit{}
		for _, id := range finds(newWord(w)) {
			for _, p := range x.terms[id].places {
				f := fits[p.service]
				if f == nil {
					f = &fit{in: map[dialogue.Language]bool{}}
					fits[p.service] = f
				}
				f.in[p.language] = true
				weight := p.weight
				if p.language == l {
					weight++ // a keyword counts most, a word of the name less, and one's own language a little more
				}
				f.score = max(f.score, weight)
			}
		}
		for service, f := range fits {
			m := matches[service]
			if m == nil {
				m = &match{service: service, in: map[dialogue.Language]int{}}
				matches[service] = m
			}
			m.words++
			m.score += f.score
			for language := range f.in {
				m.in[language]++
			}
		}
	}
	found := make([]match, 0, len(matches))
	for _, m := range matches {
		found = append(found, *m)
	}
	return found
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

// is gives the terms that a word is, but for an ending, since all three languages inflect.
func (x *Index) is(w word) (terms []int) {
	add := func(ids []int, same func(term) bool) {
		for _, id := range ids {
			if same(x.terms[id]) && !slices.Contains(terms, id) {
				terms = append(terms, id)
			}
		}
	}
	for _, form := range []string{w.folded, w.looks} {
		if form != "" {
			add(x.begin[beginning(form)], func(t term) bool { return alike(t.word, form) })
		}
	}
	if w.sound != "" {
		add(x.sounds[beginning(w.sound)], func(t term) bool {
			return slices.ContainsFunc(t.sounds, func(sound string) bool { return alike(sound, w.sound) })
		})
	}
	return terms
}

// Knows says whether a word is one of the catalogue, but for an ending.
func (x *Index) Knows(s string) bool { return len(x.is(newWord(words.Fold(s)))) > 0 }

// alike says whether two folded words are the same but for an ending.
func alike(a, b string) bool {
	if a == b {
		return true
	}
	ra, rb := []rune(a), []rune(b)
	shorter := min(len(ra), len(rb))
	if shorter < leastAlike {
		return false
	}
	same := 0
	for same < shorter && ra[same] == rb[same] {
		same++
	}
	// At least four letters, and all but an ending of three on either side.
	return same >= leastAlike && len(ra)-same <= 3 && len(rb)-same <= 3
}

// wordsOf folds a text to its words, without those too short to mean anything.
func wordsOf(s string) []string {
	return slices.DeleteFunc(words.All(words.Fold(s)), func(w string) bool { return utf8.RuneCountInString(w) < 3 })
}
