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
	Stops     []Stop   // where the dialogue waited for the citizen, or ended by itself
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

// Stop is a node at which a dialogue waited, or ended.
type Stop struct {
	Node string
	At   time.Time
}

// Time is what an agent's time went into.
type Time struct {
	Agent        string // login
	Since, Until time.Time
	Doing        string   // as the ledger of agents' times has it
	Reason       string   // of a pause
	Load         int      // points of capacity that contacts took
	Queues       []string // to which the time belongs, in equal parts
}
