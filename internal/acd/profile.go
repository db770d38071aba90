package acd

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"okno/internal/access"
	"okno/internal/dialogue"
	"okno/internal/fault"
)

// Profile is what an administrator says of an agent.
type Profile struct {
	Name      string
	Role      access.Role
	Languages []string
	Queues    []string
}

// mostName is the longest name of an agent, in letters.
const mostName = 100

var logins = regexp.MustCompile(`^[a-z0-9][a-z0-9._@-]{0,62}$`)

// CheckLogin says whether somebody may log in under a name: small Latin letters, digits, and ". _ @ -".
func CheckLogin(login string) error {
	if !logins.MatchString(login) {
		return &fault.Error{Kind: fault.Invalid, Field: "login", Text: "a login is of small Latin letters, digits and . _ @ -, 63 at most"}
	}
	return nil
}

// Tidy gives the profile in one form: nothing twice, in order, without blanks around the name. The error names the field.
func (p Profile) Tidy() (Profile, error) {
	p.Name = strings.Join(strings.Fields(p.Name), " ")
	tidied := func(list []string) []string {
		list = append([]string{}, list...) // never nil
		slices.Sort(list)
		return slices.Compact(list)
	}
	p.Languages, p.Queues = tidied(p.Languages), tidied(p.Queues)
	invalid := func(field, text string) (Profile, error) {
		return p, &fault.Error{Kind: fault.Invalid, Field: field, Text: text}
	}
	switch {
	case p.Name == "" || utf8.RuneCountInString(p.Name) > mostName:
		return invalid("name", fmt.Sprintf("a name has from 1 to %d letters", mostName))
	case !slices.Contains(access.Roles, p.Role):
		return invalid("role", "choose a role")
	case len(p.Languages) == 0:
		return invalid("languages", "choose a language at least")
	}
	for _, l := range p.Languages {
		if !slices.Contains(dialogue.Languages, dialogue.Language(l)) {
			return invalid("languages", "no such language")
		}
	}
	return p, nil
}
