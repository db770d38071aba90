package report

import (
	"fmt"
	"slices"
	"strings"

	"okno/internal/fault"
)

// Report is a list of figures that are shown together.
type Report struct {
	Name    string
	Title   Text
	Sources []Source
	By      []Dimension // the first is the default
	Figures []Figure
}

// Named gives a report. An error of kind not found.
func Named(name string) (Report, error) {
	names := make([]string, len(Reports))
	for i, r := range Reports {
		if names[i] = r.Name; r.Name == name {
			return r, nil
		}
	}
	return Report{}, &fault.Error{Kind: fault.NotFound, Field: "report", Text: fmt.Sprintf("there is no report %.40q: choose from %s", name, strings.Join(names, ", "))}
}

// counts are what is read for the report.
func (r Report) counts() []Count {
	var needed []string
	for _, f := range r.Figures {
		needed = append(needed, f.names()...)
	}
	var all []Count
	for _, s := range r.Sources {
		for _, c := range LedgerOf(s).Counts {
			if slices.Contains(needed, c.Name) {
				all = append(all, c)
			}
		}
	}
	return all
}

// by gives a dimension of the report by its name; "" is the default.
func (r Report) by(name string) (Dimension, error) {
	if name == "" {
		return r.By[0], nil
	}
	if d := Dimension(name); slices.Contains(r.By, d) {
		return d, nil
	}
	names := make([]string, len(r.By))
	for i, d := range r.By {
		names[i] = string(d)
	}
	return "", &fault.Error{Kind: fault.Invalid, Field: "by", Text: fmt.Sprintf("by: %s is broken down by %s", r.Name, strings.Join(names, ", "))}
}
