package desk

import (
	"time"

	"okno/internal/cases"
)

// Page is a part of what a search finds.
type Page struct {
	Kind   string // [FindCitizens], [FindCases], [FindTalks], or "" for all
	Before int64  // the id to go on before
	Limit  int
	Others bool // talks of others are found as well as the agent's own
}

// Finds says whether a kind is looked for.
func (p Page) Finds(kind string) bool { return p.Kind == "" || p.Kind == kind }

// The kinds of what is found.
const (
	FindCitizens = "citizens"
	FindCases    = "cases"
	FindTalks    = "talks"
)

// Found is what a search gives, the newest first.
type Found struct {
	Citizens []FoundCitizen
	Cases    []FoundCase
	Talks    []FoundTalk
}

// FoundCitizen is a citizen; whoever shows it masks it.
type FoundCitizen struct {
	ID             int64
	Name           string
	NationalNumber string
	Language       string
	Contact        int64 // in the agent's hands, by which the agent may open it; 0: none
}

// FoundCase is what anybody learns of a case who knows its number, and when it was opened.
type FoundCase struct {
	ID       int64
	Number   string
	Kind     cases.Kind
	State    cases.State
	Citizen  int64 // 0 when nobody knows whose it is
	OpenedAt time.Time
	Contact  int64 // in the agent's hands, by which the agent may open it; 0: none
}

// FoundTalk is a talk in which somebody said what was looked for. Whoever shows it tells nothing of whose it is.
type FoundTalk struct {
	Recorded
	Queue   string
	Agent   string // with whom the talk began
	Citizen int64  // 0: nobody knows
}
