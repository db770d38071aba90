package dialogue

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// kazakh maps the letters that Russian keyboards lack to those that people type instead.
var kazakh = strings.NewReplacer("ә", "а", "ғ", "г", "қ", "к", "ң", "н", "ө", "о", "ұ", "у", "ү", "у", "һ", "х", "і", "и")

// Fold makes words comparable: case and accents do not matter, nor whether a phone has Kazakh letters.
func Fold(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(s))
	return kazakh.Replace(s)
}

// GuessLanguage tells the language of a message, given the one the citizen used last ("" if unknown): Kazakh by its own
// letters, English by Latin ones, else the last Cyrillic one.
func GuessLanguage(text string, last Language) Language {
	var cyrillic, latin int
	for _, r := range strings.ToLower(text) {
		switch {
		case strings.ContainsRune("әғқңөұүһі", r):
			return Kazakh
		case unicode.Is(unicode.Cyrillic, r):
			cyrillic++
		case unicode.Is(unicode.Latin, r):
			latin++
		}
	}
	switch {
	case latin > cyrillic:
		return English
	case cyrillic > 0 && last != Kazakh:
		return Russian
	case last != "":
		return last
	}
	return Russian
}
