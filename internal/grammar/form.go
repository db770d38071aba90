package grammar

import "fmt"

// Language is a BCP 47 language tag: "kk", "ru" or "en".
type Language string

// The languages.
const (
	Kazakh  Language = "kk"
	Russian Language = "ru"
	English Language = "en"
)

// Kind is what a value is. Its canonical form is given beside each.
type Kind string

// The kinds of value.
const (
	Count    Kind = "count"    // "21", "-5", "2.5": up to 999,999,999,999, with up to three decimals
	Date     Kind = "date"     // "2026-12-05"
	Time     Kind = "time"     // "09:20", of 24 hours
	Money    Kind = "money"    // "1500.50 KZT", as package money writes it
	Duration Kind = "duration" // "26h30m0s", as time.Duration writes it
)

// Kinds lists every kind.
var Kinds = []Kind{Count, Date, Time, Money, Duration}

// Form is what a text asks of a value: the case that the words around it want, the gender of what is counted.
type Form struct {
	Case    Case
	Gender  Gender
	Ordinal bool // of Count, to 9,999: "fifth"
	Short   bool // of Date: without the year
}

// Case is a grammatical case. Kazakh has no prepositional, Russian no locative and no ablative, English only the nominative.
type Case uint8

// The cases.
const (
	Nominative Case = iota
	Genitive
	Dative
	Accusative
	Instrumental
	Prepositional // Russian, after "в", "на", "о"
	Locative      // Kazakh, -да: where, when
	Ablative      // Kazakh, -дан: from where, since when
)

// Gender is that of what is counted, in Russian.
type Gender uint8

// The genders.
const (
	Masculine Gender = iota
	Feminine
	Neuter
)

var forms = map[string]func(*Form){
	"genitive":      func(f *Form) { f.Case = Genitive },
	"dative":        func(f *Form) { f.Case = Dative },
	"accusative":    func(f *Form) { f.Case = Accusative },
	"instrumental":  func(f *Form) { f.Case = Instrumental },
	"prepositional": func(f *Form) { f.Case = Prepositional },
	"locative":      func(f *Form) { f.Case = Locative },
	"ablative":      func(f *Form) { f.Case = Ablative },
	"feminine":      func(f *Form) { f.Gender = Feminine },
	"neuter":        func(f *Form) { f.Gender = Neuter },
	"ordinal":       func(f *Form) { f.Ordinal = true },
	"short":         func(f *Form) { f.Short = true },
}

// FormError names what ParseForm could not read.
type FormError struct {
	Name    string
	Unknown bool // it is no form; else it contradicts another, or stands twice
}

func (e *FormError) Error() string {
	if e.Unknown {
		return fmt.Sprintf("%q is no form: write a case, feminine, neuter, ordinal or short", e.Name)
	}
	return fmt.Sprintf("the form %q contradicts another, or stands twice", e.Name)
}

// ParseForm reads names of forms: a case, a gender, "ordinal", "short". What is not named is nominative and masculine.
// An error is a [FormError].
func ParseForm(names []string) (Form, error) {
	var f Form
	for _, name := range names {
		before := f
		set, ok := forms[name]
		if !ok {
			return Form{}, &FormError{Name: name, Unknown: true}
		}
		if set(&f); f == before || before.Case != f.Case && before.Case != Nominative || before.Gender != f.Gender && before.Gender != Masculine {
			return Form{}, &FormError{Name: name}
		}
	}
	return f, nil
}

// Has says whether a language has a form of a kind of value.
func Has(l Language, k Kind, f Form) bool {
	switch {
	case f.Ordinal && k != Count, f.Short && k != Date, f.Gender != Masculine && (k != Count || l != Russian):
		return false
	}
	switch l {
	case Kazakh:
		return f.Case != Prepositional
	case Russian:
		return f.Case <= Prepositional
	}
	return f.Case == Nominative
}
