package words

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Sound gives the form in which words in Latin letters are compared, however they were transliterated: "pomoshch", "pomosh"
// and "pomosch" are pomosh, "toqta" and "tokta" tokta, "küii" and "kuyi" kui.
func Sound(latin string) string {
	latin = soundMarks.Replace(strings.ToLower(latin))
	var letters []byte
	for _, r := range norm.NFD.String(latin) {
		if 'a' <= r && r <= 'z' || '0' <= r && r <= '9' {
			letters = append(letters, byte(r))
		} else if unicode.IsLetter(r) {
			return "" // another script
		}
	}
	sound := soundLetters.Replace(string(letters))
	var out []byte
	for i := range len(sound) {
		if i == 0 || sound[i] != sound[i-1] || '0' <= sound[i] && sound[i] <= '9' {
			out = append(out, sound[i])
		}
	}
	return string(out)
}

// Letters with marks that change their sound (the Latin alphabets of Kazakhstan, ISO 9).
var soundMarks = strings.NewReplacer("ş", "sh", "š", "sh", "ŝ", "sh", "ç", "ch", "č", "ch", "ž", "zh", "ı", "i", "ŋ", "n")

// What is written in several ways, the longer first.
var soundLetters = strings.NewReplacer("shch", "sh", "sch", "sh", "tsch", "ch", "zh", "j", "kh", "h", "gh", "g", "q", "k", "ck", "k", "x", "ks", "w", "v",
	"ya", "ia", "yu", "iu", "yo", "e", "io", "e", "ye", "e", "y", "i", "ph", "f", "ie", "e")

// Sounds gives the sounds of a word of a language ("kk", "ru") in every transliteration that people use: Okno's own of both
// languages (Latin), and ISO 9's. A word in Latin letters has one.
func Sounds(word string) []string {
	if IsLatin(word) {
		return []string{Sound(word)}
	}
	lower := strings.ToLower(word)
	var found []string
	for _, latin := range []string{Latin("ru", lower), Latin("kk", lower), iso9.Replace(lower), Latin("ru", Fold(lower))} {
		found = append(found, Sound(latin))
	}
	return found
}

// iso9 is ISO 9:1995 without its marks, as people type it, with the letters of Kazakh by their neighbours.
var iso9 = strings.NewReplacer("а", "a", "ә", "a", "б", "b", "в", "v", "г", "g", "ғ", "g", "д", "d", "е", "e", "ё", "e", "ж", "j", "з", "z", "и", "i",
	"й", "j", "к", "k", "қ", "k", "л", "l", "м", "m", "н", "n", "ң", "n", "о", "o", "ө", "o", "п", "p", "р", "r", "с", "s", "т", "t", "у", "u",
	"ұ", "u", "ү", "u", "ф", "f", "х", "h", "һ", "h", "ц", "c", "ч", "ch", "ш", "sh", "щ", "sh", "ъ", "", "ы", "y", "і", "i", "ь", "", "э", "e",
	"ю", "ju", "я", "ja")
