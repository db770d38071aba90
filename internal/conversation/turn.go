package conversation

import "okno/internal/dialogue"

// Turn is Okno's side of the conversation, up to the point where it waits for the citizen.
type Turn struct {
	Interaction     int64
	Number          string // the citizen's, E.164, or "" when withheld
	Language        dialogue.Language
	Spoken          [][]dialogue.Fragment    // voice: one list of fragments an utterance
	Said            []dialogue.Utterance     // voice: what Spoken says, one for one
	Refused         int                      // voice: how many of the first utterances say why an answer was refused
	Written         []string                 // SMS: one message an utterance
	Transliteration dialogue.Transliteration // SMS: of what is written
	Page            string                   // USSD: what the phone shows of it first
	Over            bool                     // the conversation has ended
	Expect          dialogue.Expectation

	told bool // the citizen has been told what an action came to
}
