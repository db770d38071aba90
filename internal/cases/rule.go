package cases

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"okno/internal/calendar"
	"okno/internal/yamlfile"
)

// Length is a stretch of working time: so many hours, or so many working days. The zero Length is none.
type Length struct {
	Hours time.Duration
	Days  int
}

// ParseLength reads "4h", "90m" or "15d". "" is none.
func ParseLength(s string) (Length, error) {
	if s == "" {
		return Length{}, nil
	}
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.Atoi(days)
		if err != nil || n < 1 || n > 400 {
			return Length{}, fmt.Errorf("%q is no number of working days, like 15d", s)
		}
		return Length{Days: n}, nil
	}
	hours, err := time.ParseDuration(s)
	if err != nil || hours < time.Minute || hours > 2000*time.Hour || hours%time.Minute != 0 {
		return Length{}, fmt.Errorf("%q is no length of working time, like 4h, 90m or 15d", s)
	}
	return Length{Hours: hours}, nil
}

// IsZero says that there is none.
func (l Length) IsZero() bool { return l == Length{} }

// after is the moment a length after another.
func (l Length) after(c calendar.Calendar, from time.Time) (time.Time, error) {
	switch {
	case l.Days > 0:
		return c.AddDays(from, l.Days)
	case l.Hours > 0:
		return c.Add(from, l.Hours)
	}
	return from, nil
}

// before is the moment a length before another.
func (l Length) before(c calendar.Calendar, to time.Time) (time.Time, error) {
	switch {
	case l.Days > 0:
		return c.SubDays(to, l.Days)
	case l.Hours > 0:
		return c.Sub(to, l.Hours)
	}
	return to, nil
}

// What an escalation does. All of them stand in the case's history, and supervisors see the case among those that escalated.
const (
	EscalateNotify = "notify" // nothing else
	EscalateRaise  = "raise"  // raise the priority by one
	EscalateQueue  = "queue"  // give it to a queue, and take it from whoever has it
)

// Level is one step of escalation.
type Level struct {
	Before Length // the term; at most one of both is set
	After  Length
	Do     string
	Queue  string // of EscalateQueue
}

// Rule says within what time a kind of case is answered.
type Rule struct {
	Kind       Kind
	Agency     string // "": of any
	Service    string // "": of any
	Queue      string // whose agents answer it, unless somebody says otherwise; "": nobody's
	First      Length // until the first response; zero: none is asked for
	Resolution Length // until it is settled
	Escalate   []Level
}

// Rules are all rules of a region, as a person keeps them.
type Rules []Rule

// For gives the most special rule of a case: by its service, its agency, its kind. False: nothing is asked for.
func (rules Rules) For(kind Kind, agency, service string) (best Rule, found bool) {
	weight := -1
	for _, r := range rules {
		if r.Kind != kind || r.Agency != "" && r.Agency != agency || r.Service != "" && r.Service != service {
			continue
		}
		w := 0
		if r.Agency != "" {
			w++
		}
		if r.Service != "" {
			w += 2
		}
		if w > weight {
			best, found, weight = r, true, w
		}
	}
	return best, found
}

// RuleFile is rules in a file.
type RuleFile struct {
	Rules []RuleEntry `yaml:"rules" json:"rules"`
}

// RuleEntry is one rule of a file.
type RuleEntry struct {
	Kind       Kind         `yaml:"kind" json:"kind"`
	Agency     string       `yaml:"agency,omitempty" json:"agency,omitempty"`
	Service    string       `yaml:"service,omitempty" json:"service,omitempty"`
	Queue      string       `yaml:"queue,omitempty" json:"queue,omitempty"`
	First      string       `yaml:"first_response,omitempty" json:"first_response,omitempty"`
	Resolution string       `yaml:"resolution" json:"resolution"`
	Escalate   []LevelEntry `yaml:"escalate,omitempty" json:"escalate,omitempty"`
}

// LevelEntry is one level of a file.
type LevelEntry struct {
	Before string `yaml:"before,omitempty" json:"before,omitempty"`
	After  string `yaml:"after,omitempty" json:"after,omitempty"`
	Do     string `yaml:"do" json:"do"`
	Queue  string `yaml:"queue,omitempty" json:"queue,omitempty"`
}

// ReadRules parses a file. An unknown key is an error with its line.
func ReadRules(r io.Reader) (RuleFile, error) { return yamlfile.Read[RuleFile](r) }

// Queues are the queues that a file names.
func (f RuleFile) Queues() (names []string) {
	for _, r := range f.Rules {
		names = append(names, r.Queue)
		for _, level := range r.Escalate {
			names = append(names, level.Queue)
		}
	}
	slices.Sort(names)
	return slices.DeleteFunc(slices.Compact(names), func(name string) bool { return name == "" })
}

// mostLevels bounds the escalation of a case.
const mostLevels = 8

// Compile gives the rules of a file, or all that is wrong with it.
func (f RuleFile) Compile() (rules Rules, err error) {
	var problems []error
	seen := map[[3]string]bool{}
	for i, e := range f.Rules {
		wrong := func(field string, err error) {
			if err != nil {
				problems = append(problems, fmt.Errorf("rules[%d].%s: %w", i, field, err))
			}
		}
		r := Rule{Kind: e.Kind, Agency: e.Agency, Service: e.Service, Queue: e.Queue}
		if !slices.Contains(Kinds, e.Kind) {
			wrong("kind", fmt.Errorf("one of %v", Kinds))
		}
		if key := [3]string{string(e.Kind), e.Agency, e.Service}; seen[key] {
			wrong("kind", errors.New("there is such a rule already"))
		} else {
			seen[key] = true
		}
		r.First, err = ParseLength(e.First)
		wrong("first_response", err)
		r.Resolution, err = ParseLength(e.Resolution)
		wrong("resolution", err)
		if err == nil && r.Resolution.IsZero() {
			wrong("resolution", errors.New("it is needed"))
		}
		if len(e.Escalate) > mostLevels {
			wrong("escalate", fmt.Errorf("at most %d levels", mostLevels))
		}
		for j, level := range e.Escalate {
			l, err := level.level()
			wrong(fmt.Sprintf("escalate[%d]", j), err)
			r.Escalate = append(r.Escalate, l)
		}
		rules = append(rules, r)
	}
	return rules, errors.Join(problems...)
}

func (e LevelEntry) level() (l Level, err error) {
	l = Level{Do: e.Do, Queue: e.Queue}
	var second error
	l.Before, err = ParseLength(e.Before)
	l.After, second = ParseLength(e.After)
	switch {
	case err != nil || second != nil:
		return l, errors.Join(err, second)
	case !l.Before.IsZero() && !l.After.IsZero():
		return l, errors.New("before or after the term, not both")
	case e.Do != EscalateNotify && e.Do != EscalateRaise && e.Do != EscalateQueue:
		return l, errors.New("do: notify, raise or queue")
	case (e.Do == EscalateQueue) != (e.Queue != ""):
		return l, errors.New("queue: to which; only with do: queue")
	}
	return l, nil
}
