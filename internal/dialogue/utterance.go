package dialogue

import "okno/internal/grammar"

// Utterance is something to be said: a text by its key, in a language, with its values. It is written by
// [Texts.Write] and spoken from the fragments of [Texts.Speak].
type Utterance struct {
	Key      string           `json:"key"`
	Language Language         `json:"language"`
	Values   map[string]Value `json:"values,omitempty"`
	Speech   bool             `json:"speech,omitempty"` // by voice: the text for callers who may speak ("press or say"), if there is one
}

// Fragment is a piece of an utterance as it is to be spoken: a stretch of words, or a value that each language
// speaks by its own grammar.
type Fragment struct {
	Kind     FragmentKind
	Language Language
	Text     string       // Words: the words; otherwise the value in its canonical form, given beside each kind
	Form     grammar.Form // of a value that grammar puts into words
}

// FragmentKind tells how a fragment is spoken.
type FragmentKind string

// The kinds of fragment.
const (
	Words        FragmentKind = "words"       // as they stand
	SpokenDigits FragmentKind = "digits"      // "031": digit by digit
	SpokenCase   FragmentKind = "case_number" // "123456786": digit by digit, in groups of three
	SpokenSecret FragmentKind = "secret"      // "123456": digit by digit, to be written down
	SpokenPhone  FragmentKind = "phone"       // "+77012345678": digit by digit, in the groups in which it is written

	// What package grammar puts into words.
	SpokenDate     = FragmentKind(grammar.Date)
	SpokenTime     = FragmentKind(grammar.Time)
	SpokenMoney    = FragmentKind(grammar.Money)
	SpokenCount    = FragmentKind(grammar.Count)
	SpokenDuration = FragmentKind(grammar.Duration)
)
