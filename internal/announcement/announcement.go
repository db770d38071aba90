// Package announcement is what every caller hears before anything else while it is on: the telephone of the centre is out of order, a river is
// over its banks.
package announcement

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"okno/internal/dialogue"
	"okno/internal/fault"
)

// mostLetters is the longest text: at the pace of speech half a minute. Nobody listens longer for what is not their question.
const mostLetters = 400

// Announcement is one, which is on from a moment to another.
type Announcement struct {
	ID       int64
	Texts    map[dialogue.Language]string // in every language
	Prefixes []string                     // of the numbers that hear it, "+77272"; none: everybody
	OnAt     time.Time
	OffAt    time.Time // zero while it is on
	By       string    // who switched it on
}

var isPrefix = regexp.MustCompile(`^\+\d{1,14}$`)

// Check tidies an announcement, and says what is wrong with it.
func (a *Announcement) Check() error {
	for l := range a.Texts {
		if !slices.Contains(dialogue.Languages, l) {
			return invalid("texts", fmt.Sprintf("%q is no language of the line", l))
		}
	}
	given := a.Texts
	a.Texts = map[dialogue.Language]string{}
	for _, l := range dialogue.Languages {
		a.Texts[l] = strings.Join(strings.Fields(given[l]), " ")
		if n := utf8.RuneCountInString(a.Texts[l]); n == 0 || n > mostLetters {
			return invalid("texts", fmt.Sprintf("a text in each language: %s has %d letters, and may have 1 to %d", l, n, mostLetters))
		}
	}
	for i, prefix := range a.Prefixes {
		a.Prefixes[i] = strings.TrimSpace(prefix)
		if !isPrefix.MatchString(a.Prefixes[i]) {
			return invalid("prefixes", fmt.Sprintf("%q does not begin a number like +77272500000", prefix))
		}
	}
	return nil
}

func invalid(field, text string) error {
	return &fault.Error{Kind: fault.Invalid, Field: field, Text: text}
}

// Hears says whether whoever calls from a number, or withholds it (""), is to hear it: nobody knows where the latter is, so they hear what is for
// everybody, and nothing else.
func (a Announcement) Hears(number string) bool {
	return len(a.Prefixes) == 0 || slices.ContainsFunc(a.Prefixes, func(p string) bool { return strings.HasPrefix(number, p) })
}

// For gives what a number is to hear of all announcements that are on, in each language, the newest first; nil: nothing.
func For(number string, on []Announcement) map[dialogue.Language]string {
	var heard map[dialogue.Language]string
	for _, a := range on {
		if !a.Hears(number) {
			continue
		}
		if heard == nil {
			heard = map[dialogue.Language]string{}
		}
		for l, text := range a.Texts {
			heard[l] = strings.TrimSpace(heard[l] + " " + text)
		}
	}
	return heard
}
