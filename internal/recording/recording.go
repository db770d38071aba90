// Package recording is a talk with an operator as it is kept in sound: what the citizen said on the left, what the citizen heard on the
// right. It knows no telephone system and no storage.
package recording

import (
	"time"

	"okno/internal/attachment"
	"okno/internal/fault"
)

// Rule is whether the talks of a queue are recorded.
type Rule string

// The rules.
const (
	Off       Rule = "off"
	Announced Rule = "announced" // the caller hears so before the queue
	Asked     Rule = "asked"     // and is recorded only after a yes
)

// State is where a recording stands: going → over → kept, lost; or going → failed → over.
type State string

// The states.
const (
	Going  State = "going"
	Failed State = "failed" // the talk goes on, and is not recorded any more
	Over   State = "over"   // in the spool of Asterisk
	Kept   State = "kept"
	Lost   State = "lost" // nothing of it was in the spool
)

const (
	// Pause is how long an operator's pause lasts, unless the operator ends it before: the recording goes on by itself.
	Pause = 2 * time.Minute
	// LongestMessage is the longest that a caller leaves, Silence how long nothing is said until it is over, Least what is not taken for nothing.
	LongestMessage = 3 * time.Minute
	Silence        = 4 * time.Second
	Least          = 2 * time.Second
	// Longest is the longest talk that is recorded to its end.
	Longest = 4 * time.Hour
	// MostBytes are those of the longest.
	MostBytes = int64(Longest/time.Second)*2*rate + headerSize
)

// Recording is that of one talk.
type Recording struct {
	ID          int64
	Interaction int64
	Name        string // in Asterisk
	State       State
	Began       time.Time
	Ended       time.Time // zero: it goes on
	Stored      attachment.Stored

	Message bool  // not a talk: a caller has left it
	Case    int64 // that a message has become; 0: it was not sent
}

// The refusals. Each is safe to show.
var (
	ErrNone    error = &fault.Error{Kind: fault.Conflict, Text: "the talk is not recorded"}
	ErrUnknown error = &fault.Error{Kind: fault.NotFound, Text: "there is no such recording"}
)

// Side is one direction of a talk.
type Side string

// The sides.
const (
	Citizen Side = "in"  // what the citizen said
	Others  Side = "out" // what the citizen heard
)

// Sides are both, in the order of their channels.
var Sides = []Side{Citizen, Others}

// Prefix begins the names of recordings in Asterisk: what else lies in its spool is somebody else's.
const Prefix = "okno-talk-"

// LengthOf is how long a file is that Asterisk has recorded, by its bytes.
func LengthOf(size int64) time.Duration {
	const header = 44
	return time.Duration(max(size-header, 0)/2) * time.Second / rate
}

// FileOf is the name in Asterisk of the file of a side.
func FileOf(name string, s Side) string { return name + "-" + string(s) }

// Media is the media type of a recording.
const Media = "audio/wav"
