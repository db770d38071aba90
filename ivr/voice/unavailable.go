package voice

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"okno/internal/dialogue"
)

// unavailable is what a citizen hears who calls while Okno is away. Asterisk plays it by itself, by the name
// unavailable.wav (deploy/asterisk/extensions.conf), so it is one file, and a new text gets a new content under it.
var unavailable = []Phrase{
	{dialogue.Kazakh, "Кешіріңіз, қазір қызмет уақытша қолжетімсіз. Бірнеше минуттан кейін қайта қоңырау шалыңыз."},
	{dialogue.Russian, "Извините, сейчас линия временно недоступна. Пожалуйста, перезвоните через несколько минут."},
	{dialogue.English, "We are sorry, the line is not available at the moment. Please call again in a few minutes."},
}

// moment asks for patience: what a citizen waits for does not come.
var moment = []Phrase{
	{dialogue.Kazakh, "Күте тұрыңыз, өтінеміз."},
	{dialogue.Russian, "Подождите, пожалуйста."},
	{dialogue.English, "Please hold the line."},
}

// announcements are all that is said when something fails.
var announcements = slices.Concat(unavailable, moment)

// Unavailable are the clips that ask to call later, in all languages.
func (p *Pack) Unavailable(ctx context.Context, first dialogue.Language) []string {
	return p.inAll(ctx, unavailable, first)
}

// Moment are the clips that ask for patience, in all languages.
func (p *Pack) Moment(ctx context.Context, first dialogue.Language) []string {
	return p.inAll(ctx, moment, first)
}

// inAll are the clips of phrases, one language before the others.
func (p *Pack) inAll(ctx context.Context, phrases []Phrase, first dialogue.Language) []string {
	var own, others [][]dialogue.Fragment
	for _, phrase := range phrases {
		said := []dialogue.Fragment{{Kind: dialogue.Words, Language: phrase.Language, Text: phrase.Text}}
		if phrase.Language == first {
			own = append(own, said)
		} else {
			others = append(others, said)
		}
	}
	return p.Clips(ctx, append(own, others...))
}

// joinUnavailable makes the announcement of its sentences, which have been rendered.
func (p *Pack) joinUnavailable() error {
	for extension, rate := range map[string]int{narrowExtension: narrow, wideExtension: wide} {
		var joined []float64
		for _, phrase := range unavailable {
			wav, err := os.ReadFile(p.file(word{language: phrase.Language, text: phrase.Text}) + extension)
			if err != nil {
				return fmt.Errorf("join announcement: %w", err)
			}
			s, err := decode(wav)
			if err != nil {
				return fmt.Errorf("join announcement: %w", err)
			}
			joined = append(append(joined, s.samples...), quiet(breath, rate).samples...)
		}
		if err := write(filepath.Join(p.config.Folder, "unavailable"+extension), encode(sound{joined, rate})); err != nil {
			return err
		}
	}
	return nil
}
