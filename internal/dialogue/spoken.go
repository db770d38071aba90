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
	node     *Node
	items    string // of a list: the keys of what is offered now
	keys     string // of a menu: those that mean something
}

// Language is the one in which the citizen is asked.
func (s *Spoken) Language() Language { return s.language }

// Expected lists what may be said, in lower case: phrases of choices, and the words of digits.
func (s *Spoken) Expected() []string {
	var expected []string
	for _, choice := range s.d.choices(s.language, s.node, s.items) {
		expected = append(expected, choice.phrases...)
	}
	if s.node.Ask != nil {
		expected = append(expected, grammar.DigitWords(s.language)...)
	}
	for _, key := range s.keys {
		if said, ok := grammar.Say(s.language, grammar.Count, string(key), grammar.Form{}); ok {
			expected = append(expected, said...)
		}
	}
	slices.Sort(expected)
	return slices.Compact(expected)
}

// Meant is what somebody means who speaks.
type Meant struct {
	Keys string
	// Choice says of an ask that Keys is no digit of the entry, but means what it means in menus: repeat, or what may be chosen anywhere.
	Choice bool
}

// Meaning gives the keys that mean the same as what was said, a word that nobody understood being "". False: it means nothing here, or several things.
func (s *Spoken) Meaning(said []string) (m Meant, ok bool) {
	if digits, ok := grammar.Digits(s.language, said); ok {
		return Meant{Keys: digits}, s.node.Ask != nil || len(digits) == 1 && strings.Contains(s.keys, digits)
	}
	key, ok := s.choice(said)
	return Meant{Keys: key, Choice: ok && s.node.Ask != nil && key != KeyBack}, ok
}

// choice gives the key of the choice whose phrase is a part of what was said. The longest phrase counts: "нет, не верно" is not "верно".
func (s *Spoken) choice(said []string) (key string, ok bool) {
	if len(said) > mostSpoken {
		return "", false
	}
	text := " " + words.Fold(strings.Join(said, " ")) + " "
	longest := 0
	for _, choice := range s.d.choices(s.language, s.node, s.items) {
		for _, phrase := range choice.phrases {
			if !strings.Contains(text, " "+words.Fold(phrase)+" ") {
				continue
			}
			switch n := len(strings.Fields(phrase)); {
			case n > longest:
				key, ok, longest = choice.key, true, n
			case n == longest && key != choice.key:
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
	if !node.takesSpeech() {
		return nil
	}
	s := &Spoken{d: r.d, language: r.s.Language, node: node}
	if node.Menu != nil {
		s.items, s.keys = r.items(node), r.keys(node)
	}
	return s
}

// takesSpeech says whether callers may answer a node by speech: it has words for one of its own options, or is a list or an ask of which that is said.
// What may be said anywhere may be said where callers know that they can speak.
func (n *Node) takesSpeech() bool {
	switch {
	case n.Ask != nil:
		return n.Ask.Spoken
	case n.Menu == nil || n.Menu.In == "all":
		return false
	}
	return n.Menu.Spoken || slices.ContainsFunc(n.Options, func(o Option) bool { return o.Spoken != "" && o.open(Voice) })
}

// choice is a key, and what may be said for it beside its number.
type choice struct {
	key     string
	phrases []string
}

// choices gives the choices at a node. items are the keys of what a list offers. A key that several have means what it does when it is pressed.
func (d *Definition) choices(l Language, n *Node, items string) (found []choice) {
	fixed := d.Defaults.Spoken
	taken := ""
	add := func(all ...choice) {
		before := taken
		for _, c := range all {
			if !strings.Contains(before, c.key) {
				found, taken = append(found, c), taken+c.key
			}
		}
	}
	add(d.optionChoices(l, n.Options)...)
	for _, key := range items {
		if string(key) == KeyMore {
			add(choice{KeyMore, d.Texts.phrases(l, fixed.More)})
		} else {
			add(choice{string(key), grammar.NthPhrases(l, int(key-'0'))})
		}
	}
	add(d.optionChoices(l, d.Anywhere.Voice)...)
	add(choice{KeyRepeat, d.Texts.phrases(l, fixed.Repeat)}, choice{KeyBack, d.Texts.phrases(l, fixed.Back)})
	return found
}

func (d *Definition) optionChoices(l Language, options []Option) (found []choice) {
	for _, option := range options {
		if option.Key != "" && option.open(Voice) {
			found = append(found, choice{option.Key, d.Texts.phrases(l, option.Spoken)})
		}
	}
	return found
}
