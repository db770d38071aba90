package dialogue

import (
	"slices"
	"strings"

	"okno/internal/grammar"
	"okno/internal/words"
)

// mostSpoken is how many words an answer to a menu has: a sentence that has the words of a choice in it is a talk with somebody else.
const mostSpoken = 6

// Spoken is what a citizen may say in the place of keys.
type Spoken struct {
	d        *Definition
	language Language
	options  []Option // of a menu
	keys     string   // of a menu: those that mean something
	digits   bool     // an entry is awaited
}

// Language is the one in which the citizen is asked.
func (s *Spoken) Language() Language { return s.language }

// Expected lists what may be said, in lower case: phrases of choices, and the words of digits.
func (s *Spoken) Expected() []string {
	if s.digits {
		return grammar.DigitWords(s.language)
	}
	var expected []string
	for _, option := range s.options {
		expected = append(expected, s.d.Texts.phrases(s.language, option.Spoken)...)
	}
	for _, key := range s.keys {
		if said, ok := grammar.Say(s.language, grammar.Count, string(key), grammar.Form{}); ok {
			expected = append(expected, said...)
		}
	}
	slices.Sort(expected)
	return slices.Compact(expected)
}

// Keys gives the keys that mean the same as what was said, a word that nobody understood being "". False: it means nothing here, or several things.
func (s *Spoken) Keys(said []string) (keys string, ok bool) {
	if s.digits {
		return grammar.Digits(s.language, said)
	}
	if digits, ok := grammar.Digits(s.language, said); ok {
		return digits, len(digits) == 1 && strings.Contains(s.keys, digits)
	}
	return s.choice(said)
}

// choice gives the key of the option whose phrase is a part of what was said. The longest phrase counts: "нет, не верно" is not "верно".
func (s *Spoken) choice(said []string) (key string, ok bool) {
	if len(said) > mostSpoken {
		return "", false
	}
	text := " " + words.Fold(strings.Join(said, " ")) + " "
	longest := 0
	for _, option := range s.options {
		for _, phrase := range s.d.Texts.phrases(s.language, option.Spoken) {
			if !strings.Contains(text, " "+words.Fold(phrase)+" ") {
				continue
			}
			switch n := len(strings.Fields(phrase)); {
			case n > longest:
				key, ok, longest = option.Key, true, n
			case n == longest && key != option.Key:
				ok = false
			}
		}
	}
	return key, ok
}

// phrases gives what a text lists to be said for a choice, parted by commas, in lower case; nothing without a text.
func (t *Texts) phrases(l Language, key string) []string {
	text, _ := t.find(l, Voice, key)
	var found []string
	for phrase := range strings.SplitSeq(text.source, ",") {
		if phrase = strings.Join(words.All(strings.ToLower(words.Normalise(phrase))), " "); phrase != "" {
			found = append(found, phrase)
		}
	}
	return found
}

// spoken gives what may be said at the node that waits: nil where keys alone are taken, and where the language is not known yet.
func (r *run) spoken(node *Node) *Spoken {
	if r.s.Channel != Voice || r.s.AllLanguages {
		return nil
	}
	if node.Ask != nil {
		if !node.Ask.Spoken {
			return nil
		}
		return &Spoken{d: r.d, language: r.s.Language, digits: true}
	}
	if node.Menu.In == "all" {
		return nil
	}
	var options []Option
	own := false
	for _, option := range node.Options {
		if option.Spoken != "" && option.open(Voice) {
			options, own = append(options, option), true
		}
	}
	if !own { // what may be said anywhere may be said where callers know that they can speak
		return nil
	}
	for _, option := range r.d.Anywhere.Voice {
		taken := slices.ContainsFunc(node.Options, func(o Option) bool { return o.Key == option.Key && o.open(Voice) })
		if option.Spoken != "" && !taken {
			options = append(options, option)
		}
	}
	return &Spoken{d: r.d, language: r.s.Language, options: options, keys: r.keys(node)}
}
