package search

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"okno/internal/words"
)

// The endings that are taken off a word, as they are after folding (й и, ё е, Kazakh letters their neighbours): of Russian nouns, adjectives
// and verbs; of Kazakh number, case and person; of English. These are light stemmers: two words may come to one stem, and then a search finds
// more than it should.
var (
	russian = endings(`
	иями ями ами ого его ому ему ыми ими ах ях ам ям ом ем ов ев еи ои ыи ии ая яя ое ее ые ие ую юю ия ию ью а я о е ы и у ю ь
	ать ять ить еть ла ло ли ет ит ут ют ат ят ешь ишь ал ял ил ел`)
	kazakh = endings(`
	лар лер дар дер тар тер нын нин дын дин тын тин га ге ка ке ны ни ды ди ты ти да де та те дан ден тан тен нан нен
	мен бен пен ым им сы си`)
	english = endings(`ingly edly ings ing ed es s ly er`)
)

// leastStem is the letters that a stem keeps.
const leastStem = 4

// endings lists endings, the longest first.
func endings(list string) []string {
	all := strings.Fields(list)
	slices.SortStableFunc(all, func(a, b string) int { return len(b) - len(a) })
	return all
}

// Stem gives the stems of a word, folded: Russian and Kazakh share letters, so a word has one by the rules of each, and is found by either.
// None of a word that is too short to be looked for.
func Stem(word string) []string {
	word = words.Fold(word)
	if utf8.RuneCountInString(word) < LeastPrefix {
		return nil
	}
	first, _ := utf8.DecodeRuneInString(word)
	switch {
	case unicode.IsDigit(first):
		return []string{word}
	case first < utf8.RuneSelf:
		return []string{strip(word, english)}
	}
	agglutinated := word
	for { // Kazakh puts one suffix behind the other
		shorter := strip(agglutinated, kazakh)
		if shorter == agglutinated {
			break
		}
		agglutinated = shorter
	}
	inflected := strip(word, russian)
	if inflected == agglutinated {
		return []string{inflected}
	}
	return []string{inflected, agglutinated}
}

func strip(word string, known []string) string {
	for _, ending := range known {
		if stem, found := strings.CutSuffix(word, ending); found && utf8.RuneCountInString(stem) >= leastStem {
			return stem
		}
	}
	return word
}

// These bound what one text is found by: 3 KB of tokens, the different words of some four pages; of a talk 32 KB, those of four hours.
const mostStems, mostOfTalk = 400, 4000

// Stems gives the stems by which a text is found: of a long one those of its beginning.
func Stems(text string) []string { return stemsUpTo(text, mostStems) }

// StemsOfTalk gives the stems by which a talk is found.
func StemsOfTalk(text string) []string { return stemsUpTo(text, mostOfTalk) }

func stemsUpTo(text string, most int) (stems []string) {
	seen := map[string]bool{}
	for _, word := range words.All(words.Normalise(text)) {
		for _, stem := range Stem(word) {
			if len(stems) == most {
				return stems
			}
			if !seen[stem] {
				seen[stem] = true
				stems = append(stems, stem)
			}
		}
	}
	return stems
}
