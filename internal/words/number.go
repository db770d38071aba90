package words

import (
	"slices"
	"strings"
	"unicode"
)

// Digits gives the decimal digits of a text, of whatever script, in ASCII.
func Digits(s string) string {
	var found []byte
	for _, r := range s {
		switch {
		case '0' <= r && r <= '9':
			found = append(found, byte(r))
		case r > unicode.MaxASCII && unicode.Is(unicode.Nd, r):
			found = append(found, byte('0'+digit(r)))
		}
	}
	return string(found)
}

// Number gives the digits of the one number in a text, of one of some lengths: "№ 742 913-586", "дела 742913586.", "З42О13586" with
// letters for digits. Where there is none of these lengths, but one of another, it gives that. ok is false when there is none, or
// more than one, or letters among its digits that are no digits.
//
// Spaces, dashes, points and strokes join the groups of a number; a word parts two numbers. No digit is ever added, left out or
// guessed.
func Number(s string, lengths ...int) (digits string, ok bool) {
	if s = Normalise(s); slices.Contains(lengths, len(s)) && strings.Trim(s, "0123456789") == "" {
		return s, true
	}
	var found []string
	joined := false // the last piece was a number, and this one may go on with it
	for _, piece := range strings.FieldsFunc(s, parts) {
		read, kind := readPiece(piece)
		switch {
		case kind == aWord:
			joined = false
			continue
		case kind == neither:
			return "", false
		case kind == wordAndNumber:
			joined = false
		}
		if joined {
			found[len(found)-1] += read
		} else {
			found = append(found, read)
		}
		joined = true
	}
	best := -1
	for i, n := range found {
		if slices.Contains(lengths, len(n)) {
			if best >= 0 {
				return "", false
			}
			best = i
		}
	}
	switch {
	case best >= 0:
		return found[best], true
	case len(found) == 1:
		return found[0], true
	}
	return "", false
}

// parts says whether a sign parts the groups of a number, or words.
func parts(r rune) bool {
	return r == ' ' || unicode.Is(unicode.Pd, r) || strings.ContainsRune(".,/:;_=\\*!?…+'|~−", r)
}

type pieceKind int

const (
	aWord pieceKind = iota
	aNumber
	wordAndNumber // "дело742"
	neither
)

func readPiece(piece string) (digits string, kind pieceKind) {
	if !strings.ContainsAny(piece, "0123456789") {
		return "", aWord
	}
	if digits, ok := readDigits(piece); ok {
		return digits, aNumber
	}
	word, rest := Split(piece)
	_, looks := digitLooks[[]rune(word + " ")[0]]
	if digits, ok := readDigits(rest); ok && word != "" && (len([]rune(word)) > 1 || !looks) {
		return digits, wordAndNumber
	}
	return "", neither
}

// readDigits reads digits, and letters among them that look like digits; not more letters than digits.
func readDigits(s string) (string, bool) {
	var out []byte
	letters := 0
	for _, r := range s {
		if r < '0' || r > '9' {
			letters++
			other, ok := digitLooks[r]
			if !ok {
				return "", false
			}
			r = other
		}
		out = append(out, byte(r))
	}
	return string(out), len(out) > 0 && 2*letters <= len(out)
}

// digitLooks are letters that are written for digits. Those that stand for two are left out.
var digitLooks = map[rune]rune{'О': '0', 'о': '0', 'O': '0', 'o': '0', 'З': '3', 'з': '3', 'I': '1', 'l': '1', 'І': '1', 'і': '1', 'Ч': '4', 'ч': '4'}
