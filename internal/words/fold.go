package words

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold makes words comparable: case and accents do not matter, nor whether a phone has Kazakh letters. Each Kazakh letter is
// its Russian neighbour: ә а, ғ г, қ к, ң н, ө о, ұ ү у, һ х, і и.
func Fold(s string) string {
	for i := range len(s) {
		if b := s[i]; b >= utf8.RuneSelf || 'A' <= b && b <= 'Z' {
			return fold(s)
		}
	}
	return s
}

func fold(s string) string {
	out := make([]byte, 0, len(s))
	for _, r := range s {
		switch {
		case 'A' <= r && r <= 'Z' || 'А' <= r && r <= 'Я':
			r = unicode.ToLower(r)
		case r < utf8.RuneSelf || 'а' <= r && r <= 'я':
		default:
			if r = neighbour(unicode.ToLower(r)); r >= utf8.RuneSelf && (r < 'а' || r > 'я') {
				return foldAny(s)
			}
		}
		if r == 'й' {
			r = 'и'
		}
		out = utf8.AppendRune(out, r)
	}
	return string(out)
}

// foldAny folds what is neither ASCII nor Cyrillic.
func foldAny(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return neighbour(unicode.ToLower(r))
	}, norm.NFD.String(s))
}

// neighbour gives the Russian letter that people type for one that Russian keyboards lack.
func neighbour(r rune) rune {
	switch r {
	case 'ә':
		return 'а'
	case 'ғ':
		return 'г'
	case 'қ':
		return 'к'
	case 'ң':
		return 'н'
	case 'ө':
		return 'о'
	case 'ұ', 'ү':
		return 'у'
	case 'һ':
		return 'х'
	case 'і':
		return 'и'
	case 'ё':
		return 'е'
	}
	return r
}
