package grammar

import (
	"slices"
	"strings"
	"time"
)

type russian struct{}

func (russian) minus() string { return "минус" }

// Endings of adjectives by case, in the singular (after a number that ends in one) and in the plural.
var (
	masculineEnds = [6]string{"ый", "ого", "ому", "ый", "ым", "ом"}
	feminineEnds  = [6]string{"ая", "ой", "ой", "ую", "ой", "ой"}
	neuterEnds    = [6]string{"ое", "ого", "ому", "ое", "ым", "ом"}
	pluralEnds    = [6]string{"ых", "ых", "ым", "ых", "ыми", "ых"} // as after a number
	endsOf        = map[Gender][6]string{Masculine: masculineEnds, Feminine: feminineEnds, Neuter: neuterEnds}
)

// russianOnes are 0 to 20 by case. One and two are by gender, below.
var russianOnes = [][6]string{
	{"ноль", "ноля", "нолю", "ноль", "нолём", "ноле"},
	{}, {},
	{"три", "трёх", "трём", "три", "тремя", "трёх"},
	{"четыре", "четырёх", "четырём", "четыре", "четырьмя", "четырёх"},
	soft("пят"), soft("шест"), soft("сем"),
	{"восемь", "восьми", "восьми", "восемь", "восемью", "восьми"},
	soft("девят"), soft("десят"), soft("одиннадцат"), soft("двенадцат"), soft("тринадцат"), soft("четырнадцат"), soft("пятнадцат"),
	soft("шестнадцат"), soft("семнадцат"), soft("восемнадцат"), soft("девятнадцат"),
}

var russianOne = map[Gender][6]string{
	Masculine: {"один", "одного", "одному", "один", "одним", "одном"},
	Feminine:  {"одна", "одной", "одной", "одну", "одной", "одной"},
	Neuter:    {"одно", "одного", "одному", "одно", "одним", "одном"},
}

var russianTwo = map[Gender][6]string{
	Masculine: {"два", "двух", "двум", "два", "двумя", "двух"},
	Feminine:  {"две", "двух", "двум", "две", "двумя", "двух"},
	Neuter:    {"два", "двух", "двум", "два", "двумя", "двух"},
}

// russianTens are 20 to 90.
var russianTens = [][6]string{
	soft("двадцат"), soft("тридцат"),
	{"сорок", "сорока", "сорока", "сорок", "сорока", "сорока"},
	both("пят"), both("шест"), both("сем"),
	{"восемьдесят", "восьмидесяти", "восьмидесяти", "восемьдесят", "восемьюдесятью", "восьмидесяти"},
	{"девяносто", "девяноста", "девяноста", "девяносто", "девяноста", "девяноста"},
}

// russianHundreds are 100 to 900.
var russianHundreds = [][6]string{
	{"сто", "ста", "ста", "сто", "ста", "ста"},
	{"двести", "двухсот", "двумстам", "двести", "двумястами", "двухстах"},
	{"триста", "трёхсот", "трёмстам", "триста", "тремястами", "трёхстах"},
	{"четыреста", "четырёхсот", "четырёмстам", "четыреста", "четырьмястами", "четырёхстах"},
	manyHundreds("пят"), manyHundreds("шест"), manyHundreds("сем"),
	{"восемьсот", "восьмисот", "восьмистам", "восемьсот", "восемьюстами", "восьмистах"},
	manyHundreds("девят"),
}

// soft declines "пять", both "пятьдесят", manyHundreds "пятьсот".
func soft(stem string) [6]string {
	return [6]string{stem + "ь", stem + "и", stem + "и", stem + "ь", stem + "ью", stem + "и"}
}

func both(stem string) [6]string {
	i := stem + "идесяти"
	return [6]string{stem + "ьдесят", i, i, stem + "ьдесят", stem + "ьюдесятью", i}
}

func manyHundreds(stem string) [6]string {
	return [6]string{stem + "ьсот", stem + "исот", stem + "истам", stem + "ьсот", stem + "ьюстами", stem + "истах"}
}

// russianUnits are the nouns of great numbers.
var russianUnits = []struct {
	size int64
	declined
}{
	{1_000_000_000, masculineUnit("миллиард")},
	{1_000_000, masculineUnit("миллион")},
	{1_000, declined{Feminine, [6]string{"тысяча", "тысячи", "тысяче", "тысячу", "тысячей", "тысяче"},
		[6]string{"тысячи", "тысяч", "тысячам", "тысячи", "тысячами", "тысячах"}}},
}

func masculineUnit(stem string) declined {
	return declined{Masculine, [6]string{stem, stem + "а", stem + "у", stem, stem + "ом", stem + "е"},
		[6]string{stem + "ы", stem + "ов", stem + "ам", stem + "ы", stem + "ами", stem + "ах"}}
}

func (russian) cardinal(n int64, f Form) []string {
	if n == 0 {
		return []string{russianOnes[0][f.Case]}
	}
	var out []string
	for _, unit := range russianUnits {
		if count := n / unit.size; count > 0 {
			out = append(append(out, underThousand(count, f.Case, unit.gender)...), unit.after(count, f.Case))
		}
		n %= unit.size
	}
	return append(out, underThousand(n, f.Case, f.Gender)...)
}

// underThousand says 1 to 999; nothing of 0.
func underThousand(n int64, c Case, g Gender) []string {
	var out []string
	if count := n / 100; count > 0 {
		out = append(out, russianHundreds[count-1][c])
	}
	if n %= 100; n >= 20 {
		out = append(out, russianTens[n/10-2][c])
		n %= 10
	}
	switch n {
	case 0:
		return out
	case 1:
		return append(out, russianOne[g][c])
	case 2:
		return append(out, russianTwo[g][c])
	}
	return append(out, russianOnes[n][c])
}

// The stems of ordinals: "втор-", "двадцат-", "двухсот-", "пятитысячн-". Those in strong end in -ой where others end in -ый.
var (
	ordinalOnes = []string{"нулев", "перв", "втор", "", "четвёрт", "пят", "шест", "седьм", "восьм", "девят", "десят", "одиннадцат", "двенадцат",
		"тринадцат", "четырнадцат", "пятнадцат", "шестнадцат", "семнадцат", "восемнадцат", "девятнадцат"}
	ordinalTens     = []string{"двадцат", "тридцат", "сороков", "пятидесят", "шестидесят", "семидесят", "восьмидесят", "девяност"}
	ordinalHundreds = []string{"сот", "двухсот", "трёхсот", "четырёхсот", "пятисот", "шестисот", "семисот", "восьмисот", "девятисот"}
	ofThousands     = []string{"", "двух", "трёх", "четырёх", "пяти", "шести", "семи", "восьми", "девяти"}
	strong          = map[string]bool{"нулев": true, "втор": true, "шест": true, "седьм": true, "восьм": true, "сороков": true}
	third           = map[Gender][6]string{
		Masculine: {"третий", "третьего", "третьему", "третий", "третьим", "третьем"},
		Feminine:  {"третья", "третьей", "третьей", "третью", "третьей", "третьей"},
		Neuter:    {"третье", "третьего", "третьему", "третье", "третьим", "третьем"},
	}
)

// ordinal declines the last word alone: "тысяча девятьсот девяносто пятого".
func (r russian) ordinal(n int64, f Form) []string {
	last := n % 100
	switch {
	case n == 0:
	case n%1000 == 0:
		last = n % 10_000
	case last == 0:
		last = n % 1000
	case last > 20 && last%10 > 0:
		last %= 10
	}
	var out []string
	if n > last {
		if out = r.cardinal(n-last, Form{}); n >= 1000 && n < 2000 {
			out = out[1:] // "тысяча", not "одна тысяча"
		}
	}
	var stem string
	switch {
	case last == 3:
		return append(out, third[f.Gender][f.Case])
	case last < 20:
		stem = ordinalOnes[last]
	case last < 100:
		stem = ordinalTens[last/10-2]
	case last < 1000:
		stem = ordinalHundreds[last/100-1]
	default:
		stem = ofThousands[last/1000-1] + "тысячн"
	}
	end := endsOf[f.Gender][f.Case]
	if end == "ый" && strong[stem] {
		end = "ой"
	}
	return append(out, stem+end)
}

// fraction says "двенадцать целых пять десятых": wholes and parts are feminine.
func (r russian) fraction(whole int64, decimals string, f Form) []string {
	var parts int64
	for _, digit := range decimals {
		parts = parts*10 + int64(digit-'0')
	}
	said := Form{Case: f.Case, Gender: Feminine}
	out := append(r.cardinal(whole, said), adjectiveAfter("цел", whole, f.Case))
	return append(append(out, r.cardinal(parts, said)...), adjectiveAfter([]string{"десят", "сот", "тысячн"}[len(decimals)-1], parts, f.Case))
}

func adjectiveAfter(stem string, n int64, c Case) string {
	if n%10 == 1 && n%100 != 11 {
		return stem + feminineEnds[c]
	}
	return stem + pluralEnds[c]
}

// amounts has each number and each noun in the case.
func (r russian) amounts(parts []amount, c Case) [][]string {
	out := make([][]string, len(parts))
	for i, p := range parts {
		out[i] = append(r.cardinal(p.n, Form{Case: c, Gender: p.what.russian.gender}), p.what.russian.after(p.n, c))
	}
	return out
}

var russianMonths = strings.Fields("января февраля марта апреля мая июня июля августа сентября октября ноября декабря")

// date says "пятое декабря две тысячи двадцать шестого года".
func (r russian) date(day time.Time, f Form) []string {
	out := append(r.ordinal(int64(day.Day()), Form{Case: f.Case, Gender: Neuter}), russianMonths[day.Month()-1])
	if f.Short {
		return out
	}
	return append(append(out, r.ordinal(int64(day.Year()), Form{Case: Genitive})...), "года")
}

// clock says "девять часов двадцать минут".
func (r russian) clock(hours, minutes int, c Case) []string {
	parts := []amount{{int64(hours), hour}}
	if minutes > 0 {
		parts = append(parts, amount{int64(minutes), minute})
	}
	return slices.Concat(r.amounts(parts, c)...)
}
