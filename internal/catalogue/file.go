package catalogue

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"okno/internal/dialogue"
)

// File is a catalogue as people keep it.
type File struct {
	Agencies map[string]map[dialogue.Language]string `yaml:"agencies"`
	Services []FileService                           `yaml:"services"`
}

// FileService is a service in a file.
type FileService struct {
	Code       string                     `yaml:"code"`
	Category   string                     `yaml:"category"`
	Agency     string                     `yaml:"agency"`
	Stage      int                        `yaml:"stage"`
	Owner      string                     `yaml:"owner"`
	ValidFrom  string                     `yaml:"valid_from"`
	ValidUntil string                     `yaml:"valid_until"`
	ReviewBy   string                     `yaml:"review_by"`
	Sample     bool                       `yaml:"sample,omitempty"`
	Texts      map[dialogue.Language]Text `yaml:"texts"`
}

// ReadFile parses a catalogue. An unknown key is an error with its line.
func ReadFile(r io.Reader) (File, error) {
	var f File
	decoder := yaml.NewDecoder(r)
	decoder.KnownFields(true)
	if err := decoder.Decode(&f); err != nil {
		var typed *yaml.TypeError
		if errors.As(err, &typed) {
			return f, errors.New(strings.Join(typed.Errors, "; "))
		}
		return f, errors.New(strings.TrimPrefix(err.Error(), "yaml: "))
	}
	return f, nil
}

// WriteFile writes a catalogue in the form that ReadFile reads.
func WriteFile(w io.Writer, f File) error {
	encoder := yaml.NewEncoder(w)
	encoder.SetIndent(2)
	if err := encoder.Encode(f); err != nil {
		return err
	}
	return encoder.Close()
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

// mostSegments is how much of an SMS a service may take, with its code before it.
const mostSegments = 2

// Check gives the services, or every problem that keeps them from being imported. segments counts an SMS.
func (f File) Check(segments func(string) int) ([]Service, []error) {
	var services []Service
	var problems []error
	seen := map[string]bool{}
	for _, in := range f.Services {
		wrong := func(format string, args ...any) {
			problems = append(problems, fmt.Errorf("service %s: "+format, append([]any{in.Code}, args...)...))
		}
		if !IsCode(in.Code) {
			wrong("a code has three digits")
		}
		if seen[in.Code] {
			wrong("stands twice")
		}
		seen[in.Code] = true
		if _, ok := f.Agencies[in.Agency]; !ok {
			wrong("agency %q is not listed", in.Agency)
		}
		if in.Category == "" || in.Owner == "" {
			wrong("it needs a category and an owner")
		}
		if in.Stage < 1 || in.Stage > 5 {
			wrong("stage is 1 to 5")
		}
		s := Service{Code: in.Code, Category: in.Category, Agency: in.Agency, Stage: in.Stage, Owner: in.Owner, Sample: in.Sample, Texts: in.Texts}
		for _, d := range []struct {
			name, value string
			into        *time.Time
		}{{"valid_from", in.ValidFrom, &s.ValidFrom}, {"valid_until", in.ValidUntil, &s.ValidUntil}, {"review_by", in.ReviewBy, &s.ReviewBy}} {
			parsed, err := time.Parse(time.DateOnly, d.value)
			if err != nil {
				wrong("%s must be a date, YYYY-MM-DD", d.name)
			}
			*d.into = parsed
		}
		if s.ValidUntil.Before(s.ValidFrom) {
			wrong("it ends before it begins")
		}
		for _, l := range dialogue.Languages {
			text, ok := in.Texts[l]
			if !ok || text.Name == "" || text.Short == "" || text.Spoken == "" {
				wrong("name, short and spoken text are needed in %s", l)
				continue
			}
			if text.Title == "" {
				text.Title = text.Name
				s.Texts[l] = text
			}
			if n := segments(in.Code + " " + text.Short); n > mostSegments {
				wrong("the short text in %s takes %d segments, and may take %d", l, n, mostSegments)
			}
		}
		services = append(services, s)
	}
	return services, problems
}

// Keeper keeps a catalogue.
type Keeper interface {
	SaveAgency(ctx context.Context, code string, name map[dialogue.Language]string) error
	SaveService(ctx context.Context, s Service) error
}

// Keep adds or renews a file's agencies, and the services that Check gave. What the file does not name stays.
func (f File) Keep(ctx context.Context, k Keeper, services []Service) error {
	for code, name := range f.Agencies {
		if err := k.SaveAgency(ctx, code, name); err != nil {
			return err
		}
	}
	for _, s := range services {
		if err := k.SaveService(ctx, s); err != nil {
			return err
		}
	}
	return nil
}
