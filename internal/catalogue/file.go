package catalogue

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"okno/internal/dialogue"
)

// File is a catalogue as people keep it. What a file does not name stays as it is: a service ends by its validity, never by being left out.
type File struct {
	Agencies map[string]map[dialogue.Language]string `yaml:"agencies,omitempty"` // those that a CSV names are kept already
	Services []FileService                           `yaml:"services"`
}

// FileService is a service in a file.
type FileService struct {
	Code       string                     `yaml:"code" json:"code"`
	Category   string                     `yaml:"category" json:"category"`
	Agency     string                     `yaml:"agency" json:"agency"`
	Stage      int                        `yaml:"stage" json:"stage"`
	Owner      string                     `yaml:"owner" json:"owner"`
	ValidFrom  string                     `yaml:"valid_from" json:"valid_from"`
	ValidUntil string                     `yaml:"valid_until" json:"valid_until"`
	ReviewBy   string                     `yaml:"review_by" json:"review_by"`
	Sample     bool                       `yaml:"sample,omitempty" json:"sample,omitempty"`
	Texts      map[dialogue.Language]Text `yaml:"texts" json:"texts"`

	// lines tells where fields stand: by name as in [Field], "" for the service.
	lines map[string]int
}

// NewFile makes a file of a catalogue.
func NewFile(agencies map[string]map[dialogue.Language]string, services []Service) File {
	f := File{Agencies: agencies}
	for _, s := range services {
		f.Services = append(f.Services, FileService{Code: s.Code, Category: s.Category, Agency: s.Agency, Stage: s.Stage, Owner: s.Owner,
			ValidFrom: s.ValidFrom.Format(time.DateOnly), ValidUntil: s.ValidUntil.Format(time.DateOnly), ReviewBy: s.ReviewBy.Format(time.DateOnly),
			Sample: s.Sample, Texts: s.Texts})
	}
	slices.SortFunc(f.Services, func(a, b FileService) int { return cmp.Compare(a.Code, b.Code) })
	return f
}

// ProblemKind is what is wrong with a field, for a page that says it in its own language.
type ProblemKind string

// The kinds of problem.
const (
	ProblemMissing  ProblemKind = "missing"
	ProblemForm     ProblemKind = "form"     // the value is of no such form
	ProblemUnknown  ProblemKind = "unknown"  // nothing has this name
	ProblemTwice    ProblemKind = "twice"    // it stands twice
	ProblemOrder    ProblemKind = "order"    // the service ends before it begins
	ProblemLong     ProblemKind = "long"     // too many letters
	ProblemSegments ProblemKind = "segments" // too many segments of an SMS
	ProblemCodes    ProblemKind = "codes"    // the codes differ in length
)

// Problem is what keeps a file from being imported, or a service from being saved.
type Problem struct {
	Line  int    // in the file; 0: unknown
	Code  string // the service's; "": of none
	Field string // as in [Field]; "": the service as such
	Kind  ProblemKind
	Text  string
}

// Error says where it is and what is wrong.
func (p Problem) Error() string {
	at := ""
	if p.Line > 0 {
		at = fmt.Sprintf("line %d: ", p.Line)
	}
	if p.Code != "" {
		at += "service " + p.Code + ": "
	}
	if p.Field != "" {
		at += p.Field + ": "
	}
	return at + p.Text
}

// mostSegments is how much of an SMS a service may take, with its code before it.
const mostSegments = 2

// mostSpoken is the letters of a spoken text that a caller would listen to: about three minutes.
const mostSpoken = 2000

// mostScript is the letters of an operator's script: two screens of the desk's panel.
const mostScript = 4000

// mostText is the letters of any other field.
const mostText = 1000

// Check gives the services, or every problem that keeps them from being imported. segments counts an SMS; known are the agencies that
// are kept already.
func (f File) Check(segments func(string) int, known map[string]map[dialogue.Language]string) ([]Service, []error) {
	services, problems := f.check(segments, known)
	var all []error
	for _, p := range problems {
		all = append(all, p)
	}
	return services, all
}

func (f File) check(segments func(string) int, known map[string]map[dialogue.Language]string) ([]Service, []Problem) {
	c := checker{file: f, known: known, segments: segments, seen: map[string]bool{}}
	for code, names := range f.Agencies {
		for _, l := range dialogue.Languages {
			if code == "" || names[l] == "" {
				c.problems = append(c.problems, Problem{Kind: ProblemMissing, Text: fmt.Sprintf("agency %q: it needs a name in %s", code, l)})
			}
		}
	}
	var services []Service
	for _, in := range f.Services {
		services = append(services, c.service(in))
	}
	if all := lengths(nil, services); len(all) > 1 && len(c.problems) == 0 {
		c.problems = append(c.problems, Problem{Kind: ProblemCodes, Text: "all codes need the same length: a caller's entry is complete with its last digit"})
	}
	return services, c.problems
}

type checker struct {
	file     File
	known    map[string]map[dialogue.Language]string
	segments func(string) int
	seen     map[string]bool
	problems []Problem
}

func (c *checker) wrong(in FileService, field string, kind ProblemKind, format string, args ...any) {
	language, _, _ := strings.Cut(field, ".")
	line := cmp.Or(in.lines[field], in.lines[language], in.lines[""])
	c.problems = append(c.problems, Problem{Line: line, Code: in.Code, Field: field, Kind: kind, Text: fmt.Sprintf(format, args...)})
}

func (c *checker) service(in FileService) Service {
	if !IsCode(in.Code) {
		c.wrong(in, "code", ProblemForm, "three digits, or four")
	}
	if c.seen[in.Code] {
		c.wrong(in, "code", ProblemTwice, "it stands twice")
	}
	c.seen[in.Code] = true
	_, listed := c.file.Agencies[in.Agency]
	if _, kept := c.known[in.Agency]; !listed && !kept {
		c.wrong(in, "agency", ProblemUnknown, "%q is not listed", in.Agency)
	}
	for _, f := range []struct{ name, value string }{{"category", in.Category}, {"owner", in.Owner}} {
		if f.value == "" {
			c.wrong(in, f.name, ProblemMissing, "it is needed")
		}
	}
	if in.Stage < StageInformation || in.Stage > StageResult {
		c.wrong(in, "stage", ProblemForm, "1 to 5")
	}
	s := Service{Code: in.Code, Category: in.Category, Agency: in.Agency, Stage: in.Stage, Owner: in.Owner, Sample: in.Sample,
		Texts: map[dialogue.Language]Text{}}
	dates := 0
	for _, d := range []struct {
		name, value string
		into        *time.Time
	}{{"valid_from", in.ValidFrom, &s.ValidFrom}, {"valid_until", in.ValidUntil, &s.ValidUntil}, {"review_by", in.ReviewBy, &s.ReviewBy}} {
		parsed, err := time.Parse(time.DateOnly, d.value)
		if err != nil {
			c.wrong(in, d.name, ProblemForm, "%q is no date of the form YYYY-MM-DD", d.value)
			continue
		}
		*d.into = parsed
		dates++
	}
	if dates == 3 && s.ValidUntil.Before(s.ValidFrom) {
		c.wrong(in, "valid_until", ProblemOrder, "the service ends before it begins")
	}
	for _, l := range dialogue.Languages {
		if text, ok := c.text(in, l); ok {
			s.Texts[l] = text
		}
	}
	for l := range in.Texts {
		if !slices.Contains(dialogue.Languages, l) {
			c.wrong(in, string(l), ProblemUnknown, "no language of Okno: kk, ru, en")
		}
	}
	return s
}

func (c *checker) text(in FileService, l dialogue.Language) (text Text, ok bool) {
	text, ok = in.Texts[l]
	if !ok {
		c.wrong(in, string(l), ProblemMissing, "the text in this language is missing")
		return text, false
	}
	for _, f := range textFields {
		value, most := *f.of(&text), mostText
		switch f.name {
		case "spoken":
			most = mostSpoken
		case "script":
			most = mostScript
		}
		if n := len([]rune(value)); n > most {
			c.wrong(in, string(l)+"."+f.name, ProblemLong, "%d letters, and at most %d", n, most)
		}
		if value == "" && (f.name == "name" || f.name == "short" || f.name == "spoken") {
			c.wrong(in, string(l)+"."+f.name, ProblemMissing, "it is needed")
		}
	}
	if text.Title == "" {
		text.Title = text.Name
	}
	if n := c.segments(in.Code + " " + text.Short); n > mostSegments {
		c.wrong(in, string(l)+".short", ProblemSegments, "with the code it takes %d segments of SMS, and may take %d", n, mostSegments)
	}
	return text, true
}

// ErrCodes says that a file's codes have another length than those that are kept.
var ErrCodes = errors.New("the codes have another length than those of the catalogue: a caller's entry is complete with its last digit")

// Keeper keeps a catalogue.
type Keeper interface {
	SaveAgency(ctx context.Context, code string, name map[dialogue.Language]string) error
	// ServicesToChange gives the whole catalogue, and keeps others from changing it until the transaction ends.
	ServicesToChange(ctx context.Context) ([]Service, error)
	// SaveServices writes new versions.
	SaveServices(ctx context.Context, changes []Change, by, why string) error
}

// Keep adds or renews a file's agencies, and the services that Check gave; it gives what it changed.
func (f File) Keep(ctx context.Context, k Keeper, services []Service, by, why string) ([]Change, error) {
	kept, err := k.ServicesToChange(ctx)
	if err != nil {
		return nil, err
	}
	if len(lengths(kept, services)) > 1 {
		return nil, ErrCodes
	}
	for code, name := range f.Agencies {
		if err := k.SaveAgency(ctx, code, name); err != nil {
			return nil, err
		}
	}
	return renew(ctx, k, kept, services, by, why)
}

// renew writes new versions of the services that are not as they are kept.
func renew(ctx context.Context, k Keeper, kept, services []Service, by, why string) ([]Change, error) {
	changes := Changes(kept, services)
	if len(changes) == 0 {
		return nil, nil
	}
	return changes, k.SaveServices(ctx, changes, by, why)
}
