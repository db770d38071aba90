package dialogue

// State is one citizen's place in a dialogue: small, serialisable, and kept with every step in the transaction of its
// effects. Nothing secret is ever in it.
type State struct {
	Version  string           `json:"version"` // of the definition that the session began with
	Channel  Channel          `json:"channel"`
	Language Language         `json:"language"`
	Node     string           `json:"node"`
	Slots    map[string]Value `json:"slots,omitempty"`
	Strikes  map[string]int   `json:"strikes,omitempty"` // wrong or missing answers in a row, by node
	Trail    []string         `json:"trail,omitempty"`   // the nodes that waited for the citizen, for the way back
	Page     int              `json:"page,omitempty"`    // of the list that is being offered
	Said     []Utterance      `json:"said,omitempty"`    // since the citizen's last input, for repeating
	Pending  *Effect          `json:"pending,omitempty"` // the effect whose outcome is awaited
	Calls    []Frame          `json:"calls,omitempty"`   // the calls that were not returned from, the last one last
	Steps    int              `json:"steps"`             // counted, so that every effect has an id of its own
	Ended    bool             `json:"ended,omitempty"`
	Told     bool             `json:"told,omitempty"`  // the citizen has been told what an action came to
	Aside    bool             `json:"aside,omitempty"` // of a command beside an operator: nothing is asked
	// Called says that the citizen was called, has an operator already, and answers a question before the wait: who waits for whom was said.
	Called bool `json:"called,omitempty"`
	// AllLanguages says that a caller's language is not known yet: each text is said in all.
	AllLanguages bool `json:"all_languages,omitempty"`
	// Hears lists the languages in which a caller is understood who says what others key. Prompts tell of that where the node listens.
	Hears []Language `json:"hears,omitempty"`
}

// Frame is where a call goes on when it comes back.
type Frame struct {
	Node  string   `json:"node"`            // that called
	Trail []string `json:"trail,omitempty"` // as it was: nothing of what was called is on the way back
}

// Effect is something to be done outside: an action by its name, or a queue to be joined. Its ID is unique in the
// session, so that doing it twice can do it once.
type Effect struct {
	ID     string           `json:"id"`
	Action string           `json:"action"` // "case.status"; "queue" for a queue node
	With   map[string]Value `json:"with,omitempty"`
	Write  *Utterance       `json:"write,omitempty"` // a text that the action is to send
}

// Result is what a step gives.
type Result struct {
	State      State
	Utterances []Utterance
	Effect     *Effect // to be carried out; its outcome is the next input
	Expect     Expectation
	Chosen     bool // the citizen chose the language, be it the one that it was
	// Refused is how many of the first utterances say why an answer from keys was refused.
	Refused int
}
