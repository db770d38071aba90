// Package evaluation is how well a contact was served, as a supervisor answers the questions of a form. It says what a form asks, and what its
// answers come to. It knows no storage.
package evaluation

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"okno/internal/dialogue"
	"okno/internal/fault"
)

// Kind is how a question is answered.
type Kind string

// The kinds.
const (
	YesNo Kind = "yes_no"
	Scale Kind = "scale" // 1 to 5
)

// Question is a line of a form.
type Question struct {
	Texts    map[dialogue.Language]string `json:"texts"`
	Kind     Kind                         `json:"kind"`
	Weight   int                          `json:"weight"`
	Optional bool                         `json:"optional"` // it may be "not applicable"
	Critical bool                         `json:"critical"` // a no makes the whole 0
}

// Form is a list of questions, by which the contacts of some queues are evaluated. Each change is a version: an evaluation keeps that by which it
// was made.
type Form struct {
	Name      string
	Version   int64 // 0 of one that is new
	Title     map[dialogue.Language]string
	Questions []Question
	Queues    []string // each queue has one form
	Ended     bool     // nothing is evaluated by it any more
}

const (
	mostQuestions = 30
	mostWeight    = 100
	mostLetters   = 200 // of a title, and of a question
	mostName      = 32
)

var names = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*$`)

// Check tidies a form, and says what is wrong with it.
func (f *Form) Check() (err error) {
	if !names.MatchString(f.Name) || len(f.Name) > mostName {
		return invalid("name", fmt.Sprintf("a name has small letters, digits, - and _, %d at most", mostName))
	}
	if f.Title, err = inEachLanguage("title", f.Title); err != nil {
		return err
	}
	if n := len(f.Questions); n == 0 || n > mostQuestions {
		return invalid("questions", fmt.Sprintf("a form has 1 to %d questions", mostQuestions))
	}
	f.Questions = slices.Clone(f.Questions)
	for i := range f.Questions {
		q, field := &f.Questions[i], fmt.Sprintf("questions.%d.", i)
		if q.Texts, err = inEachLanguage(field+"texts", q.Texts); err != nil {
			return err
		}
		switch {
		case q.Kind != YesNo && q.Kind != Scale:
			return invalid(field+"kind", "a question is answered by yes_no or scale")
		case q.Weight < 1 || q.Weight > mostWeight:
			return invalid(field+"weight", fmt.Sprintf("a weight is 1 to %d", mostWeight))
		case q.Critical && q.Kind != YesNo:
			return invalid(field+"critical", "only a question that is answered by yes or no is critical")
		}
	}
	f.Queues = slices.Compact(slices.Sorted(slices.Values(f.Queues)))
	return nil
}

// inEachLanguage tidies a text that is wanted in each language.
func inEachLanguage(field string, texts map[dialogue.Language]string) (map[dialogue.Language]string, error) {
	tidied := map[dialogue.Language]string{}
	for _, l := range dialogue.Languages {
		tidied[l] = strings.Join(strings.Fields(texts[l]), " ")
		if n := utf8.RuneCountInString(tidied[l]); n == 0 || n > mostLetters {
			return nil, invalid(field+"."+string(l), fmt.Sprintf("a text in each language: %s has %d letters, and may have 1 to %d", l, n, mostLetters))
		}
	}
	return tidied, nil
}

func invalid(field, text string) error {
	return &fault.Error{Kind: fault.Invalid, Field: field, Text: text}
}
