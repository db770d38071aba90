package dialogue

import (
	"slices"
	"strings"
	"unicode/utf8"

	"okno/internal/words"
)

// mostLooked is how many words may stand beside what a message looks like: "мое дело номер 742913586" is a case number, a
// sentence that has one in it is not.
const mostLooked = 6

// commandAnywhere takes a message as what may be said at any time. written is the message as it came: a letter keeps its lines.
func (r *run) commandAnywhere(written string) bool {
	node := r.d.Nodes[r.d.Anywhere.SMS]
	if node == nil {
		return false
	}
	text := words.Normalise(written)
	if long := node.Menu.Long; long != nil && utf8.RuneCountInString(text) > long.Letters {
		r.s.Language = GuessLanguage(text, r.s.Language)
		r.s.Slots[long.Into] = TextValue(beginning(words.CleanLines(written), mostLetter))
		r.enter(long.To)
		return true
	}
	return r.command(node.Options, text)
}

// beginning gives the first letters of a text.
func beginning(text string, letters int) string {
	for i := range text {
		if letters--; letters < 0 {
			return text[:i]
		}
	}
	return text
}

// command takes an option by the leading word of a normalised message, in any language, or by what the whole message looks
// like. The answer comes in the language asked in.
func (r *run) command(options []Option, text string) bool {
	found, rest := r.d.lexicon.lead(text)
	if option, l, ok := r.meant(options, found, rest); ok {
		r.s.Language = l
		r.choose(option, rest)
		return true
	}
	if len(found) > 0 { // a word with something else than what it takes, like a number with STOP
		return false
	}
	for _, option := range options {
		if option.Looks == "" || !option.open(r.s.Channel) {
			continue
		}
		kind := r.d.vocabulary.Entries[option.Looks]
		if _, reason := kind.Parse(text); (reason == "" || reason == kind.Near) && fewWords(text) {
			r.choose(option, text)
			return true
		}
	}
	return false
}

// meant gives the option that a leading word means with what follows it: in the session's language first.
func (r *run) meant(options []Option, found []meaning, rest string) (Option, Language, bool) {
	if len(found) == 0 {
		return Option{}, "", false
	}
	for _, l := range [...]Language{r.s.Language, Russian, Kazakh, English} {
		for i := range options {
			option := &options[i]
			if option.Word != "" && slices.Contains(found, meaning{option.Word, l}) && option.open(r.s.Channel) && option.follows(rest) {
				return *option, l, true
			}
		}
	}
	return Option{}, "", false
}

func fewWords(text string) bool {
	if len(text) <= len("742 913 586") {
		return true
	}
	return countWords(text) <= mostLooked
}

// countWords counts the words of a message that are no numbers.
func countWords(text string) (n int) {
	for _, word := range words.All(text) {
		if words.Digits(word) == "" {
			n++
		}
	}
	return n
}

// LeadsTo says whether a message is a command, in any language, for nothing but an action.
func (d *Definition) LeadsTo(text, action string) bool {
	anywhere := d.Nodes[d.Anywhere.SMS]
	if anywhere == nil {
		return false
	}
	found, rest := d.lexicon.lead(words.Normalise(text))
	for _, option := range anywhere.Options {
		to := d.Nodes[option.To]
		if to != nil && to.Do == action && option.Word != "" && option.follows(rest) &&
			slices.ContainsFunc(found, func(m meaning) bool { return m.key == option.Word }) {
			return true
		}
	}
	return false
}

// mostAside is how many words a command has that is written to an operator: in a sentence its word says nothing.
const mostAside = 2

// Aside takes a message to an operator as a command that may be given beside the talk with one. Its run has a state of its own, which comes to an
// end where the citizen would have to answer: what is written next is for the operator. The answer comes in the language of the talk.
func (d *Definition) Aside(state State, text string) (Result, bool) {
	node := d.Nodes[d.Anywhere.SMS]
	text = words.Normalise(text)
	if node == nil || countWords(text) > mostAside {
		return Result{}, false
	}
	r := &run{d: d, s: clone(state)}
	r.s.Node, r.s.Aside, r.s.Pending = d.Anywhere.SMS, true, nil
	r.s.Strikes, r.s.Trail, r.s.Calls, r.s.Said = map[string]int{}, nil, nil, nil
	r.s.Steps++
	found, rest := d.lexicon.lead(text)
	option, _, ok := r.meant(node.Options, found, rest)
	if !ok || !option.Aside {
		return Result{}, false
	}
	r.choose(option, rest)
	return r.result(), true
}

// IsCommand says whether a normalised message is a command, and in which language.
func (d *Definition) IsCommand(text string, last Language) (Language, bool) {
	node := d.Nodes[d.Anywhere.SMS]
	if node == nil {
		return "", false
	}
	r := &run{d: d, s: State{Channel: SMS, Language: last}}
	found, rest := d.lexicon.lead(text)
	_, l, ok := r.meant(node.Options, found, rest)
	return l, ok
}

// Commands lists the words of all commands, in lower case.
func (d *Definition) Commands() []string { return d.lexicon.list }

// Means says whether a word is one of a command, in whatever form.
func (d *Definition) Means(word string) bool { return len(d.lexicon.of(word)) > 0 }

// isCommand follows a command that came where an answer was due: anything that is no valid answer may be one, and where
// any text is valid, a command goes first. A valid answer is one behind the word of a command alone: "ОТОЗВАТЬ 742913586".
func (r *run) isCommand(node *Node, text string) bool {
	kind := r.d.entry(node.Ask, r.s.Channel)
	text = strings.TrimSpace(text)
	if _, reason := kind.Parse(text); reason == "" && kind.Type != TypeText && !r.leads(text) {
		return false
	}
	return r.commandAnywhere(text)
}

// leads says whether a message begins with the word of a command that is no label of an answer.
func (r *run) leads(text string) bool {
	node := r.d.Nodes[r.d.Anywhere.SMS]
	if node == nil {
		return false
	}
	found, rest := r.d.lexicon.lead(words.Normalise(text))
	option, _, ok := r.meant(node.Options, found, rest)
	return ok && !option.Label
}
