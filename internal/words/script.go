package words

import (
	"strings"
	"unicode"
)

// scripts says of which scripts a text has letters.
func scripts(s string) (latin, cyrillic bool) {
	for _, r := range s {
		switch {
		case r < 0x80:
			latin = latin || 'a' <= r|0x20 && r|0x20 <= 'z'
		case 0x400 <= r && r < 0x530:
			cyrillic = true
		case unicode.Is(unicode.Latin, r):
			latin = true
		}
	}
	return latin, cyrillic
}

// Cyrillic letters for the Latin ones that look like them, or, where none does, sound like them; and digits that are written
// for letters. Of a mix of scripts both are taken.
var (
	cyrillicLooks = map[rune]rune{'a': 'а', 'b': 'в', 'c': 'с', 'e': 'е', 'h': 'н', 'i': 'і', 'k': 'к', 'm': 'м', 'n': 'п', 'o': 'о', 'p': 'р',
		'r': 'г', 't': 'т', 'u': 'и', 'x': 'х', 'y': 'у', '0': 'о', '3': 'з', '4': 'ч', '6': 'б', 'ë': 'ё'}
	cyrillicSounds = map[rune]rune{'d': 'д', 'f': 'ф', 'g': 'г', 'l': 'л', 's': 'с', 'v': 'в', 'z': 'з', 'j': 'й', 'q': 'к', 'w': 'ш'}
	latinLooks     = map[rune]rune{'а': 'a', 'в': 'b', 'с': 'c', 'е': 'e', 'н': 'h', 'і': 'i', 'к': 'k', 'м': 'm', 'о': 'o', 'р': 'p', 'т': 't',
		'х': 'x', 'у': 'y', 'ѕ': 's', 'ј': 'j', 'п': 'n', 'г': 'r', 'и': 'u', '0': 'o', '1': 'l'}
	latinSounds = map[rune]rune{'б': 'b', 'д': 'd', 'з': 'z', 'л': 'l', 'ф': 'f'}
)

// Alike gives a word in Cyrillic and in Latin letters, by the look of its letters, folded; "" where it cannot be.
// "ctatyc" and "СTАТУС" are статус, "СТАТUS" is status. Where a digit stands for a letter it counts as that.
func Alike(word string) (cyrillic, latin string) {
	word = strings.ToLower(word)
	return Fold(lookalike(word, unicode.Cyrillic, cyrillicLooks, cyrillicSounds)), lookalike(word, unicode.Latin, latinLooks, latinSounds)
}

func lookalike(word string, script *unicode.RangeTable, looks, sounds map[rune]rune) string {
	var out strings.Builder
	for _, r := range word {
		if !unicode.Is(script, r) {
			other, ok := looks[r]
			if !ok {
				other, ok = sounds[r]
			}
			if !ok {
				return ""
			}
			r = other
		}
		out.WriteRune(r)
	}
	return out.String()
}

// Mixed says whether a word has letters of two scripts, or digits among them.
func Mixed(word string) bool {
	latin, cyrillic := scripts(word)
	return latin && cyrillic || (latin || cyrillic) && strings.ContainsAny(word, "0123456789")
}

// IsLatin says whether all letters of a word are Latin ones.
func IsLatin(word string) bool {
	latin, cyrillic := scripts(word)
	return latin && !cyrillic
}

// Unreadable says whether a text makes no sense in any language of the region, as octets do that were read by another
// alphabet: half or more of it are letters of other scripts, private or unassigned ones, or U+FFFD. Signs and pictures say
// nothing either way.
func Unreadable(s string) bool {
	strange, known := 0, 0
	for _, r := range s {
		switch {
		case r < 0x80:
			if r > ' ' && r != 0x7F {
				known++
			} else if r < ' ' && r != '\n' && r != '\r' && r != '\t' {
				strange++
			}
		case unicode.In(r, unicode.Latin, unicode.Cyrillic, unicode.Greek, unicode.Common, unicode.Inherited) && r != '\uFFFD' && !kanaZone(r):
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				known++
			}
		case unicode.Is(unicode.Nd, r):
			known++
		default:
			strange++
		}
	}
	return strange > 0 && strange >= known
}

// kanaZone are the signs of East Asia (U+3000 to U+33FF), which belong to no script of their own.
func kanaZone(r rune) bool { return 0x3000 <= r && r < 0x3400 }
