package conversation

import (
	"okno/internal/cases"
	"okno/internal/catalogue"
	"okno/internal/dialogue"
	"okno/internal/words"
)

// Vocabulary is what a dialogue may have done here, and the kinds of entry it may ask for. Segments counts the SMS
// segments of a text, for the checks.
func Vocabulary(segments func(string) int) *dialogue.Vocabulary {
	return &dialogue.Vocabulary{
		Actions: signatures(),
		Entries: map[string]dialogue.Entry{
			"case_number": {Type: dialogue.TypeCaseNumber, MinDigits: cases.NumberDigits, MaxDigits: cases.NumberDigits,
				Parse: cases.ParseNumber, Reasons: []string{cases.RefusedForm, cases.RefusedLength, cases.RefusedCheckDigit},
				Near: cases.RefusedCheckDigit},
			"service_code": {Type: dialogue.TypeCode, MinDigits: 3, MaxDigits: 3, Parse: parseCode, Reasons: []string{"length"}},
		},
		Texts: map[string]values{
			slowDownText:    {},
			passcodeMessage: {"code": dialogue.TypeSecret, "minutes": dialogue.TypeCount},
			passcodeBrief:   {"code": dialogue.TypeSecret, "minutes": dialogue.TypeCount},
		},
		Limits:   map[string]int{passcodeMessage: 1, passcodeBrief: 1}, // a password is never split
		Segments: segments,
	}
}

// parseCode reads a service's code, as "031", "№ 031." or "No. 031".
func parseCode(s string) (code, refused string) {
	code = words.Normalise(s)
	if sign, rest := words.Split(code); words.Fold(sign) == "no" || words.Fold(sign) == "n" {
		code = rest
	}
	if !catalogue.IsCode(code) {
		return "", "length"
	}
	return code, ""
}
