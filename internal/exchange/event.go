package exchange

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"okno/internal/cases"
	"okno/internal/fault"
)

// Event is what an agency reports of a case.
type Event struct {
	Key      string // by which the agency repeats it: 1 to 100 letters, digits, dots, colons, dashes and underscores
	Case     string // number
	Sequence int64  // the agency's own, from 1: events of a case are in its order
	State    cases.State
	DueOn    time.Time // zero: the term stays
	At       time.Time // when it happened, by the agency's clock
	Reason   string    // for the history; the citizen's operator reads it
	Place    int       `json:",omitempty"` // of a case that is a place in a queue; 0: nothing is said of it
}

// mostReason is the letters of a reason, and mostPlace the end of a queue.
const (
	mostReason = 1000
	mostPlace  = 10_000_000
)

// latest is how far an agency's clock may be ahead, and how far back what it reports may lie.
const (
	latest = time.Hour
	oldest = 2 * 365 * 24 * time.Hour
)

var keyForm = regexp.MustCompile(`^[A-Za-z0-9._:-]{1,100}$`)

// states are all that an agency may report.
var states = []cases.State{cases.Accepted, cases.InProgress, cases.AwaitingCitizen, cases.Ready, cases.Closed, cases.Rejected, cases.Withdrawn}

// Check says which field of an event cannot be.
func (e Event) Check(now time.Time) error {
	number, refused := cases.ParseNumber(e.Case)
	switch {
	case !keyForm.MatchString(e.Key):
		return invalid("key", "1 to 100 letters, digits, dots, colons, dashes and underscores")
	case refused != "" || number != e.Case:
		return invalid("case", "a case number: nine digits, or thirteen, of which the last is the check digit")
	case e.Sequence < 1:
		return invalid("sequence", "a number from 1")
	case !slices.Contains(states, e.State):
		return invalid("state", fmt.Sprintf("one of %v", states))
	case !e.DueOn.IsZero() && (e.DueOn.Before(now.Add(-oldest)) || e.DueOn.After(now.AddDate(10, 0, 0))):
		return invalid("due_on", "within ten years")
	case e.At.IsZero() || e.At.After(now.Add(latest)) || e.At.Before(now.Add(-oldest)):
		return invalid("at", "when it happened: not in the future, and not two years ago")
	case e.Place < 0 || e.Place > mostPlace:
		return invalid("place", fmt.Sprintf("1 to %d", mostPlace))
	case len([]rune(e.Reason)) > mostReason:
		return invalid("reason", fmt.Sprintf("at most %d letters", mostReason))
	}
	return nil
}

func invalid(field, text string) error {
	return &fault.Error{Kind: fault.Invalid, Field: field, Text: text, Err: errors.New("event of an agency")}
}

// Digest identifies what an event says, whatever its key.
func (e Event) Digest() []byte {
	e.Key, e.At, e.DueOn = "", e.At.UTC(), e.DueOn.UTC()
	raw, err := json.Marshal(e)
	if err != nil {
		panic(err) // strings, numbers and times
	}
	sum := sha256.Sum256(raw)
	return sum[:]
}

// Outcome is what came of an event.
type Outcome string

// The outcomes.
const (
	Applied       Outcome = "applied"       // the case moved, or was confirmed to be where it is
	Duplicate     Outcome = "duplicate"     // the same was reported before
	Superseded    Outcome = "superseded"    // it came late, and the case is further already
	Contradictory Outcome = "contradictory" // another event has its sequence number
	Impossible    Outcome = "impossible"    // the case cannot go there from where it is; an earlier event may still come
	UnknownCase   Outcome = "unknown_case"  // there is no such case of this agency
)

// Receipt answers an event. The same event again has the same receipt.
type Receipt struct {
	Key         string
	Outcome     Outcome
	Explanation string
	State       cases.State // of the case now; "" of an unknown one
}
