package line_test

import (
	"testing"

	"okno/internal/dialogue"
)

// What a step costs for the messages that nearly all citizens send.
func BenchmarkCommand(b *testing.B) {
	d := load(b)
	start, err := d.Step(d.Begin(dialogue.SMS, "", nil), dialogue.Input{Kind: dialogue.Started})
	if err != nil {
		b.Fatal(err)
	}
	for _, text := range []string{"STATUS 123456786", "СТАТУС 123456786", "КҮЙІ 123456786", "INFO 031", "031", "HELP"} {
		b.Run(text, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := d.Step(start.State, dialogue.Input{Kind: dialogue.Text, Text: text}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
