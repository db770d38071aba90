package grammar

import (
	"slices"
	"strconv"
	"strings"
	"sync"

	"okno/internal/words"
)

// mostHeard bounds the numbers within a row of digits: nobody says the digits of a code by thousands.
const mostHeard = 999

// alsoHeard are words that people say for digits beside those of [Say].
var alsoHeard = map[Language]map[string]string{
	Kazakh:  {"ноль": "0"},
	Russian: {"нуль": "0", "одна": "1", "одно": "1", "две": "2"},
	English: {"oh": "0", "nought": "0", "a hundred": "100"},
}

// heardNumbers are numbers by how they are said, folded, in a language.
type heardNumbers struct {
	digits  map[string]string
	longest int // in words
	words   []string
}

var heard = map[Language]func() heardNumbers{
	Kazakh:  sync.OnceValue(func() heardNumbers { return hearNumbers(Kazakh) }),
	Russian: sync.OnceValue(func() heardNumbers { return hearNumbers(Russian) }),
	English: sync.OnceValue(func() heardNumbers { return hearNumbers(English) }),
}

func hearNumbers(l Language) heardNumbers {
	h := heardNumbers{digits: map[string]string{}}
	add := func(said []string, digits string) {
		h.words = append(h.words, said...)
		h.longest = max(h.longest, len(said))
		h.digits[words.Fold(strings.Join(said, " "))] = digits
	}
	for n := range int64(mostHeard + 1) {
		said := tongues[l].cardinal(n, Form{})
		add(said, strconv.FormatInt(n, 10))
		if brief := without(said, "and"); len(brief) < len(said) {
			add(brief, strconv.FormatInt(n, 10))
		}
	}
	for said, digits := range alsoHeard[l] {
		add(strings.Fields(said), digits)
	}
	slices.Sort(h.words)
	h.words = slices.Compact(h.words)
	return h
}

func without(said []string, word string) []string {
	return slices.DeleteFunc(slices.Clone(said), func(w string) bool { return w == word })
}

// Digits reads digits that were said, one by one or as numbers: "семь четыре два" and "семьсот сорок два" are 742, "ноль двадцать" is 020. False: not
// every word belongs to a number.
func Digits(l Language, said []string) (digits string, ok bool) {
	h := heard[l]()
	for len(said) > 0 {
		read := 0
		for n := min(h.longest, len(said)); n > 0 && read == 0; n-- {
			if found, is := h.digits[words.Fold(strings.Join(said[:n], " "))]; is {
				digits += found
				read = n
			}
		}
		if read == 0 {
			return "", false
		}
		said = said[read:]
	}
	return digits, digits != ""
}

// numbered says "number" before a cardinal, as people do who choose out of a list.
var numbered = map[Language]string{Kazakh: "нөмір", Russian: "номер", English: "number"}

// NthPhrases lists how people name the n-th thing of a list, beside the cardinal alone: "second", "number two". n is 1 to 9,999.
func NthPhrases(l Language, n int) (phrases []string) {
	t := tongues[l]
	for _, f := range []Form{{}, {Gender: Feminine}, {Gender: Neuter}, {Gender: Feminine, Case: Accusative}} {
		f.Ordinal = true
		if Has(l, Count, f) {
			phrases = append(phrases, strings.Join(t.ordinal(int64(n), f), " "))
		}
	}
	phrases = append(phrases, numbered[l]+" "+strings.Join(t.cardinal(int64(n), Form{}), " "))
	slices.Sort(phrases)
	return slices.Compact(phrases)
}

// DigitWords lists the words in which digits are said.
func DigitWords(l Language) []string { return heard[l]().words }
