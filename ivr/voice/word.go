package voice

import (
	"slices"
	"strings"
	"time"

	"okno/internal/dialogue"
	"okno/internal/grammar"
)

// word is one clip's worth of sound, in one language.
type word struct {
	language dialogue.Language
	text     string        // what to synthesise
	slow     bool          // of a code: it takes as long as any other digit
	pause    time.Duration // in the place of a word: no sound at all
}

const (
	breath    = 300 * time.Millisecond // between utterances, and between groups of digits
	codePause = time.Second            // between the two halves of a code: time to write the first down
)

// words speaks a fragment by the grammar of its language. A value that is not of its kind is spoken as it stands: a
// citizen hears something odd rather than nothing.
func words(f dialogue.Fragment) []word {
	switch f.Kind {
	case dialogue.SpokenDigits:
		return digits(f.Language, f.Text)
	case dialogue.SpokenCase:
		return groups(f.Language, f.Text)
	case dialogue.SpokenPhone:
		return phoneNumber(f.Language, f.Text)
	case dialogue.SpokenSecret:
		return code(f.Language, f.Text)
	}
	clips, ok := grammar.Say(f.Language, grammar.Kind(f.Kind), f.Text, f.Form)
	if !ok {
		clips = []string{f.Text}
	}
	out := make([]word, len(clips))
	for i, clip := range clips {
		out[i] = word{language: f.Language, text: clip}
	}
	return out
}

// digits speaks digits one by one, and leaves out whatever else stands between them.
func digits(l dialogue.Language, text string) []word {
	var out []word
	for _, r := range text {
		if r >= '0' && r <= '9' {
			name, _ := grammar.Say(l, grammar.Count, string(r), grammar.Form{})
			out = append(out, word{language: l, text: name[0]})
		}
	}
	return out
}

// groups speaks digits three by three, with a pause between.
func groups(l dialogue.Language, text string) []word {
	return parted(l, digits(l, text), func(i int) bool { return i%3 == 0 })
}

// phoneNumber speaks a number as it is written: +7 701 234 56 78; others three by three.
func phoneNumber(l dialogue.Language, text string) []word {
	if all := digits(l, text); strings.HasPrefix(text, "+7") && len(all) == 11 {
		return parted(l, all, func(i int) bool { return i == 1 || i == 4 || i == 7 || i == 9 })
	}
	return groups(l, text)
}

// parted has a pause before each digit where a group begins.
func parted(l dialogue.Language, all []word, begins func(i int) bool) []word {
	var out []word
	for i, digit := range all {
		if i > 0 && begins(i) {
			out = append(out, word{language: l, pause: breath})
		}
		out = append(out, digit)
	}
	return out
}

// code speaks digits to be written down: in two groups, one by one at the same pace.
func code(l dialogue.Language, text string) []word {
	out := digits(l, text)
	for i := range out {
		out[i].slow = true
	}
	if half := (len(out) + 1) / 2; len(out) > 3 {
		out = slices.Insert(out, half, word{language: l, pause: codePause})
	}
	return out
}

// vocabulary is every word that values come to whatever the texts say: digits, those of a code, and pauses.
func vocabulary() []word {
	var out []word
	for _, l := range dialogue.Languages {
		out = append(append(out, code(l, "0123456789")...), groups(l, "0123456789")...)
	}
	return out
}
