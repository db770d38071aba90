package contact

import "time"

// Past is a conversation that is over, with the contact that came of it: what fills the sample region.
type Past struct {
	Channel   string
	Number    string // E.164
	CitizenID int64  // 0: nobody knows
	Language  string
	StartedAt time.Time
	EndedAt   time.Time
	Outcome   string   // of the conversation
	Asked     []string // the codes of services that the citizen asked about
	Queue     string   // "": it ended without an operator, and all below is zero

	Reason      string
	Agent       string // login, or ""
	QueuedAt    time.Time
	ConnectedAt time.Time // zero: no agent came
	ReleasedAt  time.Time
	WrappedAt   time.Time // the contact was over
	Came        Outcome   // what the contact came to
	Disposition string
}
