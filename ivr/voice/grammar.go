package voice

import (
	"slices"
	"strconv"
	"time"

	"okno/internal/dialogue"
	"okno/internal/money"
)

// word is one clip's worth of sound, in one language.
type word struct {
	language dialogue.Language
	text     string        // what to synthesise
	slow     bool          // of a code: it takes as long as any other digit
	pause    time.Duration // in the place of a word: no sound at all
}

const (
	breath    = 300 * time.Millisecond // between utterances, and between groups of digits
	codePause = time.Second            // between the two halves of a code: time to write the first down
)

// words speaks a fragment by the grammar of its language. A value that is not of its kind is spoken as it stands: a
// citizen hears something odd rather than nothing.
func words(f dialogue.Fragment) []word {
	switch f.Kind {
	case dialogue.SpokenDigits:
		return digits(f.Language, f.Text)
	case dialogue.SpokenCase:
		return groups(f.Language, f.Text)
	case dialogue.SpokenSecret:
		return code(f.Language, f.Text)
	case dialogue.SpokenDate:
		if day, err := time.Parse(time.DateOnly, f.Text); err == nil {
			return date(f.Language, day)
		}
	case dialogue.SpokenTime:
		if at, err := time.Parse("15:04", f.Text); err == nil {
			return clock(f.Language, at.Hour(), at.Minute())
		}
	case dialogue.SpokenMoney:
		if amount, err := money.Parse(f.Text); err == nil {
			return sum(f.Language, amount)
		}
	case dialogue.SpokenCount:
		if n, err := strconv.Atoi(f.Text); err == nil && n >= 0 && n <= mostSpoken {
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
			out = append(out, word{language: l, pause: breath})
		}
		out = append(out, digit)
	}
	return out
}

// code speaks digits to be written down: in two groups, one by one at the same pace.
func code(l dialogue.Language, text string) []word {
	out := digits(l, text)
	for i := range out {
		out[i].slow = true
	}
	if half := (len(out) + 1) / 2; len(out) > 3 {
		out = slices.Insert(out, half, word{language: l, pause: codePause})
	}
	return out
}

// mostSpoken is the greatest number that is spoken.
const mostSpoken = 999_999_999

// number speaks a cardinal number from 0 to 999,999,999, by thousands and millions: "две тысячи пять", "бір мың", "one million two".
func number(l dialogue.Language, n int) []word {
	if n < 1000 {
		return hundreds(l, n)
	}
	var out []word
	for _, unit := range []struct {
		size  int
		forms map[dialogue.Language][3]string // of Russian by the number before; of others the first
	}{
		{1_000_000, map[dialogue.Language][3]string{dialogue.Kazakh: {"миллион"}, dialogue.Russian: {"миллион", "миллиона", "миллионов"}, dialogue.English: {"million"}}},
		{1_000, map[dialogue.Language][3]string{dialogue.Kazakh: {"мың"}, dialogue.Russian: {"тысяча", "тысячи", "тысяч"}, dialogue.English: {"thousand"}}},
	} {
		count := n / unit.size
		if n %= unit.size; count == 0 {
			continue
		}
		form := unit.forms[l][0]
		spoken := hundreds(l, count)
		if l == dialogue.Russian {
			form = russianForm(count, unit.forms[l][0], unit.forms[l][1], unit.forms[l][2])
			if unit.size == 1000 {
				spoken = feminine(count)
			}
		}
		out = append(append(out, spoken...), word{language: l, text: form})
	}
	if n > 0 {
		out = append(out, hundreds(l, n)...)
	}
	return out
}

// hundreds speaks a cardinal number from 0 to 999. All three languages put hundreds, tens and ones in this order; Kazakh
// counts hundreds ("екі жүз", but "жүз"), Russian has a word for each ("двести"), English says "one hundred".
func hundreds(l dialogue.Language, n int) []word {
	if n == 0 {
		return []word{numeral(l, 0)}
	}
	var out []word
	if count := n / 100; count > 0 {
		switch l {
		case dialogue.Russian:
			out = append(out, word{language: l, text: russianHundreds[count-1]})
		case dialogue.Kazakh:
			if count > 1 {
				out = append(out, numeral(l, count))
			}
			out = append(out, word{language: l, text: "жүз"})
		default:
			out = append(out, numeral(l, count), word{language: l, text: "hundred"})
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
	if n < len(names.ones) {
		return word{language: l, text: names.ones[n]}
	}
	return word{language: l, text: names.tens[n/10-1]}
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

// clock speaks a time of day as one says it of an appointment: "сағат тоғыз, жиырма минут", "девять часов двадцать минут", "nine twenty a.m.".
func clock(l dialogue.Language, hour, minute int) []word {
	say := func(text string) word { return word{language: l, text: text} }
	switch l {
	case dialogue.Kazakh:
		spoken := append([]word{say("сағат")}, number(l, hour)...)
		if minute > 0 {
			spoken = append(append(spoken, number(l, minute)...), say("минут"))
		}
		return spoken
	case dialogue.Russian:
		spoken := append(number(l, hour), say(russianForm(hour, "час", "часа", "часов")))
		if minute > 0 {
			spoken = append(append(spoken, feminine(minute)...), say(russianForm(minute, "минута", "минуты", "минут")))
		}
		return spoken
	}
	half := "a.m."
	if hour >= 12 {
		half = "p.m."
	}
	spoken := number(l, (hour+11)%12+1)
	switch {
	case minute == 0:
		spoken = append(spoken, say("o'clock"))
	case minute < 10:
		spoken = append(append(spoken, say("oh")), number(l, minute)...)
	default:
		spoken = append(spoken, number(l, minute)...)
	}
	return append(spoken, say(half))
}

// russianForm is the form of a noun that a number wants.
func russianForm(n int, one, few, many string) string {
	switch {
	case n%10 == 1 && n%100 != 11:
		return one
	case n%10 >= 2 && n%10 <= 4 && (n%100 < 12 || n%100 > 14):
		return few
	}
	return many
}

// feminine is a Russian number before a feminine noun: "одна", "двадцать две".
func feminine(n int) []word {
	spoken := hundreds(dialogue.Russian, n)
	forms := map[string]string{"один": "одна", "два": "две"}
	if form, ok := forms[spoken[len(spoken)-1].text]; ok {
		spoken[len(spoken)-1] = word{language: dialogue.Russian, text: form}
	}
	return spoken
}

// moneyNames are the words of a currency and of its hundredth: of Russian after 1, after 2 to 4, and after others; of English after 1 and after
// others.
var moneyNames = map[dialogue.Language]map[string][2][3]string{
	dialogue.Kazakh: {
		"KZT": {{"теңге", "теңге", "теңге"}, {"тиын", "тиын", "тиын"}},
		"RUB": {{"рубль", "рубль", "рубль"}, {"тиын", "тиын", "тиын"}},
		"USD": {{"доллар", "доллар", "доллар"}, {"цент", "цент", "цент"}},
	},
	dialogue.Russian: {
		"KZT": {{"тенге", "тенге", "тенге"}, {"тиын", "тиына", "тиынов"}},
		"RUB": {{"рубль", "рубля", "рублей"}, {"копейка", "копейки", "копеек"}},
		"USD": {{"доллар", "доллара", "долларов"}, {"цент", "цента", "центов"}},
	},
	dialogue.English: {
		"KZT": {{"tenge", "tenge", "tenge"}, {"tiyn", "tiyn", "tiyn"}},
		"RUB": {{"rouble", "roubles", "roubles"}, {"kopeck", "kopecks", "kopecks"}},
		"USD": {{"dollar", "dollars", "dollars"}, {"cent", "cents", "cents"}},
	},
}

// sum speaks an amount of money: "две тысячи пятьсот один рубль двадцать одна копейка".
func sum(l dialogue.Language, a money.Amount) []word {
	names := moneyNames[l][a.Currency]
	whole, rest := int(a.Minor/100), int(a.Minor%100)
	spoken := append(number(l, whole), word{language: l, text: nameOf(l, whole, names[0])})
	if rest == 0 {
		return spoken
	}
	count := number(l, rest)
	if l == dialogue.Russian && a.Currency == "RUB" { // a kopeck is feminine
		count = feminine(rest)
	}
	return append(append(spoken, count...), word{language: l, text: nameOf(l, rest, names[1])})
}

func nameOf(l dialogue.Language, n int, names [3]string) string {
	if l == dialogue.Russian {
		return russianForm(n, names[0], names[1], names[2])
	}
	if n == 1 {
		return names[0]
	}
	return names[2]
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
		for minute := range 24 * 60 {
			out = append(out, clock(l, minute/60, minute%60)...)
		}
		for _, n := range []int{1_000, 2_000, 5_000, 21_000, 1_000_000, 2_000_000, 5_000_000} {
			out = append(out, number(l, n)...)
		}
		for _, currency := range money.Currencies {
			for _, minor := range []int64{101, 202, 505} {
				out = append(out, sum(l, money.Amount{Minor: minor, Currency: currency})...)
			}
		}
		out = append(append(out, code(l, "0123456789")...), groups(l, "0123")...)
	}
	return out
}
