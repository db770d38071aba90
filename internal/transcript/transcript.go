// Package transcript makes transcripts of recorded talks. After a talk an engine of recognition writes down what was said, and people correct
// that. The package knows no storage.
//
//	waiting → ready
//	        → failed: for a reason
//	failed  → waiting: somebody has it tried again
package transcript

import (
	"strings"
	"time"
	"unicode/utf8"

	"okno/internal/dialogue"
	"okno/internal/fault"
	"okno/internal/recording"
)

// State is where a transcript stands.
type State string

// The states.
const (
	Waiting State = "waiting" // for the engine, or under way
	Ready   State = "ready"
	Failed  State = "failed"
)

// Failure is why there is no transcript.
type Failure string

// The failures.
const (
	NoEngine   Failure = "no_engine"  // none is set up for the language
	EngineAway Failure = "engine"     // it did not answer, as often as it was asked
	Unreadable Failure = "unreadable" // the file of the recording is missing or was altered
)

// Sure is the confidence, in percent, below which a word is shown as uncertain. Vosk is mostly right above it.
const Sure = 60

// mostLetters are those of a corrected line.
const mostLetters = 4000

// Word is a word as it was recognised.
type Word struct {
	Text       string `json:"text"`
	Begin      int64  `json:"begin"` // ms from the beginning of the recording
	End        int64  `json:"end"`
	Confidence int    `json:"confidence"` // in percent
}

// Line is what one side said without a break. It has a word at least.
type Line struct {
	Side  recording.Side `json:"side"`
	Words []Word         `json:"words"`
}

// Begin is when it begins, in ms from the beginning of the recording.
func (l Line) Begin() int64 { return l.Words[0].Begin }

// End is when it ends.
func (l Line) End() int64 { return l.Words[len(l.Words)-1].End }

// Least is the least confidence of its words.
func (l Line) Least() int {
	least := 100
	for _, w := range l.Words {
		least = min(least, w.Confidence)
	}
	return least
}

// Text gives its words.
func (l Line) Text() string {
	words := make([]string, len(l.Words))
	for i, w := range l.Words {
		words[i] = w.Text
	}
	return strings.Join(words, " ")
}

// Correction is a line as somebody has corrected it.
type Correction struct {
	Line   int // from 0
	Number int // of the line's corrections, from 1
	By     int64
	Name   string
	At     time.Time
	Text   string // "": nothing was said
}

// Check tidies a correction. The error names the field.
func (c *Correction) Check() error {
	c.Text = strings.Join(strings.Fields(c.Text), " ")
	if !utf8.ValidString(c.Text) || utf8.RuneCountInString(c.Text) > mostLetters {
		return &fault.Error{Kind: fault.Invalid, Field: "text", Text: "a line has 4000 letters at most"}
	}
	return nil
}

// Transcript is that of a recording.
type Transcript struct {
	Recording   int64
	Interaction int64
	Language    dialogue.Language
	Lines       []Line       // by their beginnings
	Corrections []Correction // by line, the oldest first
}

// Latest gives the last correction of a line; false: nobody has corrected it.
func (t Transcript) Latest(line int) (last Correction, corrected bool) {
	for _, c := range t.Corrections {
		if c.Line == line {
			last, corrected = c, true
		}
	}
	return last, corrected
}

// Text gives the whole as it reads now, a line below the other.
func (t Transcript) Text() string {
	var b strings.Builder
	for i, l := range t.Lines {
		said := l.Text()
		if c, corrected := t.Latest(i); corrected {
			said = c.Text
		}
		b.WriteString(said)
		b.WriteByte('\n')
	}
	return b.String()
}

// The refusals. Each is safe to show.
var (
	ErrUnknown error = &fault.Error{Kind: fault.NotFound, Text: "there is no transcript of this talk"}
	ErrLine    error = &fault.Error{Kind: fault.NotFound, Field: "line", Text: "there is no such line"}
	ErrReady   error = &fault.Error{Kind: fault.Conflict, Text: "there is a transcript of this talk already"}
	ErrChanged error = &fault.Error{Kind: fault.Conflict, Text: "somebody else has corrected this line meanwhile"}
)
