package appointment

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"okno/internal/calendar"
	"okno/internal/dialogue"
	"okno/internal/yamlfile"
)

// File is offices as people keep them.
type File struct {
	Offices map[string]Entry `yaml:"offices"`
}

// Entry is one office of a file. Its form is kept: what was imported is exported again.
type Entry struct {
	Calendar string                       `yaml:"calendar,omitempty" json:"calendar,omitempty"`
	Name     map[dialogue.Language]string `yaml:"name" json:"name"`
	Address  map[dialogue.Language]string `yaml:"address" json:"address"`
	Ahead    int                          `yaml:"ahead,omitempty" json:"ahead,omitempty"` // days; default 30
	Closed   bool                         `yaml:"closed,omitempty" json:"closed,omitempty"`
	Counters map[string]CounterEntry      `yaml:"counters" json:"counters"`
}

// CounterEntry is one counter of an office.
type CounterEntry struct {
	Services []string `yaml:"services" json:"services"`
	Slot     string   `yaml:"slot" json:"slot"`                         // "20m"
	Places   int      `yaml:"places,omitempty" json:"places,omitempty"` // default 1
	Days     []string `yaml:"days,omitempty" json:"days,omitempty"`     // "mon" to "sun"; default all on which the office works
	Hours    []string `yaml:"hours,omitempty" json:"hours,omitempty"`   // "09:00-13:00"; default all of the office
}

// Bounds of a file.
const (
	defaultAhead = 30
	mostAhead    = 365
	mostPlaces   = 100
	shortestSlot = 5
	longestSlot  = 8 * 60
)

var codeForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`)

// Read parses a file. An unknown key is an error with its line.
func Read(r io.Reader) (File, error) { return yamlfile.Read[File](r) }

// Write writes a file in the form that Read reads.
func Write(w io.Writer, f File) error { return yamlfile.Write(w, f) }

// Check gives every problem that keeps a file from being imported.
func (f File) Check() (problems []error) {
	for code, e := range f.Offices {
		if _, err := e.Office(code); err != nil {
			problems = append(problems, err)
		}
	}
	if len(f.Offices) == 0 {
		problems = append(problems, errors.New("offices: there is none"))
	}
	slices.SortFunc(problems, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return problems
}

// Office gives the office of an entry, or all that is wrong with it.
func (e Entry) Office(code string) (Office, error) {
	o := Office{Code: code, Calendar: e.Calendar, Name: e.Name, Address: e.Address, Ahead: e.Ahead, Closed: e.Closed}
	var problems []error
	wrong := func(field, text string, args ...any) {
		problems = append(problems, fmt.Errorf("offices.%s%s: %s", code, field, fmt.Sprintf(text, args...)))
	}
	if !codeForm.MatchString(code) {
		wrong("", "a code is up to 32 letters a-z, digits and hyphens")
	}
	for _, l := range dialogue.Languages {
		if strings.TrimSpace(e.Name[l]) == "" {
			wrong(".name."+string(l), "is missing")
		}
		if strings.TrimSpace(e.Address[l]) == "" {
			wrong(".address."+string(l), "is missing")
		}
	}
	if o.Ahead == 0 {
		o.Ahead = defaultAhead
	}
	if o.Ahead < 1 || o.Ahead > mostAhead {
		wrong(".ahead", "1 to %d days", mostAhead)
	}
	if len(e.Counters) == 0 {
		wrong(".counters", "there is none")
	}
	for _, name := range slices.Sorted(maps.Keys(e.Counters)) {
		c, found := e.Counters[name].counter(name)
		for _, problem := range found {
			wrong(".counters."+name+problem.field, "%s", problem.text)
		}
		o.Counters = append(o.Counters, c)
	}
	return o, errors.Join(problems...)
}

// problem is what is wrong with a field of a counter.
type problem struct{ field, text string }

func (e CounterEntry) counter(name string) (c Counter, problems []problem) {
	c = Counter{Name: name, Services: e.Services, Places: e.Places}
	wrong := func(field, text string, args ...any) {
		problems = append(problems, problem{field, fmt.Sprintf(text, args...)})
	}
	if !codeForm.MatchString(name) {
		wrong("", "a counter's name is up to 32 letters a-z, digits and hyphens")
	}
	if len(e.Services) == 0 {
		wrong(".services", "there is none")
	}
	length, err := time.ParseDuration(e.Slot)
	c.Slot = int(length.Minutes())
	if err != nil || length%time.Minute != 0 || c.Slot < shortestSlot || c.Slot > longestSlot {
		wrong(".slot", "%q is no length from %d minutes to %d hours, like 20m", e.Slot, shortestSlot, longestSlot/60)
	}
	if c.Places == 0 {
		c.Places = 1
	}
	if c.Places < 1 || c.Places > mostPlaces {
		wrong(".places", "1 to %d", mostPlaces)
	}
	for _, day := range e.Days {
		weekday, ok := calendar.Weekday(day)
		if !ok {
			wrong(".days", "%q is none of mon, tue, wed, thu, fri, sat, sun", day)
			continue
		}
		c.Days[weekday] = true
	}
	if len(e.Days) == 0 {
		c.Days = [7]bool{true, true, true, true, true, true, true}
	}
	if c.Hours, err = calendar.ParseSpans(e.Hours); err != nil {
		wrong(".hours", "%s", err)
	}
	return c, problems
}
