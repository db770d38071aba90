// Package memo is what colleagues write to each other at their desks, and how one names another in a note. It knows no storage.
package memo

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"okno/internal/fault"
)

// mostLetters is the longest memo: what is longer is a case's matter, or a talk's.
const mostLetters = 1000

// mostNamed is how many colleagues one note may name.
const mostNamed = 10

// The refusals. Each is safe to show.
var (
	ErrText error = &fault.Error{Kind: fault.Invalid, Field: "text", Text: "a message has 1 to 1000 letters"}
	ErrTo   error = &fault.Error{Kind: fault.Invalid, Field: "to", Text: "there is no such colleague"}
)

// Memo is what an agent has written to a colleague, or a note that names the colleague.
type Memo struct {
	ID       int64
	From, To int64
	At       time.Time
	Text     string
	Read     bool

	// A memo that is a note in which the colleague is named has one of these.
	Interaction int64  // of the contact
	Case        int64  // an id
	Number      string // of that case
}

// Mention says whether the memo is a note in which the colleague is named.
func (m Memo) Mention() bool { return m.Interaction != 0 || m.Case != 0 }

// Tidy gives a text without the space around it. [ErrText].
func Tidy(text string) (string, error) {
	text = strings.TrimSpace(text)
	if n := utf8.RuneCountInString(text); n == 0 || n > mostLetters {
		return "", ErrText
	}
	return text, nil
}

var names = regexp.MustCompile(`(?:^|[^\p{L}\p{N}@._-])@([\p{L}\p{N}][\p{L}\p{N}._-]*)`)

// Named gives the logins that a note names by an @, each once, ten at most. An address of mail names nobody.
func Named(note string) (logins []string) {
	for _, found := range names.FindAllStringSubmatch(note, -1) {
		login := strings.ToLower(strings.TrimRight(found[1], ".-_"))
		if !slices.Contains(logins, login) && len(logins) < mostNamed {
			logins = append(logins, login)
		}
	}
	return logins
}

// OfNote is a note as a colleague who is named in it reads it: one that is longer than a memo is cut.
func OfNote(note string) string {
	if letters := []rune(note); len(letters) > mostLetters {
		return string(letters[:mostLetters-1]) + "…"
	}
	return note
}
