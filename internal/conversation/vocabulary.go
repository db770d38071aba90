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
	type outcomes = map[string]map[string]dialogue.Type
	type values = map[string]dialogue.Type
	return &dialogue.Vocabulary{
		Actions: map[string]dialogue.Action{
			"service.find": {
				Inputs:   values{"query": dialogue.TypeText},
				Optional: values{"asked": dialogue.TypeText}, // the query answers a question for a code: 31 is 031
				Outcomes: outcomes{
					"found":   {"code": dialogue.TypeCode, "name": dialogue.TypeText, "short": dialogue.TypeText, "spoken": dialogue.TypeText},
					"several": {"matches": dialogue.TypeList},
					"unknown": {},
				},
			},
			"service.categories":  {Outcomes: outcomes{"found": {"categories": dialogue.TypeList}}},
			"service.in_category": {Inputs: values{"category": dialogue.TypeText}, Outcomes: outcomes{"found": {"matches": dialogue.TypeList}}},
			"case.status": {
				Inputs: values{"case": dialogue.TypeCaseNumber},
				Outcomes: outcomes{
					"found":      {"stage": dialogue.TypePhrase, "next": dialogue.TypePhrase, "due": dialogue.TypeDate},
					"settled":    {"stage": dialogue.TypePhrase, "next": dialogue.TypePhrase},
					"stage_only": {"stage": dialogue.TypePhrase}, // somebody else's, or nobody knows whose number this is
					"unknown":    {},
				},
			},
			"passcode.fetch": {Outcomes: outcomes{"found": {"code": dialogue.TypeSecret}, "none": {}, "unbound": {}}},
			"words.correct": {
				Inputs:   values{"text": dialogue.TypeText},
				Outcomes: outcomes{"corrected": {"text": dialogue.TypeText}, "none": {}},
			},
			"appeal.file":   {Inputs: values{"text": dialogue.TypeText}, Outcomes: outcomes{"opened": {"case": dialogue.TypeCaseNumber}}},
			"appeal.open":   {Outcomes: outcomes{"opened": {"case": dialogue.TypeCaseNumber}}},
			"callback.open": {Outcomes: outcomes{"opened": {"case": dialogue.TypeCaseNumber}, "no_number": {}}},
			"notices.stop":  {Outcomes: outcomes{"done": {}}},
			"notices.start": {Outcomes: outcomes{"done": {}}},
			"sms.send":      {Writes: true, Outcomes: outcomes{"sent": {}, "no_number": {}}},
		},
		Entries: map[string]dialogue.Entry{
			"case_number": {Type: dialogue.TypeCaseNumber, MinDigits: cases.NumberDigits, MaxDigits: cases.NumberDigits,
				Parse: cases.ParseNumber, Reasons: []string{cases.RefusedForm, cases.RefusedLength, cases.RefusedCheckDigit},
				Near: cases.RefusedCheckDigit},
			"service_code": {Type: dialogue.TypeCode, MinDigits: 3, MaxDigits: 3, Parse: parseCode, Reasons: []string{"length"}},
		},
		Texts: map[string]values{
			slowDown:        {},
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
