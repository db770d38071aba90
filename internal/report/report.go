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

// Counts are what is read for the report.
func (r Report) Counts() []Count {
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
	return r.dimension("by", "is broken down by", name, r.By)
}

// only gives what the figures are limited to.
func (r Report) only(asked map[string]string) (map[Dimension]string, error) {
	limits := slices.DeleteFunc(slices.Clone(r.By), func(d Dimension) bool { return d == Day }) // from and to are for days
	only := map[Dimension]string{}
	for name, value := range asked {
		d, err := r.dimension("only", "is limited by", name, limits)
		if err != nil {
			return nil, err
		}
		only[d] = value
	}
	return only, nil
}

func (r Report) dimension(field, verb, name string, of []Dimension) (Dimension, error) {
	if d := Dimension(name); slices.Contains(of, d) {
		return d, nil
	}
	names := make([]string, len(of))
	for i, d := range of {
		names[i] = string(d)
	}
	return "", &fault.Error{Kind: fault.Invalid, Field: field, Text: fmt.Sprintf("%s: %s %s %s", field, r.Name, verb, strings.Join(names, ", "))}
}
