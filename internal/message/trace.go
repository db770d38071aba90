package message

import "time"

// Status is what has become of a segment.
type Status struct {
	MT          int64
	Number      int // from 1
	Lane        Lane
	State       SegmentState
	Link        string // "" while no link has claimed it
	MessageID   string // "" before the SMSC has accepted it
	Failure     string
	Attempts    int // that have an outcome
	QueuedAt    time.Time
	SubmittedAt *time.Time // the last time; nil: never
	FinalAt     *time.Time // nil: it is not final
}

// MOStatus is what has become of an MO.
type MOStatus struct {
	ID          int64
	Link        string
	Parts       int
	Incomplete  bool
	Flood       bool // over the limit, and not heard
	ReceivedAt  time.Time
	ProcessedAt *time.Time // nil: it waits
	Failure     string
}
