package dialogue

// Vocabulary is what a dialogue may name: actions with typed inputs and closed outcomes, and kinds of entry.
type Vocabulary struct {
	Actions map[string]Action
	Entries map[string]Entry
	Texts   map[string]map[string]Type // that are said without a node, with their values
	// Limits are the most segments that texts may take by SMS, whatever the dialogue's own limits say.
	Limits map[string]int
	// Segments counts the SMS segments of a text, for the checks.
	Segments func(text string) int
	// Latin, where given, writes a text in Latin letters: limits hold in this form as well, for texts that may go in it.
	Latin func(language Language, text string) string
}

// Action is the signature of something that a dialogue may have done.
type Action struct {
	Inputs   map[string]Type
	Optional map[string]Type            // inputs that may be left out
	Writes   bool                       // takes a text to send
	Enters   string                     // the input that names a node, which is a queue; "" of most
	Outcomes map[string]map[string]Type // the values of each outcome
	Below    string                     // the outcome for whoever is verified too little; "": anybody may have it done
	Proves   bool                       // raises how surely it is known who speaks
	Personal []string                   // outcomes whose values are for the citizen alone
}

// Entry is a kind of answer to an ask.
type Entry struct {
	Type      Type
	MinDigits int // by phone; MaxDigits 0: cannot be keyed
	MaxDigits int
	// Whole says of fewer keys than MaxDigits that they are all; nil: they never are.
	Whole func(keys string) bool
	// Parse gives the canonical form, or why it is refused: one of Reasons.
	Parse   func(string) (canonical, reason string)
	Reasons []string
	Near    string // of the reasons: a message that is refused for it was meant for one all the same
}

// Text is the entry of any message.
func textEntry() Entry {
	return Entry{Type: TypeText, Reasons: []string{"length"}, Parse: func(s string) (string, string) {
		if n := len([]rune(s)); n == 0 || n > mostSlotText {
			return "", "length"
		}
		return s, ""
	}}
}
