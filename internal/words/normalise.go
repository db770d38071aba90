package words

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Normalise gives a text as it is to be understood: NFKC; without format characters (U+200B, U+202A, U+FEFF); every space
// and line break one space; quotes, brackets and signs for "number" spaces; decimal digits of any script in ASCII; without
// spaces and punctuation at either end. Case and letters stay. A normalised text normalises to itself.
func Normalise(s string) string { return trim(Clean(s)) }

// Clean is Normalise, but for the punctuation at the ends: the form in which a text is handed on, to be searched for or
// shown. Invalid UTF-8 becomes U+FFFD.
func Clean(s string) string {
	if plain(s) {
		return s
	}
	// Each round takes away what the one before has brought forth: without a format character between them, a letter and its
	// accent are one.
	for range mostRounds {
		next := clean(s)
		if next == s {
			break
		}
		s = next
	}
	return s
}

var lineBreaks = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\v", "\n", "\f", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n")

// CleanLines is Clean for a text of several lines, which stay; without empty lines at either end.
func CleanLines(s string) string {
	lines := strings.Split(lineBreaks.Replace(s), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimSpace(Clean(line))
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// mostRounds is more than any text needs, as FuzzNormalise shows; it bounds the work on hostile ones.
const mostRounds = 8

func clean(s string) string {
	s = norm.NFKC.String(strings.Map(func(r rune) rune {
		switch {
		case numberSign(r):
			return ' ' // before NFKC, which makes letters of it: No
		case unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD")))
	out := make([]byte, 0, len(s))
	var before rune
	for i, r := range s {
		switch after, _ := utf8.DecodeRuneInString(s[i+utf8.RuneLen(r):]); {
		case apostrophe(r):
			if r = ' '; unicode.IsLetter(before) && unicode.IsLetter(after) {
				r = '\''
			}
		case blank(r):
			r = ' '
		case r > unicode.MaxASCII && unicode.Is(unicode.Nd, r):
			r = '0' + digit(r)
		case unicode.IsControl(r):
			continue
		}
		if r == ' ' && (len(out) == 0 || out[len(out)-1] == ' ') {
			continue
		}
		out = utf8.AppendRune(out, r)
		before = r
	}
	return strings.TrimSuffix(string(out), " ")
}

// plain says of most texts that they are clean already: ASCII and Cyrillic, single spaces, neither quotes nor brackets.
func plain(s string) bool {
	before := byte(' ')
	for i := 0; i < len(s); {
		b := s[i]
		if b < utf8.RuneSelf {
			if b < ' ' || b == 0x7F || b == ' ' && before == ' ' || blank(rune(b)) && b != ' ' || apostrophe(rune(b)) || numberSign(rune(b)) {
				return false
			}
			before = b
			i++
			continue
		}
		// The Cyrillic letters, of which none is another's composition: two octets each.
		if i+1 == len(s) || s[i+1]&0xC0 != 0x80 ||
			!(b == 0xD0 || b == 0xD1 && s[i+1] <= 0x9F || b == 0xD2 && s[i+1] >= 0x90 || b == 0xD3 && s[i+1] >= 0x90) {
			return false
		}
		before = b
		i += 2
	}
	return before != ' ' || s == ""
}

// trim takes off what stands before the first word and behind the last.
func trim(s string) string {
	return strings.TrimFunc(s, func(r rune) bool {
		return r == ' ' || r == '\'' || unicode.IsPunct(r)
	})
}

func numberSign(r rune) bool { return r == '№' || r == '#' }

// blank says whether a sign only parts words: spaces, quotes, brackets.
func blank(r rune) bool {
	if r == ' ' || r == '\n' || r == '\r' || r == '\t' || r == '"' || r == '(' || r == ')' || r == '[' || r == ']' || r == '{' || r == '}' || r == '<' || r == '>' {
		return true
	}
	return r > unicode.MaxASCII && (unicode.IsSpace(r) || unicode.In(r, unicode.Z, unicode.Ps, unicode.Pe, unicode.Pi, unicode.Pf))
}

// apostrophe says whether a sign is a quote, or stands within a word: O'Neill.
func apostrophe(r rune) bool {
	return r == '\'' || r == '’' || r == '‘' || r == 'ʼ' || r == '`' || r == '´'
}

// digit gives the value of a decimal digit: those of a script stand together from zero on (Unicode 15, §4.6).
func digit(r rune) rune {
	for _, table := range unicode.Nd.R16 {
		if rune(table.Lo) <= r && r <= rune(table.Hi) {
			return (r - rune(table.Lo)) % 10
		}
	}
	for _, table := range unicode.Nd.R32 {
		if rune(table.Lo) <= r && r <= rune(table.Hi) {
			return (r - rune(table.Lo)) % 10
		}
	}
	return 0
}

// Split parts a normalised text into its leading word and the rest: "СТАТУС:742" is СТАТУС and 742, "STATUS742" STATUS and
// 742. A text that does not begin with a letter has no word. rest is normalised.
func Split(s string) (word, rest string) {
	s = strings.TrimLeftFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for i, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsMark(r) && r != '\'' {
			word = s[:i]
			return strings.TrimRight(word, "'"), trim(s[i:])
		}
	}
	return s, ""
}

// Spelt gives the word of a text that is spelt, letter by letter: "S T O P" and "s.t.o.p" are STOP and stop; "" of any other.
func Spelt(s string) string {
	letters := All(s)
	if len(letters) < 3 {
		return ""
	}
	for _, l := range letters {
		if r, size := utf8.DecodeRuneInString(l); size != len(l) || !unicode.IsLetter(r) {
			return ""
		}
	}
	return strings.Join(letters, "")
}

// All gives the words and numbers of a text.
func All(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) && r != '\''
	})
}
