package catalogue

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"okno/internal/dialogue"
)

// Change is a service that an import adds or renews.
type Change struct {
	Service Service  // as it is to be; Version is the new one
	New     bool     // there was none with this code
	Fields  []Field  // what differs; all fields of a new service
	before  *Service // nil of a new one
}

// Field is one that a change touches.
type Field struct {
	Name   string // "stage", "ru.fee"
	Before string
	After  string
}

// field is one of a service by its name, as it stands in files.
type field struct {
	name string
	of   func(Service) string
}

// serviceFields are those outside the texts, in the order of files.
var serviceFields = []field{
	{"category", func(s Service) string { return s.Category }},
	{"agency", func(s Service) string { return s.Agency }},
	{"stage", func(s Service) string { return strconv.Itoa(s.Stage) }},
	{"owner", func(s Service) string { return s.Owner }},
	{"valid_from", func(s Service) string { return s.ValidFrom.Format(time.DateOnly) }},
	{"valid_until", func(s Service) string { return s.ValidUntil.Format(time.DateOnly) }},
	{"review_by", func(s Service) string { return s.ReviewBy.Format(time.DateOnly) }},
	{"sample", func(s Service) string { return strconv.FormatBool(s.Sample) }},
}

// textField is one of a service's text.
type textField struct {
	name     string
	of       func(*Text) *string
	optional bool // a service is complete without it
}

// textFields are those of a text but the keywords, in the order of files.
var textFields = []textField{
	{"name", func(t *Text) *string { return &t.Name }, false},
	{"title", func(t *Text) *string { return &t.Title }, false},
	{"short", func(t *Text) *string { return &t.Short }, false},
	{"spoken", func(t *Text) *string { return &t.Spoken }, false},
	{"documents", func(t *Text) *string { return &t.Documents }, false},
	{"fee", func(t *Text) *string { return &t.Fee }, false},
	{"term", func(t *Text) *string { return &t.Term }, false},
	{"place", func(t *Text) *string { return &t.Place }, false},
	{"form", func(t *Text) *string { return &t.Form }, true},
	{"script", func(t *Text) *string { return &t.Script }, true},
}

// keywordsApart parts keywords where they stand in one cell.
const keywordsApart = "; "

// fieldsOf lists all fields of a service with their values.
func fieldsOf(s Service) (names, values []string) {
	for _, f := range serviceFields {
		names, values = append(names, f.name), append(values, f.of(s))
	}
	for _, l := range dialogue.Languages {
		text := s.Texts[l]
		for _, f := range textFields {
			names, values = append(names, string(l)+"."+f.name), append(values, *f.of(&text))
		}
		names, values = append(names, string(l)+".keywords"), append(values, strings.Join(text.Keywords, keywordsApart))
	}
	return names, values
}

// Changes compares services with those that are kept: what is as it was is no change, so an import that is done twice does nothing the
// second time.
func Changes(kept, wanted []Service) (changes []Change) {
	byCode := make(map[string]*Service, len(kept))
	for i := range kept {
		byCode[kept[i].Code] = &kept[i]
	}
	for _, s := range wanted {
		c := Change{Service: s, before: byCode[s.Code]}
		c.New, c.Service.Version = c.before == nil, 1
		names, after := fieldsOf(s)
		before := make([]string, len(after))
		if !c.New {
			c.Service.Version = c.before.Version + 1
			_, before = fieldsOf(*c.before)
		}
		for i, name := range names {
			if before[i] != after[i] {
				c.Fields = append(c.Fields, Field{Name: name, Before: before[i], After: after[i]})
			}
		}
		if c.New || len(c.Fields) > 0 {
			changes = append(changes, c)
		}
	}
	return changes
}

// String is the change as a person reads it before it is made: a line for the service, and one for each field of a renewed one.
func (c Change) String() string {
	if c.New {
		return fmt.Sprintf("+ %s %s", c.Service.Code, c.Service.Texts[dialogue.Languages[0]].Name)
	}
	lines := []string{fmt.Sprintf("~ %s version %d", c.Service.Code, c.Service.Version)}
	for _, f := range c.Fields {
		lines = append(lines, fmt.Sprintf("    %s: %q → %q", f.Name, f.Before, f.After))
	}
	return strings.Join(lines, "\n")
}

// lengths gives the lengths of codes that a catalogue would have after changes.
func lengths(kept, wanted []Service) (all []int) {
	for _, s := range slices.Concat(kept, wanted) {
		if !slices.Contains(all, len(s.Code)) {
			all = append(all, len(s.Code))
		}
	}
	return all
}
