package acd

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"time"
)

// Skill is the level of a skill that a queue wants of whoever takes its contacts.
type Skill struct {
	Level int            `yaml:"level" json:"level"`                     // 1 to 5
	Relax *time.Duration `yaml:"relax,omitempty" json:"relax,omitempty"` // after each such wait one level less is enough; nil: never
}

// after is the level that is enough after a wait.
func (s Skill) after(waited time.Duration) int {
	if s.Relax == nil {
		return s.Level
	}
	return s.Level - int(min(waited / *s.Relax, time.Duration(s.Level)))
}

// skilled says whether somebody's skills are enough for a contact of a queue after a wait.
func (r Rules) skilled(has map[string]int, waited time.Duration) bool {
	for name, wanted := range r.Skills {
		if has[name] < wanted.after(waited) {
			return false
		}
	}
	return true
}

// everSkilled says whether they will be, if it waits long enough.
func (r Rules) everSkilled(has map[string]int) bool {
	for name, wanted := range r.Skills {
		if wanted.Relax == nil && has[name] < wanted.Level {
			return false
		}
	}
	return true
}

// nameForm is that of names of queues and skills.
var nameForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,31}$`)

// mostLevel is the highest level of a skill; the lowest is 1, and 0 is not to have it.
const mostLevel = 5

// CheckSkills says what is wrong with levels of skills by name.
func CheckSkills(levels map[string]int) error {
	for _, name := range slices.Sorted(maps.Keys(levels)) {
		if !nameForm.MatchString(name) {
			return fmt.Errorf("%q is no name of a skill: up to 32 letters a-z, digits, hyphens and underscores", name)
		}
		if level := levels[name]; level < 1 || level > mostLevel {
			return fmt.Errorf("level %d of %s is not between 1 and %d", level, name, mostLevel)
		}
	}
	return nil
}
