package cases

import (
	"strings"

	"okno/internal/fault"
)

// The letters of what a case is about. A list shows the subject; whoever works on the case reads the body.
const (
	MostSubject = 200
	MostBody    = 10_000
)

// The refusals of what a case is about.
var (
	ErrSubject error = &fault.Error{Kind: fault.Invalid, Field: "subject", Text: "1 to 200 letters"}
	ErrBody    error = &fault.Error{Kind: fault.Invalid, Field: "body", Text: "at most 10000 letters"}
)

// CheckText trims a subject and a body, and says what is wrong with them: ErrSubject, ErrBody. A body may be left out.
func CheckText(subject, body string) (checkedSubject, checkedBody string, err error) {
	subject, body = strings.TrimSpace(subject), strings.TrimSpace(body)
	switch {
	case subject == "" || longer(subject, MostSubject):
		return "", "", ErrSubject
	case longer(body, MostBody):
		return "", "", ErrBody
	}
	return subject, body, nil
}

// SubjectOf gives the subject of a whole text: its first line, shortened to [MostSubject] letters, the last of them … then.
func SubjectOf(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	line = strings.TrimSpace(line)
	if longer(line, MostSubject) {
		return strings.TrimSpace(string([]rune(line)[:MostSubject-1])) + "…"
	}
	return line
}

func longer(s string, most int) bool { return len(s) > most && len([]rune(s)) > most }
