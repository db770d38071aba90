package dialogue

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

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
	forms map[plural.Form]string
}

var pluralForms = map[string]plural.Form{"one": plural.One, "few": plural.Few, "many": plural.Many, "other": plural.Other}

func parseTemplate(s string) (template, error) {
	t := template{source: s, words: strings.Fields(words.Fold(s))}
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
			return t, fmt.Errorf("a { without its }")
		}
		p, err := parseParameter(s[open+1 : open+end])
		if err != nil {
			return t, err
		}
		t.parts = append(t.parts, p)
		s = s[open+end+1:]
	}
	return t, nil
}

func parseParameter(s string) (part, error) {
	name, typ, ok := strings.Cut(s, ":")
	if !ok || name == "" {
		return part{}, fmt.Errorf("{%s} has no type: write {name:type}", s)
	}
	if forms, ok := strings.CutPrefix(typ, "plural|"); ok {
		p := part{name: name, forms: map[plural.Form]string{}}
		for _, form := range strings.Split(forms, "|") {
			label, word, ok := strings.Cut(form, ":")
			f, known := pluralForms[label]
			if !ok || !known {
				return part{}, fmt.Errorf("{%s}: %q is none of one, few, many, other with its word", s, form)
			}
			p.forms[f] = word
		}
		if _, ok := p.forms[plural.Other]; !ok {
			return part{}, fmt.Errorf("{%s}: the form other is missing", s)
		}
		return p, nil
	}
	switch t := Type(typ); t {
	case TypeText, TypePhrase, TypeDigits, TypeCode, TypeCaseNumber, TypeDate, TypeTime, TypeMoney, TypeCount, TypeSecret:
		return part{name: name, typ: t}, nil
	}
	return part{}, fmt.Errorf("{%s}: unknown type %s", s, typ)
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
			out.WriteString(p.form(u.Language, value))
		case p.typ == TypePhrase:
			out.WriteString(texts.Write(Utterance{Key: value, Language: u.Language}))
		case p.typ == TypeDate:
			out.WriteString(writeDate(u.Language, value))
		case p.typ == TypeMoney:
			out.WriteString(writeMoney(u.Language, value))
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
			words(p.form(u.Language, value))
		case p.typ == TypePhrase:
			out = append(out, texts.Speak(Utterance{Key: value, Language: u.Language})...)
		case p.typ == TypeText:
			words(value)
		case value == "":
			// Nothing to say: an unknown date, for one. The text around it is chosen by the dialogue.
		case p.typ == TypeDate:
			out = append(out, Fragment{Kind: SpokenDate, Language: u.Language, Text: value})
		case p.typ == TypeTime:
			out = append(out, Fragment{Kind: SpokenTime, Language: u.Language, Text: value})
		case p.typ == TypeMoney:
			out = append(out, Fragment{Kind: SpokenMoney, Language: u.Language, Text: value})
		case p.typ == TypeCount:
			out = append(out, Fragment{Kind: SpokenCount, Language: u.Language, Text: value})
		case p.typ == TypeCaseNumber:
			out = append(out, Fragment{Kind: SpokenCase, Language: u.Language, Text: value})
		case p.typ == TypeSecret:
			out = append(out, Fragment{Kind: SpokenSecret, Language: u.Language, Text: value})
		default:
			out = append(out, Fragment{Kind: SpokenDigits, Language: u.Language, Text: value})
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

func (p part) form(l Language, value string) string {
	n, _ := strconv.Atoi(value)
	tag := language.Make(string(l))
	if form, ok := p.forms[plural.Cardinal.MatchPlural(tag, n, 0, 0, 0, 0)]; ok {
		return form
	}
	return p.forms[plural.Other]
}

// speakable says whether there is anything to say: punctuation alone is a pause at most.
func speakable(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}

// currencies are the names of currencies after an amount, in which nothing depends on the amount.
var currencies = map[Language]map[string]string{
	Kazakh:  {"KZT": "теңге", "RUB": "руб.", "USD": "USD"},
	Russian: {"KZT": "тенге", "RUB": "руб.", "USD": "USD"},
	English: {"KZT": "tenge", "RUB": "RUB", "USD": "USD"},
}

// writeMoney writes an amount: "1500.50 тенге".
func writeMoney(l Language, value string) string {
	amount, code, ok := strings.Cut(value, " ")
	name, known := currencies[l][code]
	if !ok || !known {
		return value
	}
	return amount + " " + name
}

func writeDate(l Language, iso string) string {
	day, err := time.Parse(time.DateOnly, iso)
	if err != nil {
		return iso
	}
	if l == English {
		return day.Format("2 Jan 2006")
	}
	return day.Format("02.01.2006")
}
