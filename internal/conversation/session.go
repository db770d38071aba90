package conversation

import (
	"slices"

	"okno/internal/dialogue"
)

// Session is a citizen's run through a dialogue, as it is kept: the dialogue's state, and beside it what the conversation keeps for
// the channel. Its keys in JSON are those of the state and its own, on one level.
type Session struct {
	dialogue.State

	// USSD only.
	Unseen      []string `json:"rest,omitempty"`    // pages of what was said that the citizen has not seen yet
	USSDSession string   `json:"session,omitempty"` // the operator's id of it
}

// asks says whether the session waits for answers of agencies.
func (s Session) asks() bool {
	return s.Pending != nil && !slices.Contains([]string{dialogue.QueueAction, dialogue.RecordMessage, dialogue.HearMessage}, s.Pending.Action)
}
