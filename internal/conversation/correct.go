package conversation

import (
	"strings"
	"unicode/utf8"

	"okno/internal/catalogue"
	"okno/internal/dialogue"
	"okno/internal/words"
)

// mostCorrected is how many words a message has whose slips are looked for.
const mostCorrected = 8

// mostAround is how many words a message has in which a command may stand anywhere.
const mostAround = 4

// leastCorrected is the letters of a word that may be what another with a slip means.
const leastCorrected = 4

type corrector struct {
	d        *dialogue.Definition
	index    *catalogue.Index
	language dialogue.Language
}

// correct tries a normalised text; layout is what its keys write in the other layout.
func (c corrector) correct(text, layout string) (meant string, in dialogue.Language, ok bool) {
	list := words.All(text)
	if len(list) == 0 || len(list) > mostCorrected {
		return "", "", false
	}
	// A command with what it does not take, like a number after STOP: the word alone may be meant.
	if first, _ := words.Split(text); first != text && c.d.Means(first) {
		if in, ok := c.leads(first); ok {
			return first, in, true
		}
	}
	// A code without its zeros, which nothing else says is one.
	if len(text) == 2 && words.Digits(text) == text {
		in, ok := c.leads("0" + text)
		return "0" + text, in, ok
	}
	layout = words.Normalise(layout)
	if first, _ := words.Split(layout); c.known(first) {
		if in, ok := c.leads(layout); ok {
			return layout, in, true
		}
	}
	if len(list) <= mostAround {
		for _, word := range list { // "позовите оператора"
			if in, ok := c.leads(word); ok && c.d.Means(word) {
				return word, in, true
			}
		}
	}
	changed := false
	for i, word := range list {
		if c.known(word) {
			continue
		}
		if near, ok := c.nearest(word); ok {
			list[i], changed = near, true
		}
	}
	if !changed {
		return "", "", false
	}
	meant = strings.Join(list, " ")
	in, ok = c.leads(meant)
	return meant, in, ok
}

// leads says whether a text is understood, and in which language.
func (c corrector) leads(text string) (dialogue.Language, bool) {
	if l, ok := c.d.IsCommand(text, c.language); ok {
		return l, true
	}
	guess := dialogue.GuessLanguage(text, c.language)
	found, in := c.index.FindIn(text, guess)
	if in == "" {
		in = guess
	}
	return in, len(found) > 0
}

func (c corrector) known(word string) bool {
	return words.Digits(word) != "" || utf8.RuneCountInString(word) < 3 || c.d.Means(word) || c.index.Knows(word)
}

// nearest gives the word of a command, or else of the catalogue, that is fewest slips away.
func (c corrector) nearest(word string) (near string, ok bool) {
	folded := words.Fold(word)
	most := words.Slips(utf8.RuneCountInString(folded))
	for _, other := range c.d.Commands() {
		if utf8.RuneCountInString(other) < leastCorrected {
			continue
		}
		if n := words.Distance(folded, words.Fold(other), most); n <= most {
			near, ok, most = other, true, n-1
		}
	}
	for _, other := range c.index.Nearest(folded, most) {
		if utf8.RuneCountInString(other.Word) >= leastCorrected {
			return other.Word, true
		}
	}
	return near, ok
}
