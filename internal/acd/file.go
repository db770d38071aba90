package acd

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"okno/internal/calendar"
	"okno/internal/yamlfile"
)

// File is queues as people keep them.
type File struct {
	Queues map[string]Settings `yaml:"queues,omitempty"`
	Pauses PauseLimits         `yaml:"pauses,omitempty"` // of a role that is not there they stay as they are
}

// Settings are a queue's own; what is left out is the house's ([DefaultRules]).
type Settings struct {
	Title        map[string]string `yaml:"title" json:"title"`                                       // by language
	Calendar     string            `yaml:"calendar,omitempty" json:"calendar,omitempty"`             // within whose hours it is open; "": always
	AtClosing    AtClosing         `yaml:"at_closing,omitempty" json:"at_closing,omitempty"`         // serve or tell
	Calls        string            `yaml:"calls,omitempty" json:"calls,omitempty"`                   // when citizens are called back, "09:00-20:00"
	Ring         *time.Duration    `yaml:"ring,omitempty" json:"ring,omitempty"`                     // "20s"
	WrapUp       *time.Duration    `yaml:"wrap_up,omitempty" json:"wrap_up,omitempty"`               // "1m"
	GiveUp       *time.Duration    `yaml:"give_up,omitempty" json:"give_up,omitempty"`               // "30s"
	Pause        *time.Duration    `yaml:"pause,omitempty" json:"pause,omitempty"`                   // "5m"
	Address      *time.Duration    `yaml:"address,omitempty" json:"address,omitempty"`               // "1m"
	Announce     *time.Duration    `yaml:"announce,omitempty" json:"announce,omitempty"`             // "1m"; "0s": never
	Target       *time.Duration    `yaml:"target,omitempty" json:"target,omitempty"`                 // of the service level, "20s"
	TargetShare  *int              `yaml:"target_percent,omitempty" json:"target_percent,omitempty"` // 1 to 100
	Priority     *int              `yaml:"priority,omitempty" json:"priority,omitempty"`             // points, 0 to 100
	Ageing       *int              `yaml:"ageing,omitempty" json:"ageing,omitempty"`                 // points a minute, 1 to 100
	Strategy     Strategy          `yaml:"strategy,omitempty" json:"strategy,omitempty"`             // longest_idle, least_occupied, round_robin, linear
	Line         []string          `yaml:"line,omitempty" json:"line,omitempty"`                     // of linear: logins
	Skills       map[string]Skill  `yaml:"skills,omitempty" json:"skills,omitempty"`
	Overflow     *Overflow         `yaml:"overflow,omitempty" json:"overflow,omitempty"`             // whose agents help
	MostWaiting  *int              `yaml:"most_waiting,omitempty" json:"most_waiting,omitempty"`     // 0: any number
	MostOfNumber *int              `yaml:"most_of_number,omitempty" json:"most_of_number,omitempty"` // 0: any number
	CallBackLost *bool             `yaml:"call_back_lost,omitempty" json:"call_back_lost,omitempty"`
	Recording    string            `yaml:"recording,omitempty" json:"recording,omitempty"`           // of talks: announced or asked; "": none
	RecordedFor  *int              `yaml:"recording_days,omitempty" json:"recording_days,omitempty"` // 1 to 365
	Transcripts  bool              `yaml:"transcripts,omitempty" json:"transcripts,omitempty"`       // recorded talks are written down
	Survey       bool              `yaml:"survey,omitempty" json:"survey,omitempty"`                 // callers are asked after a talk how it was
	Disposition  Disposition       `yaml:"disposition,omitempty" json:"disposition,omitempty"`       // required or optional
	AutoAccept   bool              `yaml:"auto_accept,omitempty" json:"auto_accept,omitempty"`       // the page accepts offers by itself
}

// Disposition says whether a wrap-up ends with an outcome only.
type Disposition string

// The dispositions.
const (
	Required Disposition = "required" // a wrap-up whose time is over without an outcome is filed as [contact.NotGiven]
	Optional Disposition = "optional"
)

// RecordedDays is for how many days a queue's recordings are kept that does not say.
const RecordedDays = 90

// Overflow is which queue's agents are asked, too, and after which wait.
type Overflow struct {
	To    string         `yaml:"to" json:"to"`
	After *time.Duration `yaml:"after,omitempty" json:"after,omitempty"` // "1m"
}

// ReadFile parses a file. An unknown key is an error with its line.
func ReadFile(r io.Reader) (File, error) { return yamlfile.Read[File](r) }

// WriteFile writes a file in the form that ReadFile reads.
func WriteFile(w io.Writer, f File) error { return yamlfile.Write(w, f) }

// Check gives every problem that keeps a file from being imported.
func (f File) Check() (problems []error) {
	for name, s := range f.Queues {
		for _, problem := range s.check(name) {
			problems = append(problems, fmt.Errorf("queues.%s.%w", name, problem))
		}
	}
	if len(f.Queues) == 0 && len(f.Pauses) == 0 {
		problems = append(problems, errors.New("queues: there is none"))
	}
	for _, problem := range f.Pauses.check() {
		problems = append(problems, fmt.Errorf("pauses.%w", problem))
	}
	slices.SortFunc(problems, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return problems
}

// problem is what is wrong with a field.
type problem struct{ field, text string }

func (p problem) Error() string { return p.field + ": " + p.text }

func (s Settings) check(name string) (problems []error) {
	wrong := func(field, text string, args ...any) {
		problems = append(problems, problem{field, fmt.Sprintf(text, args...)})
	}
	if !nameForm.MatchString(name) {
		wrong("name", "up to 32 letters a-z, digits, hyphens and underscores")
	}
	for _, l := range []string{"kk", "ru", "en"} {
		if strings.TrimSpace(s.Title[l]) == "" {
			wrong("title."+l, "is missing")
		}
	}
	for l := range s.Title {
		if l != "kk" && l != "ru" && l != "en" {
			wrong("title."+l, "is no language: kk, ru or en")
		}
	}
	if s.AtClosing != "" && s.AtClosing != Serve && s.AtClosing != Tell {
		wrong("at_closing", "%q is neither serve nor tell", s.AtClosing)
	}
	if _, err := s.calls(); err != nil {
		wrong("calls", "%s", err)
	}
	var overflow *time.Duration
	if s.Overflow != nil {
		overflow = s.Overflow.After
	}
	type length struct {
		field       string
		length      *time.Duration
		least, most time.Duration
	}
	lengths := []length{
		{"ring", s.Ring, 5 * time.Second, 2 * time.Minute}, {"wrap_up", s.WrapUp, 0, time.Hour}, {"give_up", s.GiveUp, 0, time.Hour},
		{"pause", s.Pause, 0, time.Hour}, {"address", s.Address, 0, time.Hour}, {"announce", s.Announce, 0, time.Hour}, {"overflow.after", overflow, 0, time.Hour},
		{"target", s.Target, time.Second, time.Hour},
	}
	for name, skill := range s.Skills {
		lengths = append(lengths, length{"skills." + name + ".relax", skill.Relax, 5 * time.Second, time.Hour})
	}
	for _, d := range lengths {
		if d.length != nil && (*d.length < d.least || *d.length > d.most || *d.length%time.Second != 0) {
			wrong(d.field, "%v is not in whole seconds from %v to %v", *d.length, d.least, d.most)
		}
	}
	for _, n := range []struct {
		field       string
		n           *int
		least, most int
	}{
		{"most_waiting", s.MostWaiting, 0, 100_000}, {"most_of_number", s.MostOfNumber, 0, 100_000}, {"priority", s.Priority, 0, 100},
		{"ageing", s.Ageing, 1, 100}, {"recording_days", s.RecordedFor, 1, 365}, {"target_percent", s.TargetShare, 1, 100},
	} {
		if n.n != nil && (*n.n < n.least || *n.n > n.most) {
			wrong(n.field, "%d is not between %d and %d", *n.n, n.least, n.most)
		}
	}
	if s.Strategy != "" && !slices.Contains(Strategies, s.Strategy) {
		wrong("strategy", "%q is none of longest_idle, least_occupied, round_robin, linear", s.Strategy)
	}
	if s.Recording != "" && s.Recording != "announced" && s.Recording != "asked" {
		wrong("recording", "%q is neither announced nor asked; without it no talk is recorded", s.Recording)
	}
	if s.Transcripts && s.Recording == "" {
		wrong("transcripts", "only talks that are recorded are written down: say recording, too")
	}
	if s.Disposition != "" && s.Disposition != Required && s.Disposition != Optional {
		wrong("disposition", "%q is neither required nor optional", s.Disposition)
	}
	if (s.Strategy == Linear) != (len(s.Line) > 0) {
		wrong("line", "lists logins for the strategy linear, and for no other")
	}
	if err := CheckSkills(s.levels()); err != nil {
		wrong("skills", "%s", err)
	}
	if s.Overflow != nil && (s.Overflow.To == "" || s.Overflow.To == name) {
		wrong("overflow.to", "names another queue")
	}
	return problems
}

func (s Settings) levels() map[string]int {
	levels := map[string]int{}
	for name, skill := range s.Skills {
		levels[name] = skill.Level
	}
	return levels
}

func (s Settings) calls() (CallHours, error) {
	if s.Calls == "" {
		return DefaultRules.Calls, nil
	}
	spans, err := calendar.ParseSpans([]string{s.Calls})
	if err != nil {
		return CallHours{}, err
	}
	return CallHours{time.Duration(spans[0].From) * time.Minute, time.Duration(spans[0].To) * time.Minute}, nil
}

// Rules are those that settings come to, but for the hours: those are the calendar's.
func (s Settings) Rules() Rules {
	r := DefaultRules
	take(&r.Ring, s.Ring)
	take(&r.WrapUp, s.WrapUp)
	take(&r.GiveUp, s.GiveUp)
	take(&r.Pause, s.Pause)
	take(&r.Address, s.Address)
	take(&r.Announce, s.Announce)
	take(&r.MostWaiting, s.MostWaiting)
	take(&r.MostOfNumber, s.MostOfNumber)
	take(&r.CallBackLost, s.CallBackLost)
	take(&r.Priority, s.Priority)
	take(&r.Ageing, s.Ageing)
	r.Line, r.Skills, r.AutoAccept = s.Line, s.Skills, s.AutoAccept
	if s.Disposition != "" {
		r.Disposition = s.Disposition
	}
	if s.Strategy != "" {
		r.Strategy = s.Strategy
	}
	if s.Overflow != nil {
		r.Overflow = s.Overflow.To
		take(&r.OverflowAfter, s.Overflow.After)
	}
	if s.AtClosing != "" {
		r.AtClosing = s.AtClosing
	}
	if calls, err := s.calls(); err == nil { // the file was checked
		r.Calls = calls
	}
	return r
}

func take[T any](into *T, own *T) {
	if own != nil {
		*into = *own
	}
}
