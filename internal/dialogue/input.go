package dialogue

import "time"

// InputKind tells what has happened to a session.
type InputKind string

// The kinds of input.
const (
	Started InputKind = "started" // the citizen called or wrote, and the session is new
	Resumed InputKind = "resumed" // the process came back: say again what was said last
	Keys    InputKind = "keys"    // digits, * and #, as many as the expectation asked for
	Text    InputKind = "text"    // a message
	Silence InputKind = "silence" // nothing came within the expectation's time
	Outcome InputKind = "outcome" // an effect has been carried out
	Waited  InputKind = "waited"  // it is time to tell a caller how the wait for an operator stands
	Reached InputKind = "reached" // a citizen who was called has answered, and is to be asked whether the talk may be recorded
	Hangup  InputKind = "hangup"  // the citizen has gone
)

// Input is one thing that happened to a session.
type Input struct {
	Kind InputKind
	Keys string // for Keys: "1", "123456786", or "" when only the terminator came
	Said bool   // for Keys: the citizen has not pressed them, but said what means the same
	// Choice says of Keys that were said to an ask that they are no digit of the entry: [Meant].
	Choice bool
	// Deaf says that what the caller says cannot be understood any more: prompts tell of keys alone from now on.
	Deaf bool
	Text string // for Text: as the citizen wrote it

	// For Outcome: the effect it answers, the name out of the action's closed set, and its values. For Waited, values of the names below;
	// none when nothing has changed.
	Effect string
	Name   string
	Values map[string]Value
}

// The values of Waited.
const (
	WaitPlace = "place" // a count: the caller's place in the queue
	WaitFrom  = "from"  // a count of minutes; none: from now on
	WaitTo    = "to"    // a duration; none: it is not known
	WaitNews  = "news"  // alone: words that everybody is to hear, whatever the wait
)

// ExpectationKind tells what a session waits for.
type ExpectationKind string

// The kinds of expectation.
const (
	ExpectKey     ExpectationKind = "key"     // one key, out of Keys; on SMS an answer in words or by number
	ExpectDigits  ExpectationKind = "digits"  // an entry of up to MaxDigits keys; on SMS a text
	ExpectOutcome ExpectationKind = "outcome" // an effect is under way: an action, or a queue
	ExpectNothing ExpectationKind = "nothing" // the session has ended
)

// Expectation is what a session waits for, and for how long after the last prompt has been spoken.
type Expectation struct {
	Kind       ExpectationKind
	Keys       string                 // ExpectKey: the keys that mean something here; any other is a wrong key
	MinDigits  int                    // ExpectDigits: an entry that is shorter at the terminator is wrong
	MaxDigits  int                    // ExpectDigits: the entry is complete at this length
	Whole      func(keys string) bool // ExpectDigits: that an entry is complete before; nil: none is
	Back       string                 // the key that leads back, alone and first ("*")
	Terminator string                 // ExpectDigits: the key that ends an entry ("#")
	Timeout    time.Duration          // silence before the first key
	InterDigit time.Duration          // ExpectDigits: silence between two keys, after which the entry is complete
	Spoken     *Spoken                // what may be said in the place of keys; nil: nothing
	Queue      bool                   // ExpectOutcome: the citizen waits for, or speaks with, an operator
	Does       string                 // ExpectOutcome: what is done with the caller meanwhile, [RecordMessage] or [HearMessage]; "" of anything else
	Told       bool                   // likewise: a caller is told how the wait stands, and its keys mean something
}
