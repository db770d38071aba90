package catalogue

import "okno/internal/dialogue"

// Asked is one question of a citizen to the catalogue.
type Asked struct {
	Interaction int64
	Channel     dialogue.Channel
	Language    dialogue.Language
	Code        string // of the service that answered it; "": none did
	Query       string // folded; kept of questions in vain alone
}

// mostQuery is the letters of a question in vain that are kept: whoever writes more writes a letter.
const mostQuery = 60

// InVain says whether a question that found nothing is worth being known: a few words, without numbers, which may be anything.
func InVain(folded string) bool {
	n := 0
	for _, r := range folded {
		if '0' <= r && r <= '9' {
			return false
		}
		n++
	}
	return 3 <= n && n <= mostQuery
}

// VainQuestion is one that several citizens asked and nothing answered.
type VainQuestion struct {
	Query    string
	Language dialogue.Language
	Times    int
	Citizens int // conversations in which it was asked
}

// LeastCitizens is in how many conversations a question was asked before anybody is shown it: what one citizen wrote is for nobody's eyes.
const LeastCitizens = 3
