package voice

import (
	"fmt"
	"strconv"
	"time"

	"okno/internal/dialogue"
)

// word is one clip's worth of sound, in one language.
type word struct {
	language dialogue.Language
	text     string // what to synthesise, where there is no recording
	recorded string // name in Asterisk's sound set of the language; "" if there is none
	pause    bool   // no sound at all, for as long as one takes a breath
}

// words speaks a fragment by the grammar of its language. A value that is not of its kind is spoken as it stands: a
// citizen hears something odd rather than nothing.
func words(f dialogue.Fragment) []word {
	switch f.Kind {
	case dialogue.SpokenDigits:
		return digits(f.Language, f.Text)
	case dialogue.SpokenCase:
		return groups(f.Language, f.Text)
	case dialogue.SpokenDate:
		if day, err := time.Parse(time.DateOnly, f.Text); err == nil {
			return date(f.Language, day)
		}
	case dialogue.SpokenCount:
		if n, err := strconv.Atoi(f.Text); err == nil && n >= 0 && n <= 999 {
			return number(f.Language, n)
		}
	}
	return []word{{language: f.Language, text: f.Text}}
}

// digits speaks digits one by one, and leaves out whatever else stands between them.
func digits(l dialogue.Language, text string) []word {
	var out []word
	for _, r := range text {
		if r >= '0' && r <= '9' {
			out = append(out, numeral(l, int(r-'0')))
		}
	}
	return out
}

// groups speaks digits three by three, with a pause between.
func groups(l dialogue.Language, text string) []word {
	var out []word
	for i, digit := range digits(l, text) {
		if i > 0 && i%3 == 0 {
			out = append(out, word{language: l, pause: true})
		}
		out = append(out, digit)
	}
	return out
}

// number speaks a cardinal number from 0 to 999. All three languages put hundreds, tens and ones in this order; Kazakh
// counts hundreds ("екі жүз", but "жүз"), Russian has a word for each ("двести"), English says "one hundred".
func number(l dialogue.Language, n int) []word {
	if n == 0 {
		return []word{numeral(l, 0)}
	}
	var out []word
	if hundreds := n / 100; hundreds > 0 {
		switch l {
		case dialogue.Russian:
			out = append(out, word{language: l, text: russianHundreds[hundreds-1]})
		case dialogue.Kazakh:
			if hundreds > 1 {
				out = append(out, numeral(l, hundreds))
			}
			out = append(out, word{language: l, text: "жүз"})
		default:
			out = append(out, numeral(l, hundreds), word{language: l, text: "hundred", recorded: "digits/hundred"})
		}
	}
	rest := n % 100
	switch {
	case rest == 0:
	case rest < 20 && l != dialogue.Kazakh:
		out = append(out, numeral(l, rest))
	default: // Kazakh says "он бір" for eleven
		if tens := rest / 10 * 10; tens > 0 {
			out = append(out, numeral(l, tens))
		}
		if ones := rest % 10; ones > 0 {
			out = append(out, numeral(l, ones))
		}
	}
	return out
}

// numeral is a number that is one word: 0 to 19 (0 to 9 in Kazakh) and the tens to 90.
func numeral(l dialogue.Language, n int) word {
	names := numerals[l]
	w := word{language: l}
	switch {
	case n < 20 && n < len(names.ones):
		w.text = names.ones[n]
	default:
		w.text = names.tens[n/10-1]
	}
	if l != dialogue.Kazakh { // no Kazakh set is recorded
		w.recorded = fmt.Sprintf("digits/%d", n)
	}
	return w
}

// date speaks day and month in the nominative: "бесінші желтоқсан", "пятое декабря", "December fifth".
func date(l dialogue.Language, day time.Time) []word {
	names := calendar[l]
	spoken := []word{{language: l, text: names.days[day.Day()-1]}, {language: l, text: names.months[day.Month()-1]}}
	if l == dialogue.English {
		spoken[0], spoken[1] = spoken[1], spoken[0]
	}
	return spoken
}

// vocabulary is every word that the grammar can come to, so that all can be rendered ahead of time.
func vocabulary() []word {
	var out []word
	for _, l := range dialogue.Languages {
		for n := range 20 {
			out = append(out, number(l, n)...)
		}
		for n := 20; n <= 900; n += 10 {
			out = append(out, number(l, n)...)
		}
		for day := range 366 {
			out = append(out, date(l, time.Date(2024, 1, 1+day, 0, 0, 0, 0, time.UTC))...)
		}
		out = append(out, word{language: l, pause: true})
	}
	return out
}
