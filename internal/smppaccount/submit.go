package smppaccount

import (
	"errors"
	"time"

	"okno/internal/message"
)

// Submit is a message, or a part of one, as an agency gave it.
type Submit struct {
	SystemID    string
	Lane        message.Lane
	Sender      string // as the citizen sees it
	Destination string // E.164
	Text        string // of a message that came whole
	Segments    int    // of it
	Part        message.Part
	Addresses   []byte // JSON: both, as the agency wrote them
	Receipt     Wish
	DueAt       time.Time
	ExpiresAt   time.Time
	At          time.Time
}

// Wish is of what the agency wants a receipt.
type Wish string

// The wishes.
const (
	NoReceipt    Wish = "none"
	AllReceipts  Wish = "all"
	FailuresOnly Wish = "failures"
)

// ErrNotTheirs says that an agency has submitted nothing under an id.
var ErrNotTheirs = errors.New("no such submit of the agency")

// Receipt is what an agency is told of a submit: once its message is final, or when it asks.
type Receipt struct {
	ID          int64 // of the submit: the message id that the agency holds
	Addresses   []byte
	State       message.SegmentState // the worst of its segments; Accepted where the operator never said more
	Failure     string
	Segments    int
	Delivered   int // of them
	SubmittedAt time.Time
	FinalAt     time.Time // zero: it is on its way, and nothing above but the addresses is known
	Tries       int       // from 1
}

// Told is what came of telling it.
type Told struct {
	ID    int64
	Again time.Time // when to try again; zero: the agency has it
	At    time.Time
}

// Page is what a gateway has to write down in one transaction.
type Page struct {
	Submits []Submit
	Told    []Told
}

// Upkeep is what a gateway looks for now and then.
type Upkeep struct {
	Now             time.Time
	IncompleteSince time.Time // parts that have waited since before are all that will come
	UnknownSince    time.Time // segments whose fate has been unknown since before will stay so
	SilentSince     time.Time // accepted segments that had expired before will have no receipt; zero: not now
	ErasePartsOf    time.Time // parts submitted before are not looked at again once joined
}

// Kept is what an upkeep found.
type Kept struct {
	Final      int // segments
	Incomplete int // messages given up waiting for
}

// Texts reads and counts what the store does not understand.
type Texts struct {
	Join     func([]message.Part) string
	Segments func(string) int
	Form     func(message.Lane, string) string // in which a text goes in a lane
	Forbids  func(message.Lane, string) bool   // whether a text may not go in a lane; nil: every one may
}
