// Package fault says of an error what a caller has to know to go on: whose doing it is, which field it is about, and
// what may be told to whoever asked. It knows no other package of Okno.
package fault

import "errors"

// ErrUncertain is a commit whose answer was lost with the database: it may be in force.
var ErrUncertain = errors.New("committed or not")

// Kind says whose doing an error is. The zero Kind is Internal.
type Kind string

const (
	Internal    Kind = ""            // ours: it is logged, and never shown
	Invalid     Kind = "invalid"     // what was given cannot be
	NotFound    Kind = "not_found"   // there is no such thing
	Conflict    Kind = "conflict"    // it exists already, or something else refers to it
	Forbidden   Kind = "forbidden"   // not for whoever asks
	Unavailable Kind = "unavailable" // the same may succeed later
)

// Error is an error with a kind for machines and a text for people.
type Error struct {
	Kind  Kind
	Field string // that it is about, or ""
	Text  string // safe to show
	Err   error  // for the log; may be nil
}

func (e *Error) Error() string {
	if e.Err != nil {
		return e.Text + ": " + e.Err.Error()
	}
	return e.Text
}

func (e *Error) Unwrap() error { return e.Err }

// KindOf gives the kind of an error, by the first [Error] that it wraps.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}
