// Package catalogue is what the participating bodies offer: services by code, category and keyword, in every language.
// Nothing outside its validity is ever told. It knows no channel and no storage.
package catalogue

import (
	"time"

	"okno/internal/dialogue"
)

// The stages of maturity of a service.
const (
	StageInformation = 1 // a citizen can learn about it
	StageForms       = 2 // and get its form
	StageApplication = 3 // and apply for it electronically
	StageStatus      = 4 // and follow the application
	StageResult      = 5 // and get its result electronically
)

// Service is an entry of the catalogue, in one version.
type Service struct {
	Code       string // see [IsCode]
	Category   string
	Agency     string
	Stage      int // StageInformation to StageResult
	Owner      string
	ValidFrom  time.Time // both days belong to the validity
	ValidUntil time.Time
	ReviewBy   time.Time
	Sample     bool // invented for the sample region
	Version    int  // 1, and one more with each change
	Texts      map[dialogue.Language]Text
}

// Text is what a service is called and what is told of it, in one language.
type Text struct {
	Name      string   `yaml:"name" json:"name"`
	Title     string   `yaml:"title" json:"title"`   // in lists: the name, in a few words
	Short     string   `yaml:"short" json:"short"`   // by SMS: with the code, at most two segments
	Spoken    string   `yaml:"spoken" json:"spoken"` // by phone, in full
	Documents string   `yaml:"documents" json:"documents"`
	Fee       string   `yaml:"fee" json:"fee"`
	Term      string   `yaml:"term" json:"term"`
	Place     string   `yaml:"place" json:"place"`
	Form      string   `yaml:"form,omitempty" json:"form,omitempty"`     // where the form is: an address that fits into an SMS
	Script    string   `yaml:"script,omitempty" json:"script,omitempty"` // for operators alone: what to ask, to explain and not to promise
	Keywords  []string `yaml:"keywords" json:"keywords"`
}

// ValidOn says whether the service may be told of on a day.
func (s Service) ValidOn(day time.Time) bool {
	date := day.Format(time.DateOnly)
	return s.ValidFrom.Format(time.DateOnly) <= date && date <= s.ValidUntil.Format(time.DateOnly)
}

// EndedBy says whether the service's validity is over on a day.
func (s Service) EndedBy(day time.Time) bool {
	return s.ValidUntil.Format(time.DateOnly) < day.Format(time.DateOnly)
}

// Edition is a version of a service with its origin.
type Edition struct {
	Service Service
	At      time.Time // since when it is told
	By      string    // who wrote it: "agent:7", "cli:anna"
	Why     string
}

// Newest is the moment of the version that is told now, whatever two clocks say.
var Newest = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)
