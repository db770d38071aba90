package grammar

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"okno/internal/money"
)

// tongue is a language's own rules. Numbers are not negative. A case is that of the whole; gender is that of what is counted.
type tongue interface {
	cardinal(n int64, f Form) []string
	ordinal(n int64, f Form) []string // of 0 to mostOrdinal
	fraction(whole int64, decimals string, f Form) []string
	amounts(parts []amount, c Case) [][]string // of each: the number, and the noun as its last clip
	date(day time.Time, f Form) []string
	clock(hour, minute int, c Case) []string
	minus() string
}

// amount is a number of something.
type amount struct {
	n    int64
	what noun
}

var tongues = map[Language]tongue{Kazakh: kazakh{}, Russian: russian{}, English: english{}}

const (
	most        = 999_999_999_999
	mostOrdinal = 9_999
)

// Say gives the clips of a value. False: it is not of its kind, or too great; the form is one that the language [Has].
func Say(l Language, k Kind, value string, f Form) (clips []string, ok bool) {
	t := tongues[l]
	switch k {
	case Count:
		return sayCount(t, value, f)
	case Date:
		day, err := time.Parse(time.DateOnly, value)
		if err != nil {
			return nil, false
		}
		return t.date(day, f), true
	case Time:
		at, err := time.Parse("15:04", value)
		if err != nil {
			return nil, false
		}
		return t.clock(at.Hour(), at.Minute(), f.Case), true
	case Money:
		sum, err := money.Parse(value)
		if err != nil {
			return nil, false
		}
		return slices.Concat(t.amounts(partsOf(sum), f.Case)...), true
	case Duration:
		d, err := time.ParseDuration(value)
		if err != nil || d < 0 {
			return nil, false
		}
		return slices.Concat(t.amounts(inUnits(d), f.Case)...), true
	}
	return nil, false
}

func sayCount(t tongue, value string, f Form) ([]string, bool) {
	n, ok := parseNumber(value)
	if !ok || f.Ordinal && (n.negative || n.decimals != "" || n.whole > mostOrdinal) {
		return nil, false
	}
	var clips []string
	switch {
	case n.decimals != "":
		clips = t.fraction(n.whole, n.decimals, f)
	case f.Ordinal:
		clips = t.ordinal(n.whole, f)
	default:
		clips = t.cardinal(n.whole, f)
	}
	if n.negative {
		clips = append([]string{t.minus()}, clips...)
	}
	return clips, true
}

// partsOf gives an amount of money in its unit and, where there are any, in hundredths.
func partsOf(sum money.Amount) []amount {
	names := currencies[sum.Currency]
	parts := []amount{{sum.Minor / 100, names[0]}}
	if rest := sum.Minor % 100; rest > 0 {
		parts = append(parts, amount{rest, names[1]})
	}
	return parts
}

// inUnits gives a duration in days, hours, minutes and seconds, without those that are nothing; no time at all is no minutes.
func inUnits(d time.Duration) []amount {
	var parts []amount
	for _, u := range units {
		if n := int64(d / u.size); n > 0 {
			parts = append(parts, amount{n, u.noun})
		}
		d %= u.size
	}
	if parts == nil {
		return []amount{{0, minute}}
	}
	return parts
}

// number is a decimal number.
type number struct {
	negative bool
	whole    int64
	decimals string // up to three digits, the last not 0
}

func parseNumber(s string) (number, bool) {
	var n number
	s, n.negative = strings.CutPrefix(s, "-")
	whole, decimals, pointed := strings.Cut(s, ".")
	parsed, err := strconv.ParseUint(whole, 10, 63)
	if err != nil || parsed > most || pointed && (len(decimals) == 0 || len(decimals) > 3 || strings.Trim(decimals, "0123456789") != "") {
		return number{}, false
	}
	n.whole, n.decimals = int64(parsed), strings.TrimRight(decimals, "0")
	n.negative = n.negative && (n.whole > 0 || n.decimals != "")
	return n, true
}

// Clips lists every clip that [Say] can come to for a kind of value in a form, each once.
func Clips(l Language, k Kind, f Form) []string {
	found := map[string]bool{}
	var out []string
	say := func(format string, args ...any) {
		clips, _ := Say(l, k, fmt.Sprintf(format, args...), f)
		for _, clip := range clips {
			if !found[clip] {
				found[clip] = true
				out = append(out, clip)
			}
		}
	}
	switch k {
	case Count:
		for n := range 1000 { // each word, as the last of a number and before another
			say("%d", n)
		}
		for _, unit := range []int64{1_000, 1_000_000, 1_000_000_000} {
			for n := int64(1); n <= 21; n++ { // each form of a unit, alone and before another word
				say("%d", n*unit)
				say("%d", n*unit+1)
			}
		}
		say("-1")
		for _, decimals := range []string{"1", "2", "5", "01", "02", "05", "001", "002", "005"} {
			say("0.%s", decimals)
			say("1.%s", decimals)
			say("5.%s", decimals)
		}
	case Date:
		for day := range 366 {
			say("%s", time.Date(2024, 1, 1+day, 0, 0, 0, 0, time.UTC).Format(time.DateOnly))
		}
		for year := 1900; year <= 2199 && !f.Short; year++ {
			say("%d-01-01", year)
		}
	case Time:
		for minute := range 24 * 60 {
			say("%02d:%02d", minute/60, minute%60)
		}
	case Money:
		for _, currency := range money.Currencies {
			for n := range 1000 {
				say("%d %s", n, currency)
				say("%d.%02d %s", n, n%100, currency)
			}
			for n := range 22 {
				say("%d001.01 %s", n, currency)
				say("%d000001.01 %s", n, currency)
			}
		}
	case Duration:
		for n := range int64(1000) {
			for _, u := range units {
				say("%s", time.Duration(n)*u.size)
			}
			say("%s", time.Duration(n)*(24*time.Hour+time.Hour+time.Minute+time.Second))
		}
		for n := range int64(22) { // days by the thousand
			say("%s", time.Duration(n)*1000*24*time.Hour)
		}
	}
	return out
}
