package acd

import (
	"maps"

	"okno/internal/fault"
)

// Abilities are what the distribution goes by of an agent, beside languages and queues.
type Abilities struct {
	Skills   map[string]int // levels by name
	Capacity int            // points
}

// Check says what is wrong with them. The error names the field.
func (a Abilities) Check() error {
	if err := CheckSkills(a.Skills); err != nil {
		return &fault.Error{Kind: fault.Invalid, Field: "skills", Text: err.Error()}
	}
	return CheckCapacity(a.Capacity)
}

// Equal says whether they are the same.
func (a Abilities) Equal(b Abilities) bool {
	return a.Capacity == b.Capacity && maps.Equal(a.Skills, b.Skills)
}
