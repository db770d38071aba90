package dialogue

import "okno/internal/words"

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
