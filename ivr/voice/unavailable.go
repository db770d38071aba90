package voice

import (
	"fmt"
	"os"
	"path/filepath"

	"okno/internal/dialogue"
)

// unavailable is what a citizen hears who calls while Okno is away. Asterisk plays it by itself, by the name
// unavailable.wav (deploy/asterisk/extensions.conf), so it is one file, and a new text gets a new content under it.
var unavailable = []Phrase{
	{dialogue.Kazakh, "Кешіріңіз, қазір қызмет уақытша қолжетімсіз. Бірнеше минуттан кейін қайта қоңырау шалыңыз."},
	{dialogue.Russian, "Извините, сейчас линия временно недоступна. Пожалуйста, перезвоните через несколько минут."},
	{dialogue.English, "We are sorry, the line is not available at the moment. Please call again in a few minutes."},
}

// Unavailable is the URI of the announcement that Prepare makes.
func (p *Pack) Unavailable() string { return "sound:" + filepath.Join(p.config.SeenAs, "unavailable") }

// joinUnavailable makes the announcement of its sentences, which have been rendered.
func (p *Pack) joinUnavailable() error {
	var joined []float64
	for _, phrase := range unavailable {
		wav, err := os.ReadFile(p.file(word{language: phrase.Language, text: phrase.Text}))
		if err != nil {
			return fmt.Errorf("join announcement: %w", err)
		}
		samples, _, err := decode(wav)
		if err != nil {
			return fmt.Errorf("join announcement: %w", err)
		}
		joined = append(append(joined, samples...), quiet(breath)...)
	}
	return write(filepath.Join(p.config.Folder, "unavailable.wav"), encode(joined))
}
