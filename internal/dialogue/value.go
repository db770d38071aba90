package dialogue

// Type is the type of a slot, of an action's input or result, and of a text's parameter.
type Type string

// The types.
const (
	TypeText       Type = "text"         // words, already in the session's language
	TypePhrase     Type = "phrase"       // the key of a text, said in the session's language
	TypeDigits     Type = "digits"       // spoken digit by digit
	TypeCode       Type = "service_code" // three digits
	TypeCaseNumber Type = "case_number"  // nine digits, or thirteen; the last a check digit
	TypeDate       Type = "date"         // YYYY-MM-DD
	TypeTime       Type = "time"         // HH:MM, of 24 hours
	TypeMoney      Type = "money"        // "1500.50 KZT", as package money writes it
	TypeCount      Type = "count"        // a number: whole, or with up to three decimals
	TypeDuration   Type = "duration"     // "26h30m0s", as time.Duration writes it
	TypePhone      Type = "phone"        // E.164
	TypeSecret     Type = "secret"       // digits that are spoken or written once, and never kept
	TypeList       Type = "list"         // items to choose from
)

// Value is a typed value in its canonical form.
type Value struct {
	Type  Type   `json:"type"`
	Text  string `json:"text,omitempty"`
	Items []Item `json:"items,omitempty"` // TypeList only
	// In has words in each language, in the place of Text: TypeText only.
	In map[Language]string `json:"in,omitempty"`
}

// Item is one line of a list to choose from.
type Item struct {
	Value string `json:"value"`          // what the choice stands for
	Label string `json:"label"`          // what the citizen hears or reads, in the session's language
	Type  Type   `json:"type,omitempty"` // of the label; "": words
}

// TextValue is a value of words.
func TextValue(s string) Value { return Value{Type: TypeText, Text: s} }
