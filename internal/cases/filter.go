package cases

import (
	"slices"
	"strings"
	"unicode/utf8"

	"okno/internal/fault"
)

// Filter is which cases of a view are listed. What is empty narrows nothing.
type Filter struct {
	View     View   `json:"view"`
	Queue    string `json:"queue,omitempty"`
	Assignee string `json:"assignee,omitempty"` // login, or [NoOne]
	State    State  `json:"state,omitempty"`
	Overdue  bool   `json:"overdue,omitempty"` // past their term
	Service  string `json:"service,omitempty"`
	Agency   string `json:"agency,omitempty"`
}

// NoOne is the assignee of a case that nobody was given. It is no login.
const NoOne = "-"

// Check says what is wrong with a filter. The error names the field.
func (f Filter) Check() error {
	switch {
	case !slices.Contains(Views, f.View):
		return &fault.Error{Kind: fault.Invalid, Field: "view", Text: "view: mine, queued, overdue, due or all"}
	case f.State != "" && !slices.Contains(States, f.State):
		return &fault.Error{Kind: fault.Invalid, Field: "state", Text: "there is no such state"}
	}
	return nil
}

// SavedView is a filter that an agent keeps under a name.
type SavedView struct {
	Name   string
	Filter Filter
}

const (
	// MostViews is how many filters an agent keeps.
	MostViews    = 20
	mostViewName = 40 // letters
)

// Tidy gives the view without blanks around its name. The error names the field.
func (v SavedView) Tidy() (SavedView, error) {
	v.Name = strings.Join(strings.Fields(v.Name), " ")
	if n := utf8.RuneCountInString(v.Name); n == 0 || n > mostViewName {
		return v, &fault.Error{Kind: fault.Invalid, Field: "name", Text: "a name has from 1 to 40 letters"}
	}
	return v, v.Filter.Check()
}
