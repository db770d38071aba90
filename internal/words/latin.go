package words

import (
	"strings"
	"unicode"
)

// Latin writes a Russian or Kazakh text in Latin letters that GSM 03.38 has, so
// that a segment holds 160 of them and not 70. language is "kk" or "ru"; of any
// other text the letters tell. What has no such form stays as it is.
//
// Russian goes by ICAO Doc 9303 part 3 §6 B, as in passports. Kazakh goes by the
// Latin alphabet of 2021, with gh, sh, u and i for its ğ, ş, ū and ı, which
// GSM 03.38 lacks, and its ch, ts, shch, io, iu and ia for the letters of
// Russian words.
func Latin(language, s string) string {
	own, other := russianLetters, kazakhLetters
	if language == "kk" || language != "ru" && strings.ContainsFunc(s, isKazakh) {
		own, other = kazakhLetters, russianLetters
	}
	var out strings.Builder
	runes := []rune(s)
	for i, r := range runes {
		lower := unicode.ToLower(r)
		latin, ok := own[lower]
		if !ok {
			latin, ok = other[lower]
		}
		switch {
		case !ok:
			if sign, ok := plainSigns[r]; ok {
				out.WriteString(sign)
			} else {
				out.WriteRune(r)
			}
		case r == lower:
			out.WriteString(latin)
		case allCapitals(runes, i):
			out.WriteString(strings.ToUpper(latin))
		default:
			out.WriteString(capitalised(latin))
		}
	}
	return out.String()
}

// allCapitals says whether a capital stands in a word of capitals: ЖК, not Жк.
func allCapitals(runes []rune, i int) bool {
	if i+1 < len(runes) && unicode.IsLetter(runes[i+1]) {
		return unicode.IsUpper(runes[i+1])
	}
	return i > 0 && unicode.IsUpper(runes[i-1])
}

func capitalised(s string) string {
	for i, r := range s {
		return string(unicode.ToUpper(r)) + s[i+len(string(r)):]
	}
	return s
}

// isKazakh finds the letters that Russian has not.
func isKazakh(r rune) bool { return strings.ContainsRune("әғқңөұүһі", unicode.ToLower(r)) }

var russianLetters = map[rune]string{
	'а': "a", 'б': "b", 'в': "v", 'г': "g", 'д': "d", 'е': "e", 'ё': "e", 'ж': "zh", 'з': "z", 'и': "i", 'й': "i", 'к': "k",
	'л': "l", 'м': "m", 'н': "n", 'о': "o", 'п': "p", 'р': "r", 'с': "s", 'т': "t", 'у': "u", 'ф': "f", 'х': "kh", 'ц': "ts",
	'ч': "ch", 'ш': "sh", 'щ': "shch", 'ъ': "ie", 'ы': "y", 'ь': "", 'э': "e", 'ю': "iu", 'я': "ia",
}

var kazakhLetters = map[rune]string{
	'а': "a", 'ә': "ä", 'б': "b", 'в': "v", 'г': "g", 'ғ': "gh", 'д': "d", 'е': "e", 'ё': "io", 'ж': "j", 'з': "z", 'и': "i",
	'й': "i", 'к': "k", 'қ': "q", 'л': "l", 'м': "m", 'н': "n", 'ң': "ñ", 'о': "o", 'ө': "ö", 'п': "p", 'р': "r", 'с': "s",
	'т': "t", 'у': "u", 'ұ': "u", 'ү': "ü", 'ф': "f", 'х': "h", 'һ': "h", 'ц': "ts", 'ч': "ch", 'ш': "sh", 'щ': "shch", 'ъ': "",
	'ы': "y", 'і': "i", 'ь': "", 'э': "e", 'ю': "iu", 'я': "ia",
}

// plainSigns are what typesetters write and GSM 03.38 lacks.
var plainSigns = map[rune]string{
	'«': "\"", '»': "\"", '„': "\"", '“': "\"", '”': "\"", '’': "'", '–': "-", '—': "-", '…': "...", '№': "No", '\u00a0': " ",
}
