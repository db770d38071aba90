package search

import (
	"errors"
	"strings"

	"okno/internal/cases"
	"okno/internal/citizen"
	"okno/internal/fault"
	"okno/internal/phone"
	"okno/internal/words"
)

// Query is what a person looks for. At least one field is set.
type Query struct {
	Number   string     // a telephone number, E.164
	National string     // a national number
	Case     string     // a case's number
	Names    []string   // the beginnings of names, each of at least [LeastPrefix] letters
	Stems    [][]string // of each word of a case's subject, any of which finds it
}

// mostLetters is the longest text that is looked for, in bytes; MostWords is how many of its words count.
const mostLetters, MostWords = 200, 8

// ErrQuery says that there is nothing to look for.
var ErrQuery error = &fault.Error{Kind: fault.Invalid, Text: "give a telephone number, a national number, the number of a case, or three letters of a name or a word", Err: errors.New("nothing to look for")}

// Parse reads what a person typed: a number of any kind with or without spaces, or words. [ErrQuery].
func Parse(text string) (q Query, err error) {
	text = words.Normalise(text)
	if text == "" || len(text) > mostLetters {
		return q, ErrQuery
	}
	if !strings.ContainsFunc(text, func(r rune) bool { return !strings.ContainsRune("0123456789+-() .", r) }) {
		return number(text)
	}
	for _, word := range words.All(text) {
		if len(q.Names) == MostWords {
			break
		}
		if prefix, ok := Prefix(word); ok {
			q.Names = append(q.Names, prefix)
		}
		if stems := Stem(word); stems != nil {
			q.Stems = append(q.Stems, stems)
		}
	}
	if len(q.Names) == 0 && len(q.Stems) == 0 {
		return q, ErrQuery
	}
	return q, nil
}

// number reads digits: what they can be, they are looked for as.
func number(text string) (q Query, err error) {
	digits := words.Digits(text)
	if len(digits) == cases.NumberDigits || len(digits) == cases.LongNumberDigits {
		q.Case = digits
	}
	for _, kind := range citizen.Kinds {
		if _, err := citizen.ParseNationalNumber(kind, digits); err == nil {
			q.National = digits
		}
	}
	if len(digits) >= 10 {
		if parsed, err := phone.Parse(text); err == nil {
			q.Number = parsed
		}
	}
	if q.Case == "" && q.National == "" && q.Number == "" {
		return q, ErrQuery
	}
	return q, nil
}
