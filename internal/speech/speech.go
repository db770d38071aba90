// Package speech defines engines that recognise speech: their input is sound, their output is words with times and confidence.
//
// An engine listens to one stream of sound at a time per listener: to a caller who speaks now, or to a whole recording. It keeps nothing and decides
// nothing. The package knows no call, no dialogue and no engine; package vosk is the first of these.
package speech

import (
	"context"
	"errors"
	"strings"
	"time"

	"okno/internal/grammar"
)

// Sound is given to engines as telephones have it: mono, signed 16-bit samples, little-endian.
const (
	SampleRate     = 8000
	BytesPerSample = 2
)

// ErrLanguage says that an engine does not know a language.
var ErrLanguage = errors.New("the language is not recognised")

// Engine recognises speech.
type Engine interface {
	// Listen begins to listen to somebody who speaks a language. Expected are the phrases that are likely to be said, in lower case: an engine may
	// understand these better, and others less well; none expects anything. ctx bounds the beginning alone. [ErrLanguage].
	Listen(ctx context.Context, l grammar.Language, expected []string) (Listener, error)
}

// Listener understands one stream of sound. It belongs to one goroutine. After an error it understands nothing more, and is to be closed.
type Listener interface {
	// Hear takes the next samples, and waits until the engine has dealt with them. It gives what has been understood thereby: often nothing yet.
	Hear(ctx context.Context, samples []byte) (Utterance, error)
	// End gives what is left to be understood of what was heard. It is the last call before Close.
	End(ctx context.Context) (Utterance, error)
	// Close lets go of the engine. It may be called more than once.
	Close()
}

// Utterance is what somebody said without a pause.
type Utterance struct {
	Words []Word
	Final bool // otherwise the words may change while it goes on: they have neither times nor confidence
}

// Word is one word of an utterance.
type Word struct {
	Text       string        // in lower case; "" of something that is none of what was expected
	Begin, End time.Duration // since the beginning of the sound
	Confidence float64       // 0 to 1
}

// Text is the words in a row, without those that were not understood.
func (u Utterance) Text() string {
	var said []string
	for _, word := range u.Words {
		if word.Text != "" {
			said = append(said, word.Text)
		}
	}
	return strings.Join(said, " ")
}

// Confidence is that of the word which is understood worst; 0 of no words.
func (u Utterance) Confidence() float64 {
	if len(u.Words) == 0 {
		return 0
	}
	least := 1.0
	for _, word := range u.Words {
		least = min(least, word.Confidence)
	}
	return least
}
