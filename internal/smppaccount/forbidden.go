package smppaccount

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"okno/internal/words"
)

// Destinations are the numbers that an account reaches which names none: the region's mobile numbers. Every other one costs what an
// attacker earns by it.
var Destinations = []string{"77"}

// Reaches says whether an account may send to a number in E.164.
func (a Account) Reaches(number string) bool {
	allowed := a.Destinations
	if len(allowed) == 0 {
		allowed = Destinations
	}
	return slices.ContainsFunc(allowed, func(prefix string) bool { return strings.HasPrefix(number, "+"+prefix) })
}

// Impersonates says whether a sender is Okno's, or looks so: citizens believe what comes from it. reserved are Okno's numbers and names.
func Impersonates(sender string, reserved []string) bool {
	shape := shapeOf(sender)
	return shape == shapeOf("okno") || slices.ContainsFunc(reserved, func(r string) bool { return shape == shapeOf(r) })
}

// shapeOf gives what names that look alike have in common: "0KN0", "Okno ", "ok-no".
func shapeOf(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch r {
		case '0':
			r = 'o'
		case 'l', '|':
			r = '1'
		}
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(r)
		}
	}
	return strings.Trim(b.String(), "+")
}

// codeWords begin words that stand beside a code, folded. What says it is Okno's counts as one.
var codeWords = []string{"код", "пароль", "пинкод", "пин", "подтверд", "подтвержд", "құпия", "растау", "кілт", "code", "passcode", "password",
	"otp", "pin", "verif", "kod", "parol", "kupia", "rastau", "okno", "окно"}

var (
	// group is a run of digits with what people put between them.
	group = regexp.MustCompile(`[0-9](?:[\s.\-–—_·]?[0-9])*`)
	// moments are dates, times, sums and shares: digits that are no code.
	moments = regexp.MustCompile(`\b[0-3]?[0-9]\.[01]?[0-9]\.(?:20)?[0-9]{2}\b|\b[0-2]?[0-9]:[0-5][0-9]\b`)
)

// LooksLikeCode says whether a text could pass for a one-time password: four to eight digits that stand alone, with a word beside
// them that says what they are, or nothing else at all.
func LooksLikeCode(text string) bool {
	plain := moments.ReplaceAllString(digitsPlain(text), " ")
	found := false
	rest := group.ReplaceAllStringFunc(plain, func(run string) string {
		number := words.Digits(run)
		if len(number) >= 4 && len(number) <= 8 && number != "1414" { // to name the short number is no code
			found = true
		}
		return " "
	})
	if !found {
		return false
	}
	spoken := false
	for _, word := range strings.FieldsFunc(rest, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		cyrillic, latin := words.Alike(words.Fold(word))
		for _, mark := range codeWords {
			mark = words.Fold(mark)
			if strings.HasPrefix(cyrillic, mark) || strings.HasPrefix(latin, mark) {
				return true
			}
		}
		spoken = spoken || strings.ContainsFunc(word, unicode.IsLetter)
	}
	return !spoken
}

// digitsPlain writes digits of every script as 0 to 9, and leaves out what cannot be seen.
func digitsPlain(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r > unicode.MaxASCII && unicode.IsDigit(r):
			return '0' + digitOf(r)
		case unicode.In(r, unicode.Cf, unicode.Mn):
			return -1
		}
		return r
	}, text)
}

// digitOf gives the value of a decimal digit: in Unicode those of a script follow each other.
func digitOf(r rune) rune {
	n := rune(0)
	for n < 9 && unicode.IsDigit(r-n-1) {
		n++
	}
	return n
}
