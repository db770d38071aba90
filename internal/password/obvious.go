package password

import (
	_ "embed"
	"math"
	"strings"
	"unicode"
)

// obviousWords are what passwords of leaks are made of: the commonest passwords themselves, and the names, words, teams, towns and
// keyboard patterns of English, Russian and Kazakh in them. The list was written down from what is commonly known of such leaks; it is
// copied from none. Each word stands for all that is usually done to it: capitals, figures for letters, years, digits and marks around
// it, repetitions, and a second word beside it. So some thousand words refuse far more passwords than they are.
//
//go:embed obvious.txt
var obviousWords string

var obvious = func() map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.Fields(obviousWords) {
		set[word] = true
		set[plain(word)] = true
	}
	return set
}()

// longestWord is the longest one in the list, in letters.
const longestWord = 20

// keyboards are rows and columns of keys, along which fingers run.
var keyboards = withReverse("qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "azertyuiop", "йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю",
	"1234567890", "qazwsxedcrfvtgbyhnujmikolp", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "1q2w3e4r5t6y7u8i9o0p", "abcdefghijklmnopqrstuvwxyz",
	"абвгдежзийклмнопрстуфхцчшщъыьэюя", "!@#$%^&*()")

func withReverse(rows ...string) []string {
	for _, row := range rows {
		letters := []rune(row)
		for i, j := 0, len(letters)-1; i < j; i, j = i+1, j-1 {
			letters[i], letters[j] = letters[j], letters[i]
		}
		rows = append(rows, string(letters))
	}
	return rows
}

// The bits that each part of a password is worth, as somebody guesses who knows what people do: which of the listed words, where a run
// begins and how long it is, what is repeated. What has no pattern is worth what a random one of its kind is.
const (
	wordBits   = 10 // of about a thousand
	runBits    = 6
	copyBits   = 2
	ownBits    = 1
	digitBits  = 3.3
	letterBits = 4.7
	markBits   = 3
	spaceBits  = 1 // what stands between words
)

// leastRun and leastCopy are the characters from which on a run or a repetition is taken for one.
const leastRun, leastCopy = 3, 3

// mostLooked is how much of a password is looked at, in characters: what is longer has enough in these.
const mostLooked = 64

// bits are what a password is worth to somebody who guesses and knows whose it is: the cheapest way to put it together.
func bits(password string, own []string) float64 {
	raw := []rune(strings.ToLower(password))
	raw = raw[:min(len(raw), mostLooked)]
	text := []rune(plain(string(raw)))
	if len(text) != len(raw) {
		text = raw
	}
	best := make([]float64, len(raw)+1)
	for end := 1; end <= len(raw); end++ {
		best[end] = best[end-1] + single(raw[end-1])
		for start := 0; start < end; start++ {
			if worth := partBits(raw, text, start, end, own); best[start]+worth < best[end] {
				best[end] = best[start] + worth
			}
		}
	}
	return best[len(raw)]
}

// partBits is what a part is worth as a whole; infinite when it is no pattern.
func partBits(raw, text []rune, start, end int, own []string) float64 {
	part, meant := string(raw[start:end]), string(text[start:end])
	length := end - start
	for _, word := range own {
		if part == word || meant == word {
			return ownBits
		}
	}
	switch {
	case length >= leastCopy && start >= length && strings.Contains(string(raw[:start]), part):
		return copyBits
	case length >= leastRun && isRun(raw[start:end]):
		return runBits
	case length <= longestWord && (obvious[part] || obvious[meant]):
		return wordBits
	case length == 4 && isYear(part):
		return runBits
	}
	return math.Inf(1)
}

func isRun(part []rune) bool {
	same := true
	for _, r := range part {
		same = same && r == part[0]
	}
	if same {
		return true
	}
	for _, row := range keyboards {
		if strings.Contains(row, string(part)) {
			return true
		}
	}
	return false
}

func isYear(part string) bool {
	return (strings.HasPrefix(part, "19") || strings.HasPrefix(part, "20")) && strings.Trim(part, "0123456789") == ""
}

func single(r rune) float64 {
	switch {
	case unicode.IsDigit(r):
		return digitBits
	case unicode.IsLetter(r):
		return letterBits
	case strings.ContainsRune(" -_.,", r):
		return spaceBits
	}
	return markBits
}

var figures = strings.NewReplacer("@", "a", "4", "a", "3", "e", "1", "i", "!", "i", "0", "o", "$", "s", "5", "s", "7", "t", "8", "b", "9", "g", "ё", "е")

// plain undoes the figures and marks that stand for letters.
func plain(text string) string { return figures.Replace(text) }
