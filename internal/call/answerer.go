package call

import "time"

// Who has answered a call that we make is told by how the other side begins, before we say a word: a person says "hello" and listens; an answering
// machine speaks on. While we speak nothing is told: a telephone's echo of our own words would be talk.
const (
	// TalkEnds is how long a silence ends talk: less is a breath within a sentence. Asterisk's app_amd has 50 ms between words and 800 ms after
	// a greeting.
	TalkEnds = 600 * time.Millisecond
	// FirstWord is how long whoever answers may say nothing: then it is a person who listens, as half of all do.
	FirstWord = 1200 * time.Millisecond
	// LongGreeting is talk without a pause that no person begins a call with. app_amd takes 1.5 s for a machine; a person is never hung up on
	// for a long sentence here.
	LongGreeting = 3 * time.Second
)

// Answerer is who may have answered.
type Answerer string

// The answerers.
const (
	Unsure  Answerer = ""
	Person  Answerer = "person"
	Machine Answerer = "machine"
)

// Greeting is what was heard since a call was answered. The zero value is of no use: it begins with Answered.
type Greeting struct {
	Answered time.Time
	began    time.Time // of talk that goes on; zero: nobody talks
	spoke    bool      // talk has begun and ended
}

// Talks notes that talk has begun, Quiet that it has ended.
func (g *Greeting) Talks(at time.Time) {
	if g.began.IsZero() {
		g.began = at
	}
}

// Quiet notes that talk has ended.
func (g *Greeting) Quiet() { g.began, g.spoke = time.Time{}, true }

// By says who has answered, as far as that can be told at a moment; while it cannot, when it will be told if nothing more is heard.
func (g Greeting) By(now time.Time) (who Answerer, told time.Time) {
	switch {
	case !g.began.IsZero() && now.Sub(g.began) >= LongGreeting:
		return Machine, now
	case !g.began.IsZero():
		return Unsure, g.began.Add(LongGreeting)
	case g.spoke, now.Sub(g.Answered) >= FirstWord:
		return Person, now
	}
	return Unsure, g.Answered.Add(FirstWord)
}
