// Package sample is a region to try Okno out with: the catalogue of 45 services, invented citizens with cases in every
// state, two queues, four agents and a supervisor. Loading it twice changes nothing.
package sample

import (
	"embed"
	"fmt"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"

	"okno/internal/appointment"
	"okno/internal/calendar"
	"okno/internal/cases"
	"okno/internal/catalogue"
	"okno/internal/dialogue"
)

//go:embed catalogue.yaml calendars.yaml case_rules.yaml offices.yaml region.yaml
var files embed.FS

// Region is the sample region as its file has it.
type Region struct {
	Queues   map[string]map[string]string `yaml:"queues"`
	Agents   []Agent                      `yaml:"agents"`
	Citizens []Citizen                    `yaml:"citizens"`
	Cases    []Case                       `yaml:"cases"`
	// Replies are what agents answer again and again, by code and language.
	Replies map[string]map[dialogue.Language]string `yaml:"replies"`
}

// Agent is a sample agent.
type Agent struct {
	Login     string   `yaml:"login"`
	Name      string   `yaml:"name"`
	Role      string   `yaml:"role"`
	Languages []string `yaml:"languages"`
	Queues    []string `yaml:"queues"`
}

// Citizen is a sample citizen.
type Citizen struct {
	NationalNumber string            `yaml:"national_number"`
	Name           string            `yaml:"name"`
	Language       dialogue.Language `yaml:"language"`
	Numbers        []string          `yaml:"numbers"`
}

// Case is a sample case.
type Case struct {
	Citizen   string      `yaml:"citizen"` // one of the numbers
	Service   string      `yaml:"service"`
	State     cases.State `yaml:"state"`
	Subject   string      `yaml:"subject"`
	DueInDays int         `yaml:"due_in_days"`
}

// Due is when a case is due, for a region loaded now; zero when nothing is.
func (c Case) Due(now time.Time) time.Time {
	if c.DueInDays == 0 {
		return time.Time{}
	}
	return now.AddDate(0, 0, c.DueInDays)
}

// Read gives the region.
func Read() (Region, error) {
	var r Region
	content, err := files.ReadFile("region.yaml")
	if err == nil {
		err = yaml.Unmarshal(content, &r)
	}
	if err != nil {
		return r, fmt.Errorf("read sample region: %w", err)
	}
	return r, nil
}

// Calendars gives the region's business calendars.
func Calendars() (calendar.File, error) {
	f, err := files.Open("calendars.yaml")
	if err != nil {
		return calendar.File{}, fmt.Errorf("read sample calendars: %w", err)
	}
	defer f.Close()
	return calendar.Read(f)
}

// CaseRules gives the region's rules of cases.
func CaseRules() (cases.RuleFile, error) {
	f, err := files.Open("case_rules.yaml")
	if err != nil {
		return cases.RuleFile{}, fmt.Errorf("read sample rules of cases: %w", err)
	}
	defer f.Close()
	return cases.ReadRules(f)
}

// Offices gives the offices that citizens visit.
func Offices() (appointment.File, error) {
	f, err := files.Open("offices.yaml")
	if err != nil {
		return appointment.File{}, fmt.Errorf("read sample offices: %w", err)
	}
	defer f.Close()
	return appointment.Read(f)
}

// Catalogue gives the region's catalogue.
func Catalogue() (catalogue.File, error) {
	f, err := files.Open("catalogue.yaml")
	if err != nil {
		return catalogue.File{}, fmt.Errorf("read sample catalogue: %w", err)
	}
	defer f.Close()
	return catalogue.ReadYAML(f)
}

// path gives the states through which a case comes to where the sample wants it.
func path(to cases.State) []cases.State {
	var search func(at cases.State, seen []cases.State) []cases.State
	search = func(at cases.State, seen []cases.State) []cases.State {
		if at == to {
			return []cases.State{}
		}
		if at.May(to) {
			return []cases.State{to}
		}
		for _, next := range at.Next() {
			if slices.Contains(seen, next) {
				continue
			}
			if rest := search(next, append(seen, next)); rest != nil {
				return append([]cases.State{next}, rest...)
			}
		}
		return nil
	}
	return search(cases.Registered, []cases.State{cases.Registered})
}
