package voice

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"okno/internal/dialogue"
)

// unavailable is what a citizen hears who calls while Okno is away. Asterisk plays it by itself, by the name unavailable.wav
// (deploy/asterisk/extensions.conf), so it is one file, and a new text gets a new content under it; offer and kept likewise.
var unavailable = []Phrase{
	{dialogue.Kazakh, "Кешіріңіз, қазір қызмет уақытша қолжетімсіз. Бірнеше минуттан кейін қайта қоңырау шалыңыз."},
	{dialogue.Russian, "Извините, сейчас линия временно недоступна. Пожалуйста, перезвоните через несколько минут."},
	{dialogue.English, "We are sorry, the line is not available at the moment. Please call again in a few minutes."},
}

// offer is what a citizen hears then whose number can be called: by which key a call may be asked for.
var offer = []Phrase{
	{dialogue.Kazakh, "Сізге қоңырау шалуымыз үшін бірді басыңыз."},
	{dialogue.Russian, "Чтобы мы вам перезвонили, нажмите два."},
	{dialogue.English, "For us to call you back, press three."},
}

// kept is what is heard by whoever has asked, in the language of the key.
var kept = []Phrase{
	{dialogue.Kazakh, "Рақмет, өтінішіңіз қабылданды. Қызмет қалпына келгенде, тоғыздан жиырмаға дейін сізге қоңырау шаламыз."},
	{dialogue.Russian, "Спасибо, ваша просьба принята. Мы перезвоним, когда линия заработает, с девяти до двадцати часов."},
	{dialogue.English, "Thank you, your request is kept. We will call you once the line works again, between nine in the morning and eight in the evening."},
}

// moment asks for patience: what a citizen waits for does not come.
var moment = []Phrase{
	{dialogue.Kazakh, "Күте тұрыңыз, өтінеміз."},
	{dialogue.Russian, "Подождите, пожалуйста."},
	{dialogue.English, "Please hold the line."},
}

// announcements are all that is said when something fails.
var announcements = slices.Concat(unavailable, offer, kept, moment)

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

// PrepareAway renders what is said when something fails, and writes what Asterisk plays by itself: each under a name that its dialplan knows.
func (p *Pack) PrepareAway(ctx context.Context) error {
	if err := p.renderAll(ctx, wordsOf(announcements)); err != nil {
		return err
	}
	files := map[string][]Phrase{"unavailable": unavailable, "callback-offer": offer}
	for _, phrase := range kept {
		files["callback-kept-"+string(phrase.Language)] = []Phrase{phrase}
	}
	for name, phrases := range files {
		if err := p.join(name, phrases); err != nil {
			return fmt.Errorf("join announcement %s: %w", name, err)
		}
	}
	return nil
}

// join makes one clip of several phrases.
func (p *Pack) join(name string, phrases []Phrase) error {
	for extension, rate := range map[string]int{narrowExtension: narrow, wideExtension: wide} {
		var joined []float64
		for _, phrase := range phrases {
			wav, err := os.ReadFile(p.file(word{language: phrase.Language, text: phrase.Text}) + extension)
			if err != nil {
				return err
			}
			s, err := decode(wav)
			if err != nil {
				return err
			}
			joined = append(append(joined, s.samples...), quiet(breath, rate).samples...)
		}
		if err := write(filepath.Join(p.config.Folder, name+extension), encode(sound{joined, rate})); err != nil {
			return err
		}
	}
	return nil
}
