package main

import (
	"fmt"
	"slices"

	"okno/internal/dialogue"
	"okno/internal/speech/vosk"
)

// speechConfig is the block speech of okno.yaml. Without servers nothing that citizens say goes to any engine.
type speechConfig struct {
	// Recognition are the servers of Vosk's protocol, by the language of their models.
	Recognition map[dialogue.Language]string `yaml:"recognition"`
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
	return nil
}

// engine recognises speech; nil: nothing does.
func (c speechConfig) engine() *vosk.Engine {
	if len(c.Recognition) == 0 {
		return nil
	}
	return vosk.New(c.Recognition)
}
