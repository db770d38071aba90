// Package canned is what agents answer again and again: replies in every language, with places for what the desk knows of the contact.
package canned

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"okno/internal/dialogue"
	"okno/internal/fault"
)

// Places are what a reply may leave open: {agent} is the agent's name, {citizen} the citizen's, {case} the number of the citizen's open case,
// {service} the name of its service. The page fills them, and offers no reply of which it cannot fill one.
var Places = []string{"agent", "citizen", "case", "service"}

// mostLetters is the longest text: six SMS segments in Cyrillic.
const mostLetters = 400

// Reply is one canned reply.
type Reply struct {
	Code    string // what agents type to find it
	Texts   map[dialogue.Language]string
	Version int64 // 0 of one that is new
}

var (
	codes  = regexp.MustCompile(`^[\p{L}\p{N}_-]{1,30}$`)
	places = regexp.MustCompile(`\{[^{}]*\}|[{}]`)
)

// Check tidies a reply, and says what is wrong with it.
func (r *Reply) Check() error {
	r.Code = strings.ToLower(strings.TrimSpace(r.Code))
	if !codes.MatchString(r.Code) {
		return invalid("code", "a code is one word, 30 letters at most")
	}
	texts := map[dialogue.Language]string{}
	for l := range r.Texts {
		if !slices.Contains(dialogue.Languages, l) {
			return invalid("texts", fmt.Sprintf("%q is no language of the desk", l))
		}
	}
	for _, l := range dialogue.Languages {
		texts[l] = strings.TrimSpace(r.Texts[l])
		if n := utf8.RuneCountInString(texts[l]); n == 0 || n > mostLetters {
			return invalid("texts."+string(l), fmt.Sprintf("a text in each language: %s has %d letters, and may have 1 to %d", l, n, mostLetters))
		}
		for _, place := range places.FindAllString(texts[l], -1) {
			if !slices.Contains(Places, strings.Trim(place, "{}")) {
				return invalid("texts."+string(l), fmt.Sprintf("%s is no place: there are {%s}", place, strings.Join(Places, "}, {")))
			}
		}
	}
	r.Texts = texts
	return nil
}

func invalid(field, text string) error {
	return &fault.Error{Kind: fault.Invalid, Field: field, Text: text}
}
