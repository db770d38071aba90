package dialogue

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"okno/internal/words"
)

// meaning is what a word means: it is one of a text that lists words, in a language.
type meaning struct {
	key      string
	language Language
}

// lexicon finds the words of all options: as they are written, and by their sound in Latin letters.
type lexicon struct {
	written, sounds map[string][]meaning
	list            []string // the words as their texts list them
}

func newLexicon(d *Definition) lexicon {
	x := lexicon{written: map[string][]meaning{}, sounds: map[string][]meaning{}}
	for _, node := range d.Nodes {
		for _, option := range node.Options {
			for _, l := range Languages {
				listed, _ := d.Texts.find(l, SMS, option.Word)
				x.list = append(x.list, strings.Fields(strings.ToLower(listed.source))...)
				for _, word := range listed.words {
					m := meaning{option.Word, l}
					add(x.written, word, m)
					for _, sound := range soundsOf(word) {
						add(x.sounds, sound, m)
					}
				}
			}
		}
	}
	slices.Sort(x.list)
	x.list = slices.Compact(x.list)
	return x
}

func add(to map[string][]meaning, word string, m meaning) {
	if !slices.Contains(to[word], m) {
		to[word] = append(to[word], m)
	}
}

// soundsOf gives the forms of a listed word in Latin letters, each once.
func soundsOf(word string) []string {
	sounds := words.Sounds(word)
	slices.Sort(sounds)
	return slices.DeleteFunc(slices.Compact(sounds), func(s string) bool { return len(s) < 2 })
}

// of gives what a word means: as it is written; else, in Latin letters, by its sound; else by the look of its letters; a mix of
// scripts by its sound too.
func (x lexicon) of(word string) []meaning {
	if word == "" {
		return nil
	}
	if found := x.written[words.Fold(word)]; found != nil {
		return found
	}
	if words.IsLatin(word) {
		if found := x.sounds[words.Sound(word)]; found != nil {
			return found
		}
	}
	cyrillic, latin := words.Alike(word)
	for _, other := range []string{cyrillic, latin} {
		if found := x.written[other]; found != nil && other != "" {
			return found
		}
	}
	if words.Mixed(word) {
		return x.sounds[words.Sound(words.Latin("ru", word))]
	}
	return nil
}

// lead parts a normalised message into what its leading word means and the rest. Digits within the first word may stand for
// letters: СТ0П.
func (x lexicon) lead(text string) (found []meaning, rest string) {
	word, rest := words.Split(text)
	if found = x.of(word); found != nil {
		return found, rest
	}
	if first, after, _ := strings.Cut(text, " "); words.Mixed(first) {
		return x.of(first), after
	}
	if utf8.RuneCountInString(word) == 1 {
		if found = x.of(words.Spelt(text)); found != nil {
			return found, ""
		}
	}
	return nil, rest
}

// follows says whether what follows its word is what the option wants.
func (o Option) follows(rest string) bool {
	switch o.Follows {
	case FollowsNothing:
		return !strings.ContainsFunc(rest, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
	case FollowsDigits:
		return words.Digits(rest) != ""
	case FollowsWords:
		return words.Digits(rest) == "" || strings.ContainsFunc(rest, unicode.IsLetter)
	}
	return true
}
