package message

import (
	"strings"
	"time"
)

// Grant lets new messages go straight to a bind with room, claimed from the first moment.
type Grant struct {
	Link     string
	Slot     string   // of the bind
	Routes   []Route  // that the link serves now
	Prefixes []string // every link's, as of Claim
	Room     int      // segments
	Awaited  bool     // as of Claim
	Now      time.Time
	LeaseEnd time.Time // as of Claim
}

// Takes says whether all messages to a destination go by the grant's link. Where links share them it depends on the message.
func (g Grant) Takes(destination string) bool {
	longest := -1
	for _, p := range g.Prefixes {
		if len(p) > longest && strings.HasPrefix(destination, p) {
			longest = len(p)
		}
	}
	for _, r := range g.Routes {
		if len(r.Prefix) == longest && r.From == 0 && r.To == Shares && strings.HasPrefix(destination, r.Prefix) {
			return true
		}
	}
	return false
}

// Granted is a segment claimed by a grant.
type Granted struct {
	Slot string
	Segment
}

// Committed is what has come of a ledger beside being written down.
type Committed struct {
	Waiting bool // there are messages that nobody has heard yet
	Granted []Granted
	// Doubtful counts parts that came long after the others of their message (PartsApart) and were joined with them, as they
	// may have been sent again.
	Doubtful int
}
