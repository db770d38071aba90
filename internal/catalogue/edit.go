package catalogue

import (
	"context"
	"errors"
	"slices"
	"time"

	"okno/internal/dialogue"
	"okno/internal/fault"
)

// Edit is one service as somebody at a desk wants it, from the version that was seen. It is checked and kept as an import is.
type Edit struct {
	Was     int // the version that was seen; 0: there is none yet
	Service FileService
}

// The errors of an edit, and of looking for a version.
var (
	ErrChanged error = &fault.Error{Kind: fault.Conflict, Text: "somebody else has changed this service meanwhile"}
	ErrThere   error = &fault.Error{Kind: fault.Conflict, Field: "code", Text: "there is a service of this code already"}
	ErrUnknown error = &fault.Error{Kind: fault.NotFound, Text: "no such service at that time"}
)

// Check gives the service, or every problem that keeps it from being saved.
func (e Edit) Check(segments func(string) int, known map[string]map[dialogue.Language]string) (Service, []Problem) {
	services, problems := File{Services: []FileService{e.Service}}.check(segments, known)
	return services[0], problems
}

// Keep writes a new version of the service that Check gave, and gives its number. What is as it was is no new version. [ErrChanged],
// [ErrThere], [ErrCodes].
func (e Edit) Keep(ctx context.Context, k Keeper, s Service, by, why string) (version int, err error) {
	kept, err := k.ServicesToChange(ctx)
	if err != nil {
		return 0, err
	}
	at := slices.IndexFunc(kept, func(other Service) bool { return other.Code == s.Code })
	switch {
	case e.Was == 0 && at >= 0:
		return 0, ErrThere
	case e.Was != 0 && (at < 0 || kept[at].Version != e.Was):
		return 0, ErrChanged
	case len(lengths(kept, []Service{s})) > 1:
		return 0, &fault.Error{Kind: fault.Invalid, Field: "code", Text: ErrCodes.Error(), Err: ErrCodes}
	}
	changes, err := renew(ctx, k, kept, []Service{s}, by, why)
	if err != nil || len(changes) == 0 {
		return e.Was, err
	}
	return changes[0].Service.Version, nil
}

// Fault is the problem as an error that names the field.
func (p Problem) Fault() error {
	return &fault.Error{Kind: fault.Invalid, Field: p.Field, Text: p.Text, Err: errors.New("service " + p.Code)}
}

// Reviewed gives an edit of a service that was found right on a day: the next review is due a year later.
func (s Service) Reviewed(day time.Time) Edit {
	next := NewFile(nil, []Service{s}).Services[0]
	next.ReviewBy = day.AddDate(1, 0, 0).Format(time.DateOnly)
	return Edit{Was: s.Version, Service: next}
}

// Difference lists the fields in which two versions of a service differ.
func Difference(from, to Service) []Field {
	for _, change := range Changes([]Service{from}, []Service{to}) {
		return change.Fields
	}
	return nil
}
