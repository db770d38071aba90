package dialogue

import (
	"okno/internal/grammar"
	"okno/internal/words"
)

// Language is a BCP 47 language tag: "kk", "ru" or "en".
type Language = grammar.Language

// The languages in which every text exists.
const (
	Kazakh  = grammar.Kazakh
	Russian = grammar.Russian
	English = grammar.English
)

// Languages lists every language, in the order in which the language menu offers them.
var Languages = []Language{Kazakh, Russian, English}

// GuessLanguage tells the language of a message, given the one the citizen used last ("" if unknown): by its letters and its
// common words ([words.LanguageOf]). Whoever uses Kazakh last is answered in Kazakh, unless the message is in Latin letters.
func GuessLanguage(text string, last Language) Language {
	switch guess := Language(words.LanguageOf(text)); {
	case guess == "" && last == "", guess == Russian && last == "":
		return Russian
	case guess == "", guess == Russian && last == Kazakh:
		return last
	default:
		return guess
	}
}
