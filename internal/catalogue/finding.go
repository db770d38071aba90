package catalogue

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"okno/internal/dialogue"
)

// FindingKind is what is not as it should be.
type FindingKind string

// The kinds of finding.
const (
	Expired         FindingKind = "expired"          // nothing of it is told any more
	ExpiresSoon     FindingKind = "expires_soon"     // within [expiresSoon]
	ReviewDue       FindingKind = "review_due"       // the review date has come
	Incomplete      FindingKind = "incomplete"       // a field is empty in a language
	ContradictStage FindingKind = "contradict_stage" // its fields are not those of its stage
	TooLong         FindingKind = "too_long"         // by SMS it takes more than two segments
	NoClip          FindingKind = "no_clip"          // a voice has not been made of its texts
	AskedInVain     FindingKind = "asked_in_vain"    // citizens ask, and nothing answers
)

// FindingKinds lists them, the worst first.
var FindingKinds = []FindingKind{Expired, ExpiresSoon, ReviewDue, Incomplete, ContradictStage, TooLong, NoClip, AskedInVain}

// expiresSoon is how long before its end a service shows: an agency needs weeks to answer.
const expiresSoon = 30 * 24 * time.Hour

// Finding is a fault of the catalogue.
type Finding struct {
	Kind   FindingKind
	Code   string // the service's; "" of [AskedInVain]
	Agency string
	Owner  string
	Field  string // as in [Field], or ""
	Detail Detail
	Use    int // how often the service was asked for of late, or the question
}

// Detail says more of a finding: a code, as a key of texts in other languages, and the value in such a text. The zero value: there is none.
type Detail struct {
	Code  string
	Value string // a day as 2026-11-28, a number, or a question
}

// details are the English texts by code.
var details = map[string]string{
	"since":    "since {value}",
	"on":       "on {value}",
	"no_form":  "stage {value}, and no form",
	"a_form":   "stage {value}, and a form",
	"segments": "{value} segments",
	"question": "{value}",
}

// String is the detail in English; "" of none.
func (d Detail) String() string { return strings.ReplaceAll(details[d.Code], "{value}", d.Value) }

// DetailCodes lists the codes of details.
func DetailCodes() []string { return slices.Sorted(maps.Keys(details)) }

// String is the finding as one line.
func (f Finding) String() string {
	what := string(f.Kind)
	if f.Code != "" {
		what = "service " + f.Code + ": " + what
	}
	if f.Field != "" {
		what += ": " + f.Field
	}
	if detail := f.Detail.String(); detail != "" {
		what += ": " + detail
	}
	return what
}

// Monitor finds what of a catalogue is stale or incomplete.
type Monitor struct {
	Segments func(string) int                            // of an SMS
	HasClip  func(l dialogue.Language, text string) bool // nil: nobody can tell, and nothing is found
}

// Findings gives all faults of a catalogue today, the worst first, and of one kind those that are asked for most.
func (m Monitor) Findings(x *Index, vain []VainQuestion) (found []Finding) {
	today := x.clock()
	for i, s := range x.services {
		for _, f := range m.of(s, today) {
			f.Code, f.Agency, f.Owner, f.Use = s.Code, s.Agency, s.Owner, x.use[i]
			found = append(found, f)
		}
	}
	for _, q := range vain {
		found = append(found, Finding{Kind: AskedInVain, Field: string(q.Language), Detail: Detail{"question", q.Query}, Use: q.Times})
	}
	slices.SortStableFunc(found, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(slices.Index(FindingKinds, a.Kind), slices.Index(FindingKinds, b.Kind)), cmp.Compare(b.Use, a.Use))
	})
	return found
}

func (m Monitor) of(s Service, today time.Time) (found []Finding) {
	switch {
	case s.EndedBy(today):
		return []Finding{{Kind: Expired, Detail: Detail{"since", s.ValidUntil.Format(time.DateOnly)}}}
	case s.EndedBy(today.Add(expiresSoon)):
		found = append(found, Finding{Kind: ExpiresSoon, Detail: Detail{"on", s.ValidUntil.Format(time.DateOnly)}})
	}
	if s.ReviewBy.Format(time.DateOnly) <= today.Format(time.DateOnly) {
		found = append(found, Finding{Kind: ReviewDue, Detail: Detail{"since", s.ReviewBy.Format(time.DateOnly)}})
	}
	for _, l := range dialogue.Languages {
		text, ok := s.Texts[l]
		if !ok {
			found = append(found, Finding{Kind: Incomplete, Field: string(l)})
			continue
		}
		found = append(found, m.ofText(s, l, text)...)
	}
	return found
}

func (m Monitor) ofText(s Service, l dialogue.Language, text Text) (found []Finding) {
	for _, f := range textFields {
		if !f.optional && *f.of(&text) == "" {
			found = append(found, Finding{Kind: Incomplete, Field: string(l) + "." + f.name})
		}
	}
	if len(text.Keywords) == 0 {
		found = append(found, Finding{Kind: Incomplete, Field: string(l) + ".keywords"})
	}
	switch form := text.Form != ""; {
	case s.Stage >= StageForms && !form:
		found = append(found, Finding{Kind: ContradictStage, Field: string(l) + ".form", Detail: Detail{"no_form", strconv.Itoa(s.Stage)}})
	case s.Stage < StageForms && form:
		found = append(found, Finding{Kind: ContradictStage, Field: string(l) + ".form", Detail: Detail{"a_form", strconv.Itoa(s.Stage)}})
	}
	if n := m.Segments(s.Code + " " + text.Short); n > mostSegments {
		found = append(found, Finding{Kind: TooLong, Field: string(l) + ".short", Detail: Detail{"segments", strconv.Itoa(n)}})
	}
	if m.HasClip != nil {
		for _, f := range []struct{ name, text string }{{"name", text.Name}, {"title", text.Title}, {"spoken", text.Spoken}} {
			if f.text != "" && !m.HasClip(l, f.text) {
				found = append(found, Finding{Kind: NoClip, Field: string(l) + "." + f.name})
			}
		}
	}
	return found
}

// Questions gives what citizens ask in vain.
type Questions interface {
	// VainQuestions gives what several citizens asked since a moment and nothing answered, the most frequent first.
	VainQuestions(ctx context.Context, since time.Time, most int) ([]VainQuestion, error)
}

// What of questions in vain shows: the most frequent of a month.
const (
	vainPeriod    = 30 * 24 * time.Hour
	mostQuestions = 50
)

// Look is Findings with what citizens ask in vain.
func (m Monitor) Look(ctx context.Context, x *Index, q Questions) ([]Finding, error) {
	vain, err := q.VainQuestions(ctx, x.clock().Add(-vainPeriod), mostQuestions)
	if err != nil {
		return nil, err
	}
	return m.Findings(x, vain), nil
}

// Counts gives how many findings there are of each kind, none included.
func Counts(found []Finding) map[FindingKind]int {
	counts := map[FindingKind]int{}
	for _, kind := range FindingKinds {
		counts[kind] = 0
	}
	for _, f := range found {
		counts[f.Kind]++
	}
	return counts
}
