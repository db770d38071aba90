package conversation

import (
	"okno/internal/cases"
	"okno/internal/catalogue"
	"okno/internal/citizen"
	"okno/internal/dialogue"
	"okno/internal/words"
)

// Vocabulary is what a dialogue may have done here, and the kinds of entry it may ask for. Segments counts the SMS
// segments of a text, for the checks.
func Vocabulary(segments func(string) int) *dialogue.Vocabulary {
	return &dialogue.Vocabulary{
		Actions: signatures(),
		Entries: map[string]dialogue.Entry{
			"case_number": {Type: dialogue.TypeCaseNumber, MinDigits: cases.NumberDigits, MaxDigits: cases.LongNumberDigits, Whole: cases.WholeNumber,
				Parse: cases.ParseNumber, Reasons: []string{cases.RefusedForm, cases.RefusedLength, cases.RefusedCheckDigit},
				Near: cases.RefusedCheckDigit},
			"national_number":   {Type: dialogue.TypeSecret, MinDigits: nationalDigits, MaxDigits: nationalDigits, Parse: parseNational, Reasons: []string{"length", "check_digit"}},
			"secret_digits":     {Type: dialogue.TypeSecret, MinDigits: citizen.PINDigits, MaxDigits: citizen.PINDigits, Parse: parseSecret, Reasons: []string{"length"}},
			"rating":            {Type: dialogue.TypeDigits, MinDigits: 1, MaxDigits: 1, Parse: parseRating, Reasons: []string{"form"}},
			"service_code":      codeEntry(catalogue.CodeDigits),
			"long_service_code": codeEntry(catalogue.LongCodeDigits),
		},
		Texts: map[string]values{
			slowDownText:    {},
			whyAgain:        {},
			whyAway:         {},
			askingText:      {},
			unreachedText:   {},
			inWritingText:   {},
			promisedText:    {"opens": dialogue.TypePhrase, "day": dialogue.TypeDate, "time": dialogue.TypeTime},
			stepText:        {"case": dialogue.TypeCaseNumber, "stage": dialogue.TypePhrase, "next": dialogue.TypePhrase},
			closedText:      {"case": dialogue.TypeCaseNumber, "stage": dialogue.TypePhrase},
			mergedText:      {"case": dialogue.TypeCaseNumber, "other": dialogue.TypeCaseNumber, "stage": dialogue.TypePhrase},
			joinedText:      {"case": dialogue.TypeCaseNumber, "stage": dialogue.TypePhrase},
			stepDueText:     {"case": dialogue.TypeCaseNumber, "stage": dialogue.TypePhrase, "next": dialogue.TypePhrase, "due": dialogue.TypeDate},
			reminderText:    {"case": dialogue.TypeCaseNumber, "office": dialogue.TypeText, "address": dialogue.TypeText, "day": dialogue.TypeDate, "time": dialogue.TypeTime},
			placeFreeText:   {"case": dialogue.TypeCaseNumber, "office": dialogue.TypeText, "day": dialogue.TypeDate, "time": dialogue.TypeTime, "until": dialogue.TypeTime},
			feeText:         {"what": dialogue.TypeText, "amount": dialogue.TypeMoney, "url": dialogue.TypeText},
			paidText:        {"what": dialogue.TypeText, "amount": dialogue.TypeMoney},
			dueText:         {"what": dialogue.TypeText, "amount": dialogue.TypeMoney},
			passcodeMessage: {"code": dialogue.TypeSecret, "minutes": dialogue.TypeCount},
			boundText:       {"number": dialogue.TypeText},
			unboundText:     {"number": dialogue.TypeText},
			passcodeBrief:   {"code": dialogue.TypeSecret, "minutes": dialogue.TypeCount},
		},
		Limits:   map[string]int{passcodeMessage: 1, passcodeBrief: 1}, // a password is never split
		Segments: segments,
	}
}

// nationalDigits is the length of the first kind of national number, which citizens key.
var nationalDigits = citizen.Kinds[0].Lengths()[0]

// parseNational reads a national number of the first kind.
func parseNational(s string) (number, refused string) {
	digits := words.Digits(s)
	if len(digits) != nationalDigits {
		return "", "length"
	}
	number, err := citizen.ParseNationalNumber(citizen.Kinds[0], digits)
	if err != nil {
		return "", "check_digit"
	}
	return number, ""
}

// parseSecret reads a PIN or a code, in six digits.
func parseSecret(s string) (secret, refused string) {
	if secret = words.Digits(s); len(secret) != citizen.PINDigits {
		return "", "length"
	}
	return secret, ""
}

// codeEntry is the entry of a service's code of so many digits.
func codeEntry(digits int) dialogue.Entry {
	return dialogue.Entry{Type: dialogue.TypeCode, MinDigits: digits, MaxDigits: digits, Parse: parseCode(digits), Reasons: []string{"length"}}
}

// parseCode reads a service's code, as "031", "№ 031." or "No. 031".
func parseCode(digits int) func(s string) (code, refused string) {
	return func(s string) (code, refused string) {
		code = words.Normalise(s)
		if sign, rest := words.Split(code); words.Fold(sign) == "no" || words.Fold(sign) == "n" {
			code = rest
		}
		if !catalogue.IsCode(code) || len(code) != digits {
			return "", "length"
		}
		return code, ""
	}
}
