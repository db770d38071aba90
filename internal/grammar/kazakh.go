package grammar

import (
	"strings"
	"time"
)

type kazakh struct{}

func (kazakh) minus() string { return "минус" }

var (
	kazakhOnes   = strings.Fields("нөл бір екі үш төрт бес алты жеті сегіз тоғыз")
	kazakhTens   = strings.Fields("он жиырма отыз қырық елу алпыс жетпіс сексен тоқсан")
	kazakhMonths = strings.Fields("қаңтар ақпан наурыз сәуір мамыр маусым шілде тамыз қыркүйек қазан қараша желтоқсан")
	// kazakhOrdinals are those that the rule does not give.
	kazakhOrdinals = map[string]string{"жиырма": "жиырмасыншы", "қырық": "қырқыншы"}
)

// cardinal counts in the nominative, and puts the case at the end: "жиырма бестен". One is not said before a hundred and a thousand.
func (k kazakh) cardinal(n int64, f Form) []string {
	if n == 0 {
		return k.inflect(kazakhOnes[:1:1], f.Case)
	}
	var out []string
	for _, unit := range []struct {
		size  int64
		name  string
		alone bool // one of it is said without "бір"
	}{{1_000_000_000, "миллиард", false}, {1_000_000, "миллион", false}, {1_000, "мың", true}, {100, "жүз", true}} {
		if count := n / unit.size; count > 0 {
			if count > 1 || !unit.alone {
				out = append(out, k.cardinal(count, Form{})...)
			}
			out = append(out, unit.name)
		}
		n %= unit.size
	}
	if tens := n / 10; tens > 0 {
		out = append(out, kazakhTens[tens-1])
	}
	if ones := n % 10; ones > 0 {
		out = append(out, kazakhOnes[ones])
	}
	return k.inflect(out, f.Case)
}

// ordinal puts its suffix, and the case after it, on the last word alone: "жиырма алтыншы".
func (k kazakh) ordinal(n int64, f Form) []string {
	out := k.cardinal(n, Form{})
	last := out[len(out)-1]
	ordinal, ok := kazakhOrdinals[last]
	switch {
	case ok:
	case endsInVowel(last):
		ordinal = last + pick(last, "ншы", "нші")
	default:
		ordinal = last + pick(last, "ыншы", "інші")
	}
	return k.inflect(append(out[:len(out)-1:len(out)-1], ordinal), f.Case)
}

// fraction says "он екі бүтін оннан бес": of ten, five.
func (k kazakh) fraction(whole int64, decimals string, f Form) []string {
	var parts, of int64 = 0, 1
	for _, digit := range decimals {
		parts, of = parts*10+int64(digit-'0'), of*10
	}
	out := append(append(k.cardinal(whole, Form{}), "бүтін"), k.cardinal(of, Form{Case: Ablative})...)
	return append(out, k.cardinal(parts, f)...)
}

// amounts keeps nouns in the singular, and has the case at the end of all.
func (k kazakh) amounts(parts []amount, c Case) [][]string {
	out := make([][]string, len(parts))
	for i, p := range parts {
		out[i] = append(k.cardinal(p.n, Form{}), p.what.kazakh)
	}
	out[len(out)-1] = k.inflect(out[len(out)-1], c)
	return out
}

// inflect puts the end of a stretch that stands in the nominative into a case.
func (kazakh) inflect(spoken []string, c Case) []string {
	last := len(spoken) - 1
	return append(spoken[:last:last], spoken[last]+suffix(spoken[last], c))
}

// date says "екі мың жиырма алтыншы жылғы бесінші желтоқсан": the year first.
func (k kazakh) date(day time.Time, f Form) []string {
	out := append(k.ordinal(int64(day.Day()), Form{}), kazakhMonths[day.Month()-1])
	if !f.Short {
		out = append(append(k.ordinal(int64(day.Year()), Form{}), "жылғы"), out...)
	}
	return k.inflect(out, f.Case)
}

// clock says "сағат тоғыз жиырма минут".
func (k kazakh) clock(hours, minutes int, c Case) []string {
	out := append([]string{"сағат"}, k.cardinal(int64(hours), Form{})...)
	if minutes > 0 {
		out = append(append(out, k.cardinal(int64(minutes), Form{})...), "минут")
	}
	return k.inflect(out, c)
}

// suffix is the ending of a case after a word, by the harmony of its vowels and by the sound that it ends in.
func suffix(word string, c Case) string {
	end := soundAtTheEnd(word)
	switch c {
	case Genitive:
		switch end {
		case vowel, nasal:
			return pick(word, "ның", "нің")
		case voiceless:
			return pick(word, "тың", "тің")
		}
		return pick(word, "дың", "дің")
	case Dative:
		if end == voiceless {
			return pick(word, "қа", "ке")
		}
		return pick(word, "ға", "ге")
	case Accusative:
		switch end {
		case vowel:
			return pick(word, "ны", "ні")
		case voiceless:
			return pick(word, "ты", "ті")
		}
		return pick(word, "ды", "ді")
	case Locative:
		if end == voiceless {
			return pick(word, "та", "те")
		}
		return pick(word, "да", "де")
	case Ablative:
		switch end {
		case nasal:
			return pick(word, "нан", "нен")
		case voiceless:
			return pick(word, "тан", "тен")
		}
		return pick(word, "дан", "ден")
	case Instrumental: // it does not follow the vowels
		switch end {
		case voiceless:
			return "пен"
		case buzzing:
			return "бен"
		}
		return "мен"
	}
	return ""
}

// end is the kind of sound that a word ends in, as far as suffixes tell it apart.
type end uint8

const (
	vowel     end = iota
	nasal         // м н ң
	liquid        // л р й у
	buzzing       // ж з
	voiceless     // and б в г д, which are voiceless at the end of a word
)

func soundAtTheEnd(word string) end {
	letters := []rune(strings.TrimRight(word, "ь"))
	switch r := letters[len(letters)-1]; {
	case strings.ContainsRune("аәеёоөұүыіэюя", r):
		return vowel
	case strings.ContainsRune("мнң", r):
		return nasal
	case strings.ContainsRune("лрйиу", r): // и and у hide a consonant at their end
		return liquid
	case strings.ContainsRune("жз", r):
		return buzzing
	}
	return voiceless
}

func endsInVowel(word string) bool { return soundAtTheEnd(word) == vowel }

// pick chooses a suffix by the last vowel: hard after а, о, ұ, ы, soft after ә, е, ө, ү, і, and after a soft sign at the end. У is hard in a word from
// Russian ("минут") and tells nothing at a word's end ("елу").
func pick(word, hard, soft string) string {
	if strings.HasSuffix(word, "ь") {
		return soft
	}
	letters := []rune(word)
	for i := len(letters) - 1; i >= 0; i-- {
		switch {
		case strings.ContainsRune("аоұыёя", letters[i]), letters[i] == 'у' && i < len(letters)-1:
			return hard
		case strings.ContainsRune("әеөүіэ", letters[i]):
			return soft
		}
	}
	return hard
}
