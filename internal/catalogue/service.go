// Package catalogue is what the participating bodies offer: services by code, category and keyword, in every language.
// Nothing outside its validity is ever found. It knows no channel and no storage.
package catalogue

import (
	"time"

	"okno/internal/dialogue"
)

// Service is an entry of the catalogue.
type Service struct {
	Code       string // three digits
	Category   string
	Agency     string
	Stage      int // 1 information, 2 forms, 3 electronic application, 4 status tracking, 5 electronic result
	Owner      string
	ValidFrom  time.Time // both days belong to the validity
	ValidUntil time.Time
	ReviewBy   time.Time
	Sample     bool // invented for the sample region
	Version    int
	Texts      map[dialogue.Language]Text
}

// Text is what a service is called and what is told of it, in one language.
type Text struct {
	Name      string   `yaml:"name"`
	Title     string   `yaml:"title"`  // in lists: the name, in a few words
	Short     string   `yaml:"short"`  // by SMS: with the code, at most two segments
	Spoken    string   `yaml:"spoken"` // by phone, in full
	Documents string   `yaml:"documents"`
	Fee       string   `yaml:"fee"`
	Term      string   `yaml:"term"`
	Place     string   `yaml:"place"`
	Keywords  []string `yaml:"keywords"`
}

// ValidOn says whether the service may be told of on a day.
func (s Service) ValidOn(day time.Time) bool {
	date := day.Format(time.DateOnly)
	return s.ValidFrom.Format(time.DateOnly) <= date && date <= s.ValidUntil.Format(time.DateOnly)
}
