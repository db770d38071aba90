package grammar

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Write gives a value as a message has it: numbers in digits, with the ending that the form wants where the language writes one. What is not of
// its kind is written as it stands.
func Write(l Language, k Kind, value string, f Form) string {
	switch k {
	case Count:
		return writeCount(l, value, f)
	case Date:
		day, err := time.Parse(time.DateOnly, value)
		switch {
		case err != nil:
			return value
		case l == Kazakh && f.Case != Nominative: // an ending wants a word: "2026 жылғы 17 тамызға"
			month := kazakhMonths[day.Month()-1]
			written := fmt.Sprintf("%d %s%s", day.Day(), month, suffix(month, f.Case))
			if !f.Short {
				written = fmt.Sprintf("%d жылғы %s", day.Year(), written)
			}
			return written
		case l == English:
			return day.Format("2 Jan 2006")
		}
		return day.Format("02.01.2006")
	case Time:
		at, err := time.Parse("15:04", value)
		if err != nil {
			return value
		}
		n := at.Minute()
		if n == 0 {
			n = at.Hour()
		}
		return value + ending(l, int64(n), f)
	case Money:
		amount, code, ok := strings.Cut(value, " ")
		name, known := writtenCurrencies[l][code]
		if !ok || !known {
			return value
		}
		if l == Kazakh && f.Case != Nominative {
			name = currencies[code][0].kazakh
			name += suffix(name, f.Case)
		}
		return amount + " " + name
	case Duration:
		d, err := time.ParseDuration(value)
		if err != nil || d < 0 {
			return value
		}
		parts := inUnits(d)
		written := make([]string, len(parts))
		for i, said := range tongues[l].amounts(parts, f.Case) {
			written[i] = strconv.FormatInt(parts[i].n, 10) + " " + said[len(said)-1]
		}
		return strings.Join(written, " ")
	}
	return value
}

// writtenCurrencies are the names of currencies after an amount, in which nothing depends on the amount.
var writtenCurrencies = map[Language]map[string]string{
	Kazakh:  {"KZT": "теңге", "RUB": "руб.", "USD": "USD"},
	Russian: {"KZT": "тенге", "RUB": "руб.", "USD": "USD"},
	English: {"KZT": "tenge", "RUB": "RUB", "USD": "USD"},
}

func writeCount(l Language, value string, f Form) string {
	n, ok := parseNumber(value)
	if !ok || f.Ordinal && n.whole > mostOrdinal {
		return value
	}
	if n.decimals != "" {
		if l != English {
			value = strings.ReplaceAll(value, ".", ",")
		}
		return value
	}
	return value + ending(l, n.whole, f)
}

// ending is what is written behind digits: "-ден" and "-ші" by the last word that is read, "-го" after a Russian ordinal, "th".
func ending(l Language, n int64, f Form) string {
	switch {
	case l == Kazakh && f.Ordinal:
		read := (kazakh{}).ordinal(n, Form{})
		last := read[len(read)-1]
		return "-" + pick(last, "шы", "ші") + suffix(last, f.Case)
	case l == Kazakh && f.Case != Nominative:
		read := (kazakh{}).cardinal(n, Form{})
		return "-" + suffix(read[len(read)-1], f.Case)
	case l == Russian && f.Ordinal:
		read := (russian{}).ordinal(n, f)
		letters := []rune(read[len(read)-1])
		// Two letters of the ending after a consonant, one after a vowel: 5-го, 5-й, 5-я.
		if last := letters[len(letters)-2:]; strings.ContainsRune("гм", last[0]) {
			return "-" + string(last)
		}
		return "-" + string(letters[len(letters)-1:])
	case l == English && f.Ordinal:
		switch {
		case n%100 >= 11 && n%100 <= 13:
			return "th"
		case n%10 == 1:
			return "st"
		case n%10 == 2:
			return "nd"
		case n%10 == 3:
			return "rd"
		}
		return "th"
	}
	return ""
}
