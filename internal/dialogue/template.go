package dialogue

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

	"okno/internal/grammar"
	"okno/internal/words"
)

// template is a text with typed parameters: "Case {case:case_number}: {days:plural|one:day|other:days}."
type template struct {
	source string
	words  []string // of the source, folded: for texts that list the words of a command
	parts  []part
	line   int
}

// part is a stretch of words, a parameter, or the form of a word that a number asks for.
type part struct {
	words string
	name  string
	typ   Type
	form  grammar.Form
	forms map[plural.Form]string
}

// spoken is how a value of a type is spoken. Words and phrases are not here: they are spoken as they stand.
var spoken = map[Type]FragmentKind{
	TypeDate: SpokenDate, TypeTime: SpokenTime, TypeMoney: SpokenMoney, TypeCount: SpokenCount, TypeDuration: SpokenDuration,
	TypeCaseNumber: SpokenCase, TypeSecret: SpokenSecret, TypePhone: SpokenPhone, TypeDigits: SpokenDigits, TypeCode: SpokenDigits,
}

// types are those that a parameter can have.
func types() []string {
	names := []string{string(TypeText), string(TypePhrase), "plural"}
	for typ := range spoken {
		names = append(names, string(typ))
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// grammatical says whether a type's values are put into words, or digits with endings, by the language's grammar.
func (t Type) grammatical() bool { return slices.Contains(grammar.Kinds, grammar.Kind(t)) }

var pluralForms = map[string]plural.Form{"one": plural.One, "few": plural.Few, "many": plural.Many, "other": plural.Other}

// parseTemplate gives a template, or all that is wrong with it: [about] adds the text and its line.
func parseTemplate(s string) (t template, causes []cause) {
	t = template{source: s, words: strings.Fields(words.Fold(s))}
	for s != "" {
		open := strings.IndexByte(s, '{')
		if open < 0 {
			t.parts = append(t.parts, part{words: s})
			break
		}
		if open > 0 {
			t.parts = append(t.parts, part{words: s[:open]})
		}
		end := strings.IndexByte(s[open:], '}')
		if end < 0 {
			return t, append(causes, *inText("open_brace"))
		}
		p, wrong := parseParameter(s[open+1 : open+end])
		if wrong != nil {
			causes = append(causes, *wrong)
		}
		t.parts = append(t.parts, p)
		s = s[open+end+1:]
	}
	return t, causes
}

// inText is a cause whose first value, the text, is not known yet.
func inText(code string, values ...any) *cause { return &cause{code: code, values: values} }

func parseParameter(s string) (part, *cause) {
	name, typ, ok := strings.Cut(s, ":")
	if !ok || name == "" {
		return part{}, inText("no_type", s)
	}
	if forms, ok := strings.CutPrefix(typ, "plural|"); ok {
		p := part{name: name, forms: map[plural.Form]string{}}
		for _, form := range strings.Split(forms, "|") {
			label, word, ok := strings.Cut(form, ":")
			f, known := pluralForms[label]
			if !ok || !known {
				return part{}, inText("no_plural", s, form)
			}
			p.forms[f] = word
		}
		if _, ok := p.forms[plural.Other]; !ok {
			return part{}, inText("no_other", s)
		}
		return p, nil
	}
	typ, names, formed := strings.Cut(typ, "|")
	p := part{name: name, typ: Type(typ)}
	if _, ok := spoken[p.typ]; !ok && p.typ != TypeText && p.typ != TypePhrase {
		return part{}, inText("unknown_type", s, typ, strings.Join(types(), ", "))
	}
	if formed {
		if !p.typ.grammatical() {
			return part{}, inText("no_forms", s, typ)
		}
		var err error
		if p.form, err = grammar.ParseForm(strings.Split(names, "|")); err != nil {
			wrong := err.(*grammar.FormError)
			if wrong.Unknown {
				return part{}, inText("no_form", s, wrong.Name)
			}
			return part{}, inText("form_again", s, wrong.Name)
		}
	}
	return p, nil
}

// parameters gives the template's parameters with their types; a plural form's is a count.
func (t template) parameters() map[string]Type {
	found := map[string]Type{}
	for _, p := range t.parts {
		switch {
		case p.forms != nil:
			if _, ok := found[p.name]; !ok {
				found[p.name] = TypeCount
			}
		case p.name != "":
			found[p.name] = p.typ
		}
	}
	return found
}

func (t template) write(texts *Texts, u Utterance) string {
	var out strings.Builder
	for _, p := range t.parts {
		switch value := u.Values[p.name].Text; {
		case p.name == "":
			out.WriteString(p.words)
		case p.forms != nil:
			out.WriteString(p.plural(u.Language, value))
		case p.typ == TypePhrase:
			out.WriteString(texts.Write(Utterance{Key: value, Language: u.Language}))
		case p.typ.grammatical():
			out.WriteString(grammar.Write(u.Language, grammar.Kind(p.typ), value, p.form))
		default:
			out.WriteString(value)
		}
	}
	return strings.TrimSpace(out.String())
}

func (t template) speak(texts *Texts, u Utterance) []Fragment {
	var out []Fragment
	words := func(s string) {
		if s = strings.TrimSpace(s); speakable(s) {
			out = append(out, Fragment{Kind: Words, Language: u.Language, Text: s})
		}
	}
	for _, p := range t.parts {
		value := u.Values[p.name].Text
		switch {
		case p.name == "":
			words(p.words)
		case p.forms != nil:
			words(p.plural(u.Language, value))
		case p.typ == TypePhrase:
			out = append(out, texts.Speak(Utterance{Key: value, Language: u.Language})...)
		case p.typ == TypeText:
			words(value)
		case value == "":
			// Nothing to say: an unknown date, for one. The text around it is chosen by the dialogue.
		default:
			out = append(out, Fragment{Kind: spoken[p.typ], Language: u.Language, Text: value, Form: p.form})
		}
	}
	return out
}

func (t template) spokenWords() []string {
	var found []string
	for _, p := range t.parts {
		if s := strings.TrimSpace(p.words); speakable(s) {
			found = append(found, s)
		}
		for _, form := range p.forms {
			found = append(found, strings.TrimSpace(form))
		}
	}
	return found
}

// spokenValues gives the clips that the grammar can come to for the template's values.
func (t template) spokenValues(l Language) []string {
	var found []string
	for _, p := range t.parts {
		if p.typ.grammatical() {
			found = append(found, grammar.Clips(l, grammar.Kind(p.typ), p.form)...)
		}
	}
	return found
}

// plural is the form of the word that a number wants, by the rules of CLDR.
func (p part) plural(l Language, value string) string {
	whole, decimals, _ := strings.Cut(strings.TrimPrefix(value, "-"), ".")
	n, _ := strconv.Atoi(whole)
	trimmed := strings.TrimRight(decimals, "0")
	f, _ := strconv.Atoi(decimals)
	t, _ := strconv.Atoi(trimmed)
	if form, ok := p.forms[plural.Cardinal.MatchPlural(language.Make(string(l)), n, len(decimals), len(trimmed), f, t)]; ok {
		return form
	}
	return p.forms[plural.Other]
}

// speakable says whether there is anything to say: punctuation alone is a pause at most.
func speakable(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}
