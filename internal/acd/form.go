package acd

import (
	"bytes"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"

	"okno/internal/fault"
	"okno/internal/yamlfile"
)

// Form has settings by their names, with values as the file has them: a length is like "20s", and a setting that is left out is the house's.
// A desk shows a form and sends it back. A setting that the desk does not know goes back unchanged.
type Form map[string]any

// Form gives the settings as a form.
func (s Settings) Form() Form { return formOf(s) }

// Form gives the limits as a form, by role and reason.
func (l PauseLimits) Form() Form { return formOf(l) }

func formOf(kept any) Form {
	var written bytes.Buffer
	err := yamlfile.Write(&written, kept)
	var f Form
	if err == nil {
		f, err = yamlfile.Read[Form](&written)
	}
	if err != nil { // settings have a form, or a test of this package fails
		panic("acd: " + err.Error())
	}
	return f
}

// Settings reads the form of a queue's settings. The error names the field.
func (f Form) Settings() (Settings, error) { return readForm[Settings](f) }

// PauseLimits reads the form of limits. The error names the field.
func (f Form) PauseLimits() (PauseLimits, error) { return readForm[PauseLimits](f) }

// Check says what keeps settings from being those of a queue of a name. The error names the field.
func (s Settings) Check(name string) error { return first(s.check(name)) }

// Check says what is wrong with the limits. The error names the field.
func (l PauseLimits) Check() error { return first(l.check()) }

func first(problems []error) error {
	if len(problems) == 0 {
		return nil
	}
	slices.SortFunc(problems, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	var p problem
	errors.As(problems[0], &p)
	return &fault.Error{Kind: fault.Invalid, Field: p.field, Text: p.text}
}

// readForm reads a form as a file is read, key by key, so that the error knows the field.
func readForm[T any](f Form) (read T, err error) {
	for _, key := range slices.Sorted(maps.Keys(f)) {
		if _, err := readWhole[T](Form{key: f[key]}); err != nil {
			return read, &fault.Error{Kind: fault.Invalid, Field: key, Text: err.Error()}
		}
	}
	if len(f) == 0 {
		return read, nil
	}
	return readWhole[T](f)
}

func readWhole[T any](f Form) (read T, err error) {
	var written bytes.Buffer
	if err := yamlfile.Write(&written, f); err != nil {
		return read, err
	}
	return yamlfile.Read[T](&written)
}

// Changes compares a form with the one before. Each field that differs has the old value and the new one.
func (f Form) Changes(before Form) map[string][2]any {
	changes := map[string][2]any{}
	for key := range f {
		if !reflect.DeepEqual(before[key], f[key]) {
			changes[key] = [2]any{before[key], f[key]}
		}
	}
	for key := range before {
		if _, ok := f[key]; !ok {
			changes[key] = [2]any{before[key], nil}
		}
	}
	return changes
}

// House is what holds of a queue that says nothing else.
func House() Settings {
	r, days, target, share := DefaultRules, RecordedDays, DefaultTarget, DefaultTargetShare
	return Settings{AtClosing: r.AtClosing, Calls: r.Calls.String(), Ring: &r.Ring, WrapUp: &r.WrapUp, GiveUp: &r.GiveUp, Pause: &r.Pause, Address: &r.Address,
		Announce: &r.Announce, Priority: &r.Priority, Ageing: &r.Ageing, Strategy: r.Strategy, MostWaiting: &r.MostWaiting,
		MostOfNumber: &r.MostOfNumber, CallBackLost: &r.CallBackLost, RecordedFor: &days, Overflow: &Overflow{After: &r.OverflowAfter}, Disposition: r.Disposition, Target: &target, TargetShare: &share}
}
