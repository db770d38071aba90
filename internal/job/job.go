// Package job says what a job is to Okno: background work that is enqueued in the transaction that decides it, and done by any
// worker afterwards. A job is done at least once: its handler may run again after it was done, when a worker died before it
// could say so. Hot paths are no jobs: SMS, the distribution of contacts and the event streams have claims of their own.
//
// The package knows no storage. internal/postgres/jobs enqueues and runs jobs by River.
package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"okno/internal/fault"
)

// Args are what a job is given, as JSON. Kind names the handler, "retention.sweep".
type Args interface{ Kind() string }

// Options are how a job is enqueued.
type Options struct {
	Due      time.Time // not before; zero: now
	Unique   bool      // not if an equal one waits or runs already
	Attempts int       // default 10, which takes about four hours; then it is discarded
	Slow     bool      // it takes long, and nobody waits: a node does one of these at a time, beside all others
}

// Kind is a kind of job with its handler.
type Kind struct {
	Name    string
	Do      func(ctx context.Context, args []byte) error
	Timeout time.Duration // default a minute
	Every   time.Duration // a periodic job; zero: only when it is enqueued
}

// On makes a kind of a handler.
func On[A Args](handler func(ctx context.Context, args A) error) Kind {
	var none A
	return Kind{Name: none.Kind(), Do: func(ctx context.Context, raw []byte) error {
		var args A
		if err := json.Unmarshal(raw, &args); err != nil {
			return Final(fmt.Errorf("read arguments of %s: %w", none.Kind(), err))
		}
		return handler(ctx, args)
	}}
}

// Periodic makes the kind periodic: one job a period, whatever the number of workers. Periods are of at least a second.
func (k Kind) Periodic(every time.Duration) Kind {
	k.Every = every
	return k
}

// State is where a job stands.
type State string

// States.
const (
	Available State = "available" // a worker takes it within a second or two
	Scheduled State = "scheduled" // it is not due yet
	Running   State = "running"
	Retryable State = "retryable" // its last attempt failed, and it will be tried again
	Completed State = "completed" // forgotten after a day
	Discarded State = "discarded" // it failed as often as it may; forgotten after a week
	Cancelled State = "cancelled" // its error was final, or somebody discarded it; forgotten after a week
)

// Failed are the states of jobs that have failed last.
var Failed = []State{Retryable, Discarded, Cancelled}

// Count is how many jobs of a kind stand in a state.
type Count struct {
	Queue, Kind string
	State       State
	Jobs        int
	Oldest      time.Time // when the oldest of them was, or is, due
}

// Failure is a job that has failed.
type Failure struct {
	ID        int64
	Kind      string
	State     State
	Attempt   int // made so far
	Attempts  int // at most
	Due       time.Time
	LastError string
}

// ErrUnknown says that there is no such job.
var ErrUnknown error = &fault.Error{Kind: fault.NotFound, Text: "there is no such job"}

// Final marks an error that no further attempt mends.
func Final(err error) error { return finalError{err} }

type finalError struct{ error }

func (e finalError) Unwrap() error { return e.error }

// IsFinal says whether an error is marked as final.
func IsFinal(err error) bool {
	var final finalError
	return errors.As(err, &final)
}

// Later is not an error: the handler has done a part, and goes on after a while. It counts as no attempt.
type Later time.Duration

func (l Later) Error() string { return fmt.Sprintf("goes on in %s", time.Duration(l)) }
