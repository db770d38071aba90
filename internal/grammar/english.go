package grammar

import (
	"strings"
	"time"
)

type english struct{}

func (english) minus() string { return "minus" }

var (
	englishOnes = strings.Fields("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen")
	englishTens = strings.Fields("twenty thirty forty fifty sixty seventy eighty ninety")
	// englishOrdinals are those that are not the number with "th".
	englishOrdinals = map[string]string{"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth", "twelve": "twelfth"}
)

func (e english) cardinal(n int64, _ Form) []string {
	if n == 0 {
		return englishOnes[:1:1]
	}
	var out []string
	for _, unit := range []struct {
		size int64
		name string
	}{{1_000_000_000, "billion"}, {1_000_000, "million"}, {1_000, "thousand"}, {100, "hundred"}} {
		if count := n / unit.size; count > 0 {
			out = append(append(out, e.cardinal(count, Form{})...), unit.name)
		}
		n %= unit.size
	}
	if n == 0 {
		return out
	}
	if len(out) > 0 {
		out = append(out, "and")
	}
	if n >= 20 {
		out = append(out, englishTens[n/10-2])
		if n %= 10; n == 0 {
			return out
		}
	}
	return append(out, englishOnes[n])
}

func (e english) ordinal(n int64, _ Form) []string {
	out := e.cardinal(n, Form{})
	last := out[len(out)-1]
	ordinal, ok := englishOrdinals[last]
	switch {
	case ok:
	case strings.HasSuffix(last, "y"):
		ordinal = strings.TrimSuffix(last, "y") + "ieth"
	default:
		ordinal = last + "th"
	}
	return append(out[:len(out)-1:len(out)-1], ordinal)
}

// fraction says "twelve point zero five".
func (e english) fraction(whole int64, decimals string, _ Form) []string {
	out := append(e.cardinal(whole, Form{}), "point")
	for _, digit := range decimals {
		out = append(out, englishOnes[digit-'0'])
	}
	return out
}

func (e english) amounts(parts []amount, _ Case) [][]string {
	out := make([][]string, len(parts))
	for i, p := range parts {
		name := p.what.english[1]
		if p.n == 1 {
			name = p.what.english[0]
		}
		out[i] = append(e.cardinal(p.n, Form{}), name)
	}
	return out
}

// date says "December fifth, twenty twenty-six".
func (e english) date(day time.Time, f Form) []string {
	out := append([]string{day.Month().String()}, e.ordinal(int64(day.Day()), Form{})...)
	if f.Short {
		return out
	}
	return append(out, e.year(int64(day.Year()))...)
}

// year says a year by its two halves, where that is how it is said: "nineteen ninety five", "nineteen oh five", but "two thousand and five".
func (e english) year(n int64) []string {
	century, rest := n/100, n%100
	switch {
	case n < 1000 || n > 9999 || century%10 == 0 && rest < 10:
		return e.cardinal(n, Form{})
	case rest == 0:
		return append(e.cardinal(century, Form{}), "hundred")
	case rest < 10:
		return append(append(e.cardinal(century, Form{}), "oh"), e.cardinal(rest, Form{})...)
	}
	return append(e.cardinal(century, Form{}), e.cardinal(rest, Form{})...)
}

// clock says "nine twenty a.m.".
func (e english) clock(hours, minutes int, _ Case) []string {
	half := "a.m."
	if hours >= 12 {
		half = "p.m."
	}
	out := e.cardinal(int64((hours+11)%12+1), Form{})
	switch {
	case minutes == 0:
		out = append(out, "o'clock")
	case minutes < 10:
		out = append(append(out, "oh"), e.cardinal(int64(minutes), Form{})...)
	default:
		out = append(out, e.cardinal(int64(minutes), Form{})...)
	}
	return append(out, half)
}
