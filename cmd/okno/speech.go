package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/prometheus/client_golang/prometheus"

	"okno/internal/dialogue"
	"okno/internal/speech/vosk"
	"okno/ivr"
)

// speechConfig is the block speech of okno.yaml. Without servers nothing that citizens say goes to any engine.
type speechConfig struct {
	// Recognition are the servers of Vosk's protocol, by the language of their models.
	Recognition map[dialogue.Language]string `yaml:"recognition"`
	Answers     bool                         `yaml:"answers"`    // callers may say what others key
	Confidence  float64                      `yaml:"confidence"` // below which an answer counts as not given
}

func (c speechConfig) check() error {
	for l, server := range c.Recognition {
		if !slices.Contains(dialogue.Languages, l) {
			return fmt.Errorf("speech.recognition: %q is no language: kk, ru or en", l)
		}
		if err := vosk.Check(server); err != nil {
			return fmt.Errorf("speech.recognition: %s: %w", l, err)
		}
	}
	if c.Answers && len(c.Recognition) == 0 {
		return errors.New("speech.answers wants a server in speech.recognition")
	}
	if c.Confidence < 0 || c.Confidence > 1 {
		return errors.New("speech.confidence is 0 to 1")
	}
	return nil
}

// engine recognises speech; nil: nothing does.
func (c speechConfig) engine() *vosk.Engine {
	if len(c.Recognition) == 0 {
		return nil
	}
	return vosk.New(c.Recognition)
}

// hears lists the languages in which callers may say what others key.
func (c speechConfig) hears() []dialogue.Language {
	if !c.Answers {
		return nil
	}
	return slices.Sorted(maps.Keys(c.Recognition))
}

// answers is how callers are understood; nil: they use keys alone.
func (c speechConfig) answers(registerer prometheus.Registerer) *ivr.Speech {
	if !c.Answers {
		return nil
	}
	return &ivr.Speech{Engine: c.engine(), Languages: c.hears(), Confidence: c.Confidence, Questions: ivr.SpeechQuestions(registerer)}
}
